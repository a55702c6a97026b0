"""Events: a calendar by month, the list by date, and the same as iCalendar."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format

from layers import happenings
from webmap.context import catalogue as describe
from webmap.context import page
from webmap.context.lists import called

if TYPE_CHECKING:
    from datetime import time

    from django.http import HttpRequest

    from layers.catalogue import LayerInfo

LAYER = "events"
# A calendar in Japan begins with Sunday.
FIRST_WEEKDAY = 6
# So far one can turn the pages.
MONTHS_AHEAD = 24
CANCELLED = ("中止", "取りやめ", "キャンセル")


class Month(NamedTuple):
    """A month of the calendar."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.moved(1).first - timedelta(days=1)

    def moved(self, months: int) -> Month:
        """Return the month so many later."""
        total = self.year * 12 + self.number - 1 + months
        return Month(total // 12, total % 12 + 1)

    def __str__(self) -> str:
        """Return it as addresses write it."""
        return f"{self.year:04}-{self.number:02}"


@dataclass(frozen=True)
class Event:
    """One event for readers. `begin` and `end` are days, `end` the last of them; the times are of each day."""

    number: int
    called: Any
    begin: date
    end: date
    start_time: time | None
    end_time: time | None
    place: str
    address: str
    fee: str
    status: str
    is_cancelled: bool
    summary: str
    website: str
    lon: float
    lat: float

    @property
    def days(self) -> str:
        """The days in words."""
        first = date_format(self.begin, "DATE_FORMAT")
        return first if self.begin == self.end else f"{first}–{date_format(self.end, 'DATE_FORMAT')}"

    @property
    def times(self) -> str:
        """The times of a day; empty where they are not known."""
        if self.start_time is None:
            return ""
        ends = f"–{self.end_time:%H:%M}" if self.end_time else ""
        return f"{self.start_time:%H:%M}{ends}"


class Day(NamedTuple):
    """A day of the calendar: whether it is of the month, is today, and how many events there are."""

    day: date
    is_inside: bool
    is_today: bool
    events: int


def upcoming(
    info: LayerInfo, language: str, since: date | None = None, until: date | None = None
) -> list[Event]:
    """Return the events that are not over, by their beginning; a past one leaves by itself."""
    rows = happenings.happening(info, since or timezone.localdate(), until)
    return [_event(info, row, language) for row in rows]


def one(info: LayerInfo, row: dict[str, Any], language: str) -> Event | None:
    """Return an event from a row of its layer; None where it has no day."""
    start = info.field_with_role("start")
    return _event(info, row, language) if start and row.get(start.name) else None


def context(request: HttpRequest, info: LayerInfo) -> dict[str, Any]:
    """Return the values of `webmap/events.html`: one month."""
    base = page.context(request)
    today = timezone.localdate()
    month = _asked(request.GET.get("month", ""), today)
    events = upcoming(info, base["language"], max(today, month.first), month.last)
    return {
        **base,
        "layer": describe.layer(info, base["language"]),
        "month_title": date_format(month.first, "YEAR_MONTH_FORMAT"),
        "weekdays": [(WEEKDAYS_ABBR[(FIRST_WEEKDAY + i) % 7], WEEKDAYS[(FIRST_WEEKDAY + i) % 7]) for i in range(7)],
        "weeks": _weeks(month, today, events),
        "days": _by_day(events, max(today, month.first)),
        "before": str(month.moved(-1)) if month.first > today else None,
        "after": str(month.moved(1)) if month < _this_month(today).moved(MONTHS_AHEAD) else None,
        "feed": request.build_absolute_uri(reverse("webmap:events_feed")),
    }  # fmt: skip


def _asked(text: str, today: date) -> Month:
    """Return the month asked for, never one that is over or too far away."""
    year, _, number = text.partition("-")
    this = _this_month(today)
    if not (year.isascii() and year.isdigit() and number.isascii() and number.isdigit() and len(text) == 7):
        return this
    asked = Month(int(year), int(number))
    is_month = 1 <= asked.number <= 12
    return asked if is_month and this <= asked <= this.moved(MONTHS_AHEAD) else this


def _this_month(today: date) -> Month:
    return Month(today.year, today.month)


def _weeks(month: Month, today: date, events: Iterable[Event]) -> list[list[Day]]:
    spans = [(event.begin, event.end) for event in events]
    return [
        [
            Day(
                day,
                day.month == month.number,
                day == today,
                sum(begin <= day <= end for begin, end in spans) if day >= today else 0,
            )
            for day in week
        ]
        for week in Weeks(FIRST_WEEKDAY).monthdatescalendar(month.year, month.number)
    ]


def _by_day(events: Iterable[Event], first: date) -> list[tuple[date, list[Event]]]:
    """Group events under each day on which they are, from `first` to the month's end."""
    days: dict[date, list[Event]] = {}
    for event in events:
        days.setdefault(max(event.begin, first), []).append(event)
    return sorted(days.items())


def _event(info: LayerInfo, row: dict[str, Any], language: str) -> Event:
    def of(role: str) -> Any:
        field = info.field_with_role(role)
        return row.get(field.name) if field else None

    status, begin = str(of("status") or ""), _day(of("start"))
    return Event(
        number=row["id"],
        called=called(info, row, language),
        begin=begin,
        end=_day(of("end")) if of("end") else begin,
        start_time=of("start_time"),
        end_time=of("end_time"),
        place=str(row.get("venue") or ""),
        address=str(of("address") or ""),
        fee=str(row.get("fee") or ""),
        status=status,
        is_cancelled=any(word in status for word in CANCELLED),
        summary=str(row.get("summary") or row.get("description") or ""),
        website=str(of("url") or ""),
        lon=row["lon"],
        lat=row["lat"],
    )


def _day(value: Any) -> date:
    return timezone.localdate(value) if hasattr(value, "hour") else value

"""Events as iCalendar (RFC 5545), for the calendars of phones and offices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import icalendar
from django.utils import timezone

if TYPE_CHECKING:
    from webmap.context.events import Event

PRODUCT = "-//Machizu//Events//EN"
# How often a subscriber should ask again.
REFRESH = timedelta(hours=6)


def feed(events: Iterable[Event], *, title: str, host: str, pages: str, changed: datetime) -> bytes:
    """Return the feed; `pages` is the address of an event's page before its number, `changed` when the data did."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for event in events:
        calendar.add_component(_component(event, host, f"{pages}{event.number}", changed))
    return bytes(calendar.to_ical())


def _component(event: Event, host: str, page: str, changed: datetime) -> icalendar.Event:
    made = icalendar.Event()
    # Stable for life, so that a changed event replaces the one in the calendar.
    made.add("uid", f"events-{event.number}@{host}")
    made.add("dtstamp", changed)
    begin, end = _period(event)
    made.add("dtstart", begin)
    made.add("dtend", end)
    made.add("summary", event.called.text)
    made.add("url", page)
    made.add("geo", (event.lat, event.lon))
    if place := " ".join(filter(None, (event.place, event.address))):
        made.add("location", place)
    said = [event.times if event.begin != event.end else "", event.status, event.fee, event.summary]
    if description := "\n".join(filter(None, said)):
        made.add("description", description)
    made.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return made


def _period(event: Event) -> tuple[date | datetime, date | datetime]:
    """Return beginning and end; days where the hours are unknown, or are those of each of several days.

    The end of days is the day after the last (RFC 5545 §3.6.1). Instants are written in UTC, which needs no
    description of the zone.
    """
    if event.start_time is None or event.begin != event.end:
        return event.begin, event.end + timedelta(days=1)
    zone = timezone.get_current_timezone()
    begin = datetime.combine(event.begin, event.start_time, zone)
    later = event.end_time is not None and event.end_time > event.start_time
    end = datetime.combine(event.end, event.end_time, zone) if event.end_time and later else begin
    utc = ZoneInfo("UTC")
    return begin.astimezone(utc), end.astimezone(utc)

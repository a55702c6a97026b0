"""When a layer's next delivery is due, and whether it is late."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gis_core.definition import Definition

# Days are counted where the departments work; Japan has one zone.
ZONE = ZoneInfo("Asia/Tokyo")

# What comes all the time is missed after a day; shorter silences are the business of monitoring, not of a date.
DAYS = {"realtime": 1, "daily": 1, "weekly": 7}
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


def next_due(definition: Definition, updated_at: datetime | None) -> date | None:
    """Return the day by which the next delivery is due; None where nothing says so.

    The date that the registration names holds until a delivery comes on it or after it; then, and without
    one, the day follows from the frequency. What is updated irregularly is never due.
    `updated_at` is the aware instant of the last delivery, changed or not; None before the first.
    """
    registration = definition.registration
    updated = updated_at.astimezone(ZONE).date() if updated_at else None
    if registration.next_due:
        stated = date.fromisoformat(registration.next_due)
        if updated is None or updated < stated:
            return stated
    return _after(updated, registration.update_frequency) if updated else None


def is_overdue(definition: Definition, updated_at: datetime | None, today: date | None = None) -> bool:
    """Tell whether the day on which the next delivery was due has passed; `today` is Japan's unless given."""
    due = next_due(definition, updated_at)
    return due is not None and (today or datetime.now(ZONE).date()) > due


def _after(day: date, frequency: str | None) -> date | None:
    if frequency in DAYS:
        return day + timedelta(days=DAYS[frequency])
    if frequency in MONTHS:
        return _months_after(day, MONTHS[frequency])
    return None


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

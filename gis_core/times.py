"""Times of day, instants and days of the week as departments write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from gis_core.cleaned import (
    EMPTY,
    Cleaned,
    ColumnResult,
    UnreadableError,
    bounded,
    clean_column,
    columnwise,
    refused,
)
from gis_core.dates import from_excel_serial, parse_date
from gis_core.text import is_blank_mark, trim

if TYPE_CHECKING:
    import pandas as pd

JST = timezone(timedelta(hours=9), "JST")
WEEKDAYS = "月火水木金土日"

_TIME = re.compile(
    r"(?P<half>午前|午後|AM|PM)?(?P<hour>[0-9]{1,2})"
    r"(?:時(?:(?P<half_past>半)|(?P<minute>[0-9]{1,2})分)?|:(?P<minute2>[0-9]{2}))"
    r"(?:[:]?(?P<second>[0-9]{2})(?:\.0+)?秒?)?(?P<half2>AM|PM)?"
)
_AFTERNOON = {"午後", "PM"}
# Excel's time of day is a part of a day: 0.375 is 09:00.
_EXCEL_TIME = re.compile(r"0?\.[0-9]{1,20}")
_EXCEL_INSTANT = re.compile(r"([1-6][0-9]{4})(\.[0-9]{1,20})")
# A day off on holidays has no letter in the standard; it is left out and told.
_HOLIDAYS = re.compile(r"[(]?(?:国民の)?祝(?:祭)?日?(?:は|を)?(?:除く|休み?)?[)]?")
# The time of day at the end of an instant: 2026/8/1 9:00, 令和8年8月1日午後5時半, 2026-08-01T09:00:00+09:00.
_INSTANT = re.compile(r"(?P<day>.+?)[T\s]*(?P<time>(?:午前|午後|AM|PM)?\s*[0-9]{1,2}\s*[時:].*)")
_WEEKDAY_RANGE = re.compile(rf"([{WEEKDAYS}])(?:曜日?)?[~〜\-ー]([{WEEKDAYS}])(?:曜日?)?")


def parse_time(text: str) -> str:
    """Read a time of day and return `HH:MM`, or `HH:MM:SS` when seconds are written. Raises `UnreadableError`.

    `24:00` is the end of a day. Codes: `unrecognised`, `range` (25:00, 00:66), `ambiguous_12`
    (午後12時 is noon to some and midnight to others).
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", bounded(text))).upper()
    if plain == "正午":
        return "12:00"
    match = _TIME.fullmatch(plain)
    if match is None:
        raise UnreadableError("unrecognised")
    hour = _hour(int(match["hour"]), match["half"] or match["half2"])
    minute = 30 if match["half_past"] else int(match["minute"] or match["minute2"] or 0)
    second = int(match["second"] or 0)
    if minute > 59 or second > 59 or (hour, minute, second) > (24, 0, 0):
        raise UnreadableError("range")
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if match["second"] else "")


def clean_time(text: str, *, starts: bool = False) -> Cleaned:
    """Clean a time of day. Value: text `HH:MM[:SS]`, zero-padded.

    `24:00` is the end of a day: error `end_only` where the column `starts` something. Warning `excel_serial`
    where a bare fraction was read as Excel's part of a day. Other codes: `parse_time`.
    """
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    if _EXCEL_TIME.fullmatch(trim(text)):
        return Cleaned(_from_excel(float(text)), fixed="excel_serial", warning="excel_serial")
    try:
        value = parse_time(text)
    except UnreadableError as error:
        return refused(error)
    if starts and value.startswith("24"):
        return Cleaned(None, error="end_only")
    return Cleaned(value, fixed=None if value == text else "time_format")


def clean_datetime(text: str) -> Cleaned:
    """Clean an instant. Value: `datetime` with its time zone; Japan's where none is written.

    Errors: those of `parse_date` and `parse_time`, `incomplete_date` without a day, `no_time` without a time.
    Warning `excel_serial` where a number with a fraction was read as Excel's day and time.
    """
    plain = trim(text)
    if not plain or is_blank_mark(plain):
        return EMPTY
    serial = _EXCEL_INSTANT.fullmatch(plain)
    if serial:
        midnight = datetime.combine(from_excel_serial(int(serial[1])), time(0), JST)
        minutes = round(float(f"0{serial[2]}") * 24 * 60)
        return Cleaned(midnight + timedelta(minutes=minutes), "excel_serial", "excel_serial")
    try:
        value, warning = _instant(plain)
    except UnreadableError as error:
        return refused(error)
    return Cleaned(value, None if value.isoformat() == text else "datetime_format", warning)


def clean_weekdays(text: str) -> Cleaned:
    """Clean days of the week. Value: text, a subset of 月火水木金土日 in this order (月水金), as the standard asks.

    Reads 月～金, 月・水・金曜日, 毎日, 平日 and digits 1–7 (Monday is 1). Warning `holidays` where 祝日 stood with
    them. Error `unrecognised`.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not plain or is_blank_mark(plain):
        return EMPTY
    worked = _HOLIDAYS.sub("", plain)
    spelled = worked.replace("毎日", WEEKDAYS).replace("平日", WEEKDAYS[:5])
    if re.fullmatch("[1-7]+", spelled):
        spelled = "".join(WEEKDAYS[int(digit) - 1] for digit in spelled)
    spread = _WEEKDAY_RANGE.sub(lambda run: _weekdays_between(run[1], run[2]), spelled)
    days = re.sub(r"曜日?|[・,、;/と]", "", spread)
    if not days or set(days) - set(WEEKDAYS):
        return Cleaned(None, error="unrecognised")
    value = "".join(day for day in WEEKDAYS if day in days)
    return Cleaned(
        value, None if value == text else "weekday_format", "holidays" if worked != plain else None
    )


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if hour == 12:
        raise UnreadableError("ambiguous_12")
    if hour > 12:
        raise UnreadableError("range")
    return hour + 12 if half in _AFTERNOON else hour


def _from_excel(part_of_day: float) -> str:
    """Write a part of a day as `HH:MM`, to the nearest minute: Excel's fractions are not exact."""
    hour, minute = divmod(round(part_of_day * 24 * 60), 60)
    return f"{hour:02}:{minute:02}"


def _instant(plain: str) -> tuple[datetime, str | None]:
    try:
        exact = datetime.fromisoformat(plain) if len(plain) > len("2026-08-01") else None
    except ValueError:
        exact = None
    if exact is not None:
        return (exact if exact.tzinfo else exact.replace(tzinfo=JST)), None
    match = _INSTANT.fullmatch(unicodedata.normalize("NFKC", bounded(plain)))
    if match is None:
        parse_date(plain)
        raise UnreadableError("no_time")
    day = parse_date(match["day"])
    if day.precision != "day":
        raise UnreadableError("incomplete_date")
    clock = parse_time(match["time"])
    midnight = datetime.combine(day.start, time(0), JST)
    hours, minutes, seconds = (int(part) for part in f"{clock}:00".split(":")[:3])
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds), day.warning


def _weekdays_between(first: str, last: str) -> str:
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return WEEKDAYS[start : end + 1] if start <= end else WEEKDAYS[start:] + WEEKDAYS[: end + 1]


def clean_times(values: pd.Series[Any], *, starts: bool = False) -> ColumnResult:
    """Clean a column of times of day; `starts` when they are the start of something."""
    return clean_column(values, partial(clean_time, starts=starts))


clean_datetimes = columnwise(clean_datetime)
clean_weekdays_column = columnwise(clean_weekdays)

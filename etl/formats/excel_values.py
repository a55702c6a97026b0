"""Values of Excel cells as text, alike for new (xlsx) and old (xls) workbooks."""

from __future__ import annotations

import datetime
import re
from typing import Literal

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

# What Excel shows for a formula that cannot be worked out; also for one that was never worked out.
UNCALCULATED = "#CALC!"

Kind = Literal["number", "date", "time"]

# Formats that a workbook names by number alone (ECMA-376, 18.8.30); 27-36 and 50-58 are the Japanese dates.
_DATE_FORMATS = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)}
_TIME_FORMATS = {*range(18, 22), 32, 33, 45, 46, 47}
# Quoted words, escaped and padding characters, conditions and colours say nothing of the kind; [h] [m] [s] do.
_DECORATION = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY = re.compile("[yd]", re.IGNORECASE)
_CLOCK = re.compile("[hs]", re.IGNORECASE)
_MONTH = re.compile("m", re.IGNORECASE)
_DAY_SECONDS = 24 * 60 * 60
# Whole numbers above are not exact in Excel.
_EXACT = 1e15


def kind_of(number: int, code: str | None) -> Kind:
    """Tell what a number format shows; `code` is the workbook's own text of the format, if it has one."""
    if code is None:
        return "date" if number in _DATE_FORMATS else "time" if number in _TIME_FORMATS else "number"
    shown = _DECORATION.sub("", code.split(";", 1)[0])
    if _DAY.search(shown):
        return "date"
    if _CLOCK.search(shown):
        return "time"
    return "date" if _MONTH.search(shown) else "number"


def number_text(value: float) -> str:
    """Write a number: whole ones without .0."""
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def date_text(value: float, kind: Kind, *, since_1904: bool) -> str:
    """Write a serial date as ISO 8601, midnight as a mere date, a clock time as hours (up to 24 and beyond) and minutes.

    A serial that is no date comes back as the number that it is.
    """
    seconds = round(value * _DAY_SECONDS)
    if seconds >= 0 and (value < 1 or (kind == "time" and value < 2)):
        return _clock(seconds)
    try:
        moment = from_excel(value, MAC_EPOCH if since_1904 else WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return number_text(value)
    if not isinstance(moment, datetime.datetime):
        return number_text(value)
    midnight = moment.time() == datetime.time()
    return moment.date().isoformat() if midnight else moment.isoformat(sep=" ", timespec="seconds")


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")

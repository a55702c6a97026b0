"""Dates in 和暦 and 西暦, Excel's serial numbers, and fiscal years (1 April to 31 March).

Nothing is guessed: a year without an era (32.7.1) is refused, and so are lunar dates before 明治6.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from gis_core.cleaned import EMPTY, Cleaned, UnreadableError, bounded, columnwise, refused
from gis_core.text import hyphens_between_digits, is_blank_mark, trim

Precision = Literal["day", "month", "year", "fiscal_year"]


@dataclass(frozen=True)
class Era:
    """A Japanese era: year 1 is the Gregorian `first_year`; `start` and `end` are its first and last day."""

    name: str
    letter: str
    first_year: int
    start: date
    end: date


# 改元 dates as in the 政令 of each change, cross-checked with ICU's Japanese calendar. The day of the change
# belongs to both eras for 明治/大正 and 大正/昭和. 明治 legally began on 1868-01-25.
ERAS = (
    Era("明治", "M", 1868, date(1868, 1, 25), date(1912, 7, 30)),
    Era("大正", "T", 1912, date(1912, 7, 30), date(1926, 12, 25)),
    Era("昭和", "S", 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", 2019, date(2019, 5, 1), date.max),
)
# Japan took the Gregorian calendar on 明治6年1月1日; earlier dates are lunar.
GREGORIAN_SINCE = date(1873, 1, 1)

_ERA_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.name[0], era.letter)}
_TAIL = re.compile(r"(?:現在|時点|[(][日月火水木金土](?:曜日?)?(?:・?祝日?)?[)]|[日月火水木金土]曜日?)+$")
_KANJI_NUMBER = re.compile("[〇零一二三四五六七八九十]+(?=[年月日])")
_KANJI_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0"}
# An Excel cell of a day often carries a time: midnight means nothing, another is told.
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$")
_TIME_OF_DAY = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$")

_WRITTEN = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[明大昭平令]|[MTSHR])?\.?(?P<year>元|[0-9]{1,4})"
    r"(?:(?P<fiscal>年度)|年?|(?:年|[./-])(?P<month>[0-9]{1,2})(?:月?|(?:月|[./-])(?P<day>[0-9]{1,2})日?))"
)
_COMPACT = re.compile(
    r"(?:(?P<era>[MTSHR])(?=[0-9]{6}$)(?P<short>[0-9]{2})|(?P<year>(?:18|19|20)[0-9]{2}))"
    r"(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
)
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_EPOCH_1904 = date(1904, 1, 1)
# 9999-12-31 where days are counted from 1904: what both systems can hold.
_LAST_SERIAL = 2_957_003
# 1927-05-18 to 2099-12-31: five digits in a date column that Excel showed as a number.
_LIKELY_SERIALS = range(10_000, 73_051)


@dataclass(frozen=True)
class ParsedDate:
    """A date with the precision it was written in: `start` and `end` are its first and last day.

    `warning` is `era_ended` (平成31年5月1日) or `era_not_started`.
    """

    start: date
    end: date
    precision: Precision
    warning: str | None = None

    @property
    def iso(self) -> str:
        """Return `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; a fiscal year is named by the year it begins in."""
        return self.start.isoformat()[: {"day": 10, "month": 7}.get(self.precision, 4)]


def parse_date(text: str) -> ParsedDate:
    """Read a date, month, year or fiscal year. Raises `UnreadableError`.

    Codes: `unrecognised`, `invalid_date`, `ambiguous_no_era`, `era_year_zero`, `lunar_calendar`.
    """
    plain = _normalise(text)
    match = _COMPACT.fullmatch(plain) or _WRITTEN.fullmatch(plain)
    if match is None:
        raise UnreadableError("unrecognised")
    parts = {"era": None, "short": None, "fiscal": None} | match.groupdict()
    era = _ERA_BY_MARK.get(parts["era"] or "")
    year = _gregorian_year(era, parts["year"] or parts["short"] or "")
    start, end, precision = _period(year, parts["month"], parts["day"], fiscal=parts["fiscal"] is not None)
    if start < GREGORIAN_SINCE:
        raise UnreadableError("lunar_calendar")
    return ParsedDate(start, end, precision, _era_warning(era, start, end))


def from_excel_serial(serial: float, *, epoch_1904: bool = False) -> date:
    """Return the day of an Excel serial number; the time of day (the fraction) is dropped.

    Raises `UnreadableError`: `excel_serial` for numbers below 1, beyond the year 9999, and 60, Excel's
    fictitious 1900-02-29 (kept from Lotus 1-2-3). Old Mac files count from 1904.
    """
    if not 1 <= serial <= _LAST_SERIAL or (int(serial) == 60 and not epoch_1904):
        raise UnreadableError("excel_serial")
    days = int(serial)
    if epoch_1904:
        return _EXCEL_EPOCH_1904 + timedelta(days)
    return _EXCEL_EPOCH + timedelta(days + 1 if days < 60 else days)


def fiscal_year(day: date) -> int:
    """Return the fiscal year a day is in (2027-03-31 is in 2026)."""
    return day.year if day.month >= 4 else day.year - 1


def to_wareki(day: date) -> str:
    """Write a day for people: `令和8年8月1日`; days before 1873 in 西暦."""
    for era in reversed(ERAS):
        if day >= max(era.start, GREGORIAN_SINCE):
            year = day.year - era.first_year + 1
            return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def clean_date(text: str) -> Cleaned:
    """Clean a date of full precision. Value: `datetime.date`.

    Error `incomplete_date` for a month or year alone. Warnings: `excel_serial` where a bare number was read
    as Excel's serial, `time_dropped` where a time of day stood with it. Other codes: `parse_date`.
    """
    plain = trim(text)
    if not plain or is_blank_mark(plain):
        return EMPTY
    serial = _SERIAL.fullmatch(plain)
    if serial and plain.isascii() and int(serial[1]) in _LIKELY_SERIALS:
        return Cleaned(from_excel_serial(int(serial[1])), fixed="excel_serial", warning="excel_serial")
    day = plain if _MIDNIGHT.search(plain) else _TIME_OF_DAY.sub("", plain)
    try:
        parsed = parse_date(day)
    except UnreadableError as error:
        return refused(error)
    if parsed.precision != "day":
        return Cleaned(None, error="incomplete_date")
    fixed = None if text == parsed.iso else "date_format"
    return Cleaned(parsed.start, fixed, parsed.warning or ("time_dropped" if day != plain else None))


def clean_year(text: str) -> Cleaned:
    """Clean a year or fiscal year (令和8年度). Value: int, 西暦. A full date gives error `unrecognised`."""
    plain = trim(text)
    if not plain or is_blank_mark(plain):
        return EMPTY
    try:
        parsed = parse_date(plain)
    except UnreadableError as error:
        return refused(error)
    if parsed.precision not in {"year", "fiscal_year"}:
        return Cleaned(None, error="unrecognised")
    return Cleaned(parsed.start.year, None if text == parsed.iso else "date_format", parsed.warning)


def _normalise(text: str) -> str:
    """Fold width, spaces, ligatures (㋿) and kanji numerals; nothing of this is stored."""
    folded = unicodedata.normalize("NFKC", hyphens_between_digits(bounded(text))).strip()
    joined = re.sub(r"\s+", "", _MIDNIGHT.sub("", folded)).upper()
    return _KANJI_NUMBER.sub(lambda run: _kanji_number(run[0]), _TAIL.sub("", joined))


def _kanji_number(kanji: str) -> str:
    """Read 八, 十五, 三十一 or, digit by digit, 二〇二六."""
    tens, ten, ones = kanji.partition("十")
    if not ten:
        return "".join(_KANJI_DIGITS[c] for c in kanji)
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return kanji
    return f"{_KANJI_DIGITS.get(tens, '1')}{_KANJI_DIGITS.get(ones, '0')}"


def _gregorian_year(era: Era | None, written: str) -> int:
    if era is None:
        if len(written) != 4:
            raise UnreadableError("unrecognised" if written == "元" else "ambiguous_no_era")
        return int(written)
    year = 1 if written == "元" else int(written)
    if year == 0:
        raise UnreadableError("era_year_zero")
    return era.first_year + year - 1


def _period(year: int, month: str | None, day: str | None, *, fiscal: bool) -> tuple[date, date, Precision]:
    try:
        if fiscal:
            return date(year, 4, 1), date(year + 1, 3, 31), "fiscal_year"
        if month is None:
            return date(year, 1, 1), date(year, 12, 31), "year"
        if day is None:
            last = monthrange(year, int(month))[1]
            return date(year, int(month), 1), date(year, int(month), last), "month"
        only = date(year, int(month), int(day))
    except ValueError as error:
        raise UnreadableError("invalid_date") from error
    return only, only, "day"


def _era_warning(era: Era | None, start: date, end: date) -> str | None:
    if era is None:
        return None
    if start > era.end:
        return "era_ended"
    return "era_not_started" if end < era.start else None


clean_dates = columnwise(clean_date)
clean_years = columnwise(clean_year)

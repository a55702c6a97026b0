"""Degrees as people write them: decimals, degrees-minutes-seconds, packed, dotted, two in one cell.

The form is a property of the column, not of the value: `36.5216` may be 36°52′16″ written with a dot. So
packed (360613.5) and dotted (36.52.16.3) forms are taken only where the column is said to be DMS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gis_core.boxes import JAPAN
from gis_core.cleaned import (
    EMPTY,
    Cleaned,
    ColumnResult,
    Plain,
    UnreadableError,
    bounded,
    clean_column,
    columnwise,
    refused,
)
from gis_core.text import half_ascii, is_blank_mark, trim

if TYPE_CHECKING:
    import pandas as pd

# Marks are unified before anything else: NFKC would turn º into the letter o and ″ into two ′.
_MARKS = (
    (re.compile("緯度[:：]?\\s*"), "北緯"),
    (re.compile("経度[:：]?\\s*"), "東経"),
    (re.compile("[º˚゜度]"), "°"),
    (re.compile("''|′′|’’|[″“”〃秒]"), '"'),
    (re.compile("[′’‘´`分]"), "'"),
    (re.compile("[−－‐–—―]"), "-"),
)
_HEMISPHERES = {"北緯": 1, "東経": 1, "N": 1, "E": 1, "南緯": -1, "西経": -1, "S": -1, "W": -1}
_HEMISPHERE = "北緯|南緯|東経|西経|[NSEW]"
_SIDED = re.compile(
    rf"(?P<before>{_HEMISPHERE})?\s*(?P<number>[^NSEW北南東西]*?)\s*(?P<after>{_HEMISPHERE})?"
)

_DECIMAL = re.compile(r"([0-9]{1,3}(?:\.[0-9]*)?|\.[0-9]+)°?")
_MARKED = re.compile(r"([0-9]{1,3})°\s*([0-9]{1,2})(?:'\s*(?:([0-9]{1,2}(?:\.[0-9]*)?)\"*)?)?")
_MINUTES = re.compile(r"([0-9]{1,3})°\s*([0-9]{1,2}\.[0-9]+)'?")
_SEPARATED = re.compile(r"([0-9]{1,3})([-: ])([0-9]{1,2})\2([0-9]{1,2}(?:\.[0-9]*)?)")
_DOTTED = re.compile(r"([0-9]{2,3})\.([0-9]{1,2})\.([0-9]{1,2}(?:\.[0-9]+)?)")
_PACKED = re.compile(r"([0-9]{2,3})([0-9]{2})([0-9]{2}(?:\.[0-9]+)?)")

_POINT_WKT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)")
# Ends of an angle that may be followed directly by the next one.
_TWO_SIDED = re.compile(rf"((?:{_HEMISPHERE}).+?)[,、/;\s]*((?:{_HEMISPHERE})[^NSEW北南東西]+)")
_TWO_AFTER = re.compile(r"([^NSEW]+[NS])[,、/;\s]*([^NSEW]+[EW])")
_TWO = re.compile(r"([^,、/;\s]+)\s*[,、/;\s]\s*([^,、/;\s]+)")


@dataclass(frozen=True)
class Degrees:
    """An angle in decimal degrees; `warning` is `packed_dms`, `dms_with_dots` or None."""

    value: float
    warning: str | None = None


def parse_degrees(text: str) -> Degrees:
    """Read an angle in any form. Raises `UnreadableError`: `unrecognised`, `range` (60 seconds, 200 degrees)."""
    sided = _SIDED.fullmatch(_unified(text))
    if sided is None or (sided["before"] and sided["after"]):
        raise UnreadableError("unrecognised")
    number = sided["number"]
    unsigned = number.lstrip("+-")
    if len(number) - len(unsigned) > 1:
        raise UnreadableError("unrecognised")
    sign = _HEMISPHERES[sided["before"] or sided["after"] or "N"] * (-1 if number.startswith("-") else 1)
    value, warning = _magnitude(unsigned)
    return Degrees(sign * value, warning)


def parse_latlon(text: str) -> tuple[float, float, str | None]:
    """Read latitude and longitude from one cell: (latitude, longitude, warning).

    The hemispheres tell which is which, else Japan's ranges: `lon_first` warns that these put longitude first.
    Raises `UnreadableError`: `unrecognised`, `range`, `packed_dms`.
    """
    cell = _unified(text).strip("()[] ")
    first, second, wkt = _two_angles(cell)
    one, other = _plain_degrees(first), _plain_degrees(second)
    told = re.search(_HEMISPHERE, cell)
    lon_first = wkt or (_is_longitude(first) if told else JAPAN.west <= one <= JAPAN.east)
    lat, lon = (other, one) if lon_first else (one, other)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UnreadableError("range")
    return lat, lon, "lon_first" if lon_first and not (wkt or told) else None


def clean_degrees(text: str, *, dms: bool = False) -> Cleaned:
    """Clean a latitude or longitude. Value: float, decimal degrees.

    Packed and dotted forms are errors `packed_dms`, `dms_with_dots` unless the column is `dms`;
    `missing_decimal_point` for long whole numbers that are no packed angle. Other codes: `parse_degrees`.
    """
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    try:
        degrees = parse_degrees(text)
    except UnreadableError as error:
        whole = re.fullmatch(r"-?[0-9]{5,}(\.0)?", trim(half_ascii(text)))
        return Cleaned(None, error="missing_decimal_point" if whole else error.code)
    if degrees.warning and not dms:
        return Cleaned(None, error=degrees.warning)
    plain = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) and not degrees.warning
    return Cleaned(degrees.value, None if plain else "degrees_format", degrees.warning)


def clean_latlon(text: str) -> Cleaned:
    """Clean a cell that holds both coordinates. Value: `(latitude, longitude)` in decimal degrees."""
    if not trim(text) or is_blank_mark(text):
        return EMPTY
    try:
        lat, lon, warning = parse_latlon(text)
    except UnreadableError as error:
        return refused(error)
    return Cleaned((lat, lon), warning=warning)


def clean_degrees_column(values: pd.Series[Any], *, dms: bool = False) -> ColumnResult:
    """Clean a column of latitudes or longitudes; `dms` when the column is said to hold packed or dotted DMS."""
    return clean_column(values, partial(clean_degrees, dms=dms), _PLAIN_DEGREES)


def _unified(text: str) -> str:
    text = bounded(text)
    for mark, unified in _MARKS:
        text = mark.sub(unified, text)
    return trim(half_ascii(text).upper())


def _magnitude(unsigned: str) -> tuple[float, str | None]:
    decimal = _DECIMAL.fullmatch(unsigned)
    if decimal:
        return _in_range(float(decimal[1])), None
    marked = _MARKED.fullmatch(unsigned)
    if marked:
        return _sum(marked[1], marked[2], marked[3]), None
    minutes = _MINUTES.fullmatch(unsigned)
    if minutes:
        return _sum(minutes[1], minutes[2], None), None
    separated = _SEPARATED.fullmatch(unsigned)
    if separated:
        return _sum(separated[1], separated[3], separated[4]), None
    for form, warning in ((_DOTTED, "dms_with_dots"), (_PACKED, "packed_dms")):
        parts = form.fullmatch(unsigned)
        if parts:
            return _sum(*parts.groups()), warning
    raise UnreadableError("unrecognised")


def _sum(degrees: str, minutes: str, seconds: str | None) -> float:
    if float(minutes) >= 60 or float(seconds or 0) >= 60:
        raise UnreadableError("range")
    return _in_range(int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600)


def _in_range(degrees: float) -> float:
    if degrees > 180:
        raise UnreadableError("range")
    return degrees


def _two_angles(cell: str) -> tuple[str, str, bool]:
    wkt = _POINT_WKT.fullmatch(f"{cell})") if cell.startswith("POINT") else None
    match = wkt or _TWO_SIDED.fullmatch(cell) or _TWO_AFTER.fullmatch(cell) or _TWO.fullmatch(cell)
    if match is None:
        raise UnreadableError("unrecognised")
    return match[1], match[2], wkt is not None


def _plain_degrees(text: str) -> float:
    degrees = parse_degrees(text)
    if degrees.warning:
        raise UnreadableError(degrees.warning)
    return degrees.value


def _is_longitude(text: str) -> bool:
    return re.search("東経|西経|[EW]", text) is not None


_PLAIN_DEGREES = Plain(
    re.compile(r"-?(?:1[0-7][0-9]|[0-9]{1,2})\.[0-9]{1,12}"),
    lambda texts: np.array(texts, dtype=object).astype(float).tolist(),
)
clean_latlons = columnwise(clean_latlon)

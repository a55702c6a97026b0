"""What is wrong with coordinates that are not where they should be, column-wise.

Nothing is repaired here: staff are shown what it looks like and decide for the column.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gis_core.boxes import JAPAN, Box
from gis_core.crs import transformation
from gis_core.crs_names import WGS84

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Verdicts = npt.NDArray[np.str_]


def judge_coordinates(lon: npt.ArrayLike, lat: npt.ArrayLike, reach: Box) -> Verdicts:
    """Return one verdict a row on what was given as longitude and latitude; `reach` is the city's box (degrees).

    `ok`; `missing`; `zero`; `swapped`; `sign`; `maybe_dms` (36.5216 for 36°52′16″); `in_japan_not_in_city`;
    `webmercator` and `plane_rectangular` (metres); `missing_decimal_point`; `outside_japan`.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    with np.errstate(invalid="ignore"):
        large = (np.abs(x) > 360) | (np.abs(y) > 360)
        verdicts = [
            ("missing", ~(np.isfinite(x) & np.isfinite(y))),
            ("zero", (x == 0) & (y == 0)),
            ("ok", _within(x, y, reach)),
            ("maybe_dms", _within(x, y, JAPAN) & _within(_dms_as_decimal(x), _dms_as_decimal(y), reach)),
            ("in_japan_not_in_city", _within(x, y, JAPAN)),
            ("swapped", _within(y, x, JAPAN)),
            ("sign", _within(np.abs(x), np.abs(y), JAPAN)),
            ("webmercator", large & _is_web_mercator(x, y)),
            ("missing_decimal_point", large & _lacks_point(x, JAPAN.west, JAPAN.east)
             & _lacks_point(y, JAPAN.south, JAPAN.north)),
            ("plane_rectangular", large & (np.abs(x) < 1.2e6) & (np.abs(y) < 1.2e6)),
        ]  # fmt: skip
    return np.select([mask for _, mask in verdicts], [name for name, _ in verdicts], "outside_japan")


def _within(x: Floats, y: Floats, box: Box) -> Mask:
    return np.asarray((x >= box.west) & (x <= box.east) & (y >= box.south) & (y <= box.north))


def _dms_as_decimal(value: Floats) -> Floats:
    """Read 36.52163 as 36°52′16.3″; NaN where minutes or seconds would be 60 or more."""
    degrees = np.floor(value)
    # A hundred millionth is below what any file writes and above the float's noise.
    hundreds = np.round((value - degrees) * 100, 8)
    minutes = np.floor(hundreds)
    seconds = (hundreds - minutes) * 100
    return np.where((minutes < 60) & (seconds < 60), degrees + minutes / 60 + seconds / 3600, np.nan)


def _is_web_mercator(x: Floats, y: Floats) -> Mask:
    """Tell whether the values are Web Mercator metres of a place in Japan, in either order."""
    (west, east), (south, north) = (
        edge.tolist()
        for edge in transformation(WGS84, 3857).apply([JAPAN.west, JAPAN.east], [JAPAN.south, JAPAN.north])
    )
    box = Box(west, south, east, north)
    return _within(x, y, box) | _within(y, x, box)


def _lacks_point(value: Floats, low: float, high: float) -> Mask:
    """Tell which whole numbers of six or more digits lie in the range once a decimal point is put in."""
    whole = (value == np.floor(value)) & (value >= 100_000)
    digits = np.floor(np.log10(np.where(whole, value, 1)))
    scaled = value / 10.0 ** (digits - np.floor(np.log10(low)))
    return np.asarray(whole & (scaled >= low) & (scaled <= high))

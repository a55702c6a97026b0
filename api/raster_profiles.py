"""Values along a line, at evenly spaced points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from rasterio.windows import Window

from api.raster_handles import Source

# The ellipsoid of JGD2011 and, but for a tenth of a millimetre, of WGS 84.
ELLIPSOID = Geod(ellps="GRS80")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """Points along a line: distance from its beginning (metres on the ellipsoid), place (degrees), value."""

    length: float
    points: tuple[tuple[float, float, float, float | None], ...]
    exact: bool


def along(source: Source, line: list[tuple[float, float]], samples: int) -> Profile:
    """Return the values at `samples` points of a line (degrees), the first and the last at its ends."""
    distances, longitudes, latitudes = _points(line, samples)
    xs, ys = source.grid.to_raster.transform(longitudes, latitudes)
    values = [_value(source, x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    places = zip(distances.tolist(), longitudes.tolist(), latitudes.tolist(), values, strict=True)
    points = tuple((round(d, 2), round(lon, 7), round(lat, 7), value) for d, lon, lat, value in places)
    return Profile(float(distances[-1]), points, source.grid.exact)


def _value(source: Source, x: float, y: float) -> float | None:
    pixel = source.grid.pixel(x, y)
    if pixel is None:
        return None
    row, column = pixel
    return source.grid.said(source.dataset.read(1, window=Window(column, row, 1, 1))[0, 0])


def _points(line: list[tuple[float, float]], samples: int) -> tuple[Floats, Floats, Floats]:
    """Return distances, longitudes and latitudes of evenly spaced points, straight in degrees between corners."""
    longitudes, latitudes = np.array(line).T
    legs = ELLIPSOID.line_lengths(longitudes, latitudes)
    corners = np.concatenate(([0.0], np.cumsum(legs)))
    distances = np.linspace(0, corners[-1], samples)
    return (
        distances,
        np.interp(distances, corners, longitudes),
        np.interp(distances, corners, latitudes),
    )

"""What a raster says of single points."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rasterio.windows import Window

from api.raster_handles import Source


@dataclass(frozen=True)
class Found:
    """A value, None outside the raster and where it has no data; `exact` is false where it stands for its class."""

    value: float | None
    exact: bool = True


def at(source: Source, longitude: float, latitude: float) -> Found:
    """Return the value of the pixel that holds a point (degrees)."""
    x, y = source.to_raster.transform(longitude, latitude)
    return Found(pixel_at(source, x, y), not source.classes_only)


def pixel_at(source: Source, x: float, y: float) -> float | None:
    """Return the value of the pixel that holds a point of the raster's own system."""
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    place, (width, height) = source.to_pixels, source.size
    column = math.floor(place.a * x + place.b * y + place.c)
    row = math.floor(place.d * x + place.e * y + place.f)
    if not (0 <= row < height and 0 <= column < width):
        return None
    pixel = source.dataset.read(1, window=Window(column, row, 1, 1))[0, 0]
    if pixel == source.nodata or not math.isfinite(pixel):
        return None
    # The shortest text of a float32 is what was meant; widened to float64 it would show 0.3 as 0.30000001.
    return float(str(pixel))

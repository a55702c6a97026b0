"""What a raster says of single points: where they lie in it, and the small squares of its values that answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine
from pyproj import Transformer
from rasterio.windows import Window

# A square's pixels on a side: a quarter of a block, as rasters are packed, and 16 KiB of the widest usual values.
SIDE = 64


@dataclass(frozen=True)
class Found:
    """A value, None outside the raster and where it has no data; `exact` is false where it stands for its class."""

    value: float | None
    exact: bool = True


@dataclass(frozen=True, eq=False)
class Grid:
    """A raster's pixels, as far as a point needs them, without the file.

    `size` are columns and rows, `to_raster` leads from longitude and latitude (degrees) to the raster's system and
    `to_pixels` from there to columns and rows; `kind` is the type of the values. `one_way`: `to_raster` is one
    pipeline, which each thread that uses it makes for itself without PROJ's database.
    """

    size: tuple[int, int]
    to_raster: Transformer
    one_way: bool
    to_pixels: Affine
    nodata: float | None
    kind: np.dtype[Any]
    exact: bool

    def pixel(self, x: float, y: float) -> tuple[int, int] | None:
        """Return row and column of the pixel that holds a point of the raster's own system, None outside."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return None
        place, (width, height) = self.to_pixels, self.size
        column = math.floor(place.a * x + place.b * y + place.c)
        row = math.floor(place.d * x + place.e * y + place.f)
        return (row, column) if 0 <= row < height and 0 <= column < width else None

    def said(self, pixel: Any) -> float | None:
        """Return what a pixel of the file says."""
        if pixel == self.nodata or not math.isfinite(pixel):
            return None
        # The shortest text of a float32 is what was meant; widened to float64 it would show 0.3 as 0.30000001.
        return float(str(pixel))

    def in_square(self, square: bytes, row: int, column: int) -> float | None:
        """Return what the pixel at a row and column says, by the square that holds it."""
        at = 0
        if len(square) > self.kind.itemsize:
            below, right = row % SIDE, column % SIDE
            at = (below * min(SIDE, self.size[0] - column + right) + right) * self.kind.itemsize
        return self.said(np.frombuffer(square, self.kind, 1, at)[0])


def square_of(dataset: Any, row: int, column: int) -> bytes:
    """Return the values of the square that holds a pixel, row by row; where all are the same, that one."""
    top, left = row - row % SIDE, column - column % SIDE
    height, width = min(SIDE, dataset.height - top), min(SIDE, dataset.width - left)
    values = dataset.read(1, window=Window(left, top, width, height))
    alike = bool((values == values[0, 0]).all())
    found: bytes = (values[0, 0] if alike else values).tobytes()
    return found

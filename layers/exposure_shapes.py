"""A raster's classes as polygons at its own resolution, window by window, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio import features
from rasterio.windows import Window

from gis_core.definition import RasterClass
from gis_core.raster_classes import class_indices

# A piece is never larger, so that an index finds it and a cut through it is soon made.
SIDE = 512
CACHE_BYTES = 32 * 2**20


def class_pieces(path: Path, classes: Sequence[RasterClass]) -> Iterator[tuple[int, bytes]]:
    """Yield the place of a class, from 1, and a valid polygon of it as EWKB (EPSG:4326).

    Pieces of all classes share no area, and together cover every pixel that has a class. Pixels' corners are
    transformed and their edges stay straight: on a pixel of 100 m that is less than a millimetre.
    """
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES), rasterio.open(path) as source:
        to_degrees = Transformer.from_crs(source.crs.to_wkt(), "EPSG:4326", always_xy=True)
        for window in _windows(source.width, source.height):
            indices = class_indices(source.read(1, window=window, masked=True), classes)
            if indices.any():
                corner = Affine.translation(window.col_off, window.row_off)
                yield from _pieces(indices, source.transform @ corner, to_degrees)


def _windows(width: int, height: int) -> Iterator[Window]:
    for top in range(0, height, SIDE):
        for left in range(0, width, SIDE):
            yield Window(left, top, min(SIDE, width - left), min(SIDE, height - top))


def _pieces(indices: NDArray[np.uint8], place: Any, to_degrees: Transformer) -> Iterator[tuple[int, bytes]]:
    found = list(features.shapes(indices, mask=indices > 0, transform=place))
    polygons = np.array([shapely.geometry.shape(shape) for shape, _ in found])
    # Pixels that only meet in a corner make rings that touch themselves.
    polygons = shapely.make_valid(polygons)
    polygons = shapely.transform(polygons, to_degrees.transform, interleaved=False)
    parts, owners = shapely.get_parts(polygons, return_index=True)
    for part, owner in zip(shapely.set_srid(parts, 4326), owners, strict=True):
        yield int(found[owner][1]), shapely.to_wkb(part, include_srid=True)

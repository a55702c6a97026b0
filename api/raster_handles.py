"""Open rasters of one thread: files, their overviews, and their views on the tiles' own pixels."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import rasterio
from affine import Affine
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from gis_core.raster_tags import is_classes_only
from gis_core.tiles import mercator_box, tile_at
from layers.catalogue import RasterInfo

SIDE = 256
MERCATOR = "EPSG:3857"
# Open datasets a thread keeps: a few rasters at a few overview levels and zoom levels.
KEPT_OPEN = 24


@dataclass(frozen=True)
class Source:
    """A raster opened at full resolution: the dataset, and what every question about a place needs of it.

    `resolution` is metres of EPSG:3857 a pixel; `overviews` are the factors by which the coarser copies are
    smaller. `classes_only`: a value only stands for its class.
    """

    dataset: Any
    resolution: float
    overviews: tuple[int, ...]
    classes_only: bool

    @cached_property
    def to_raster(self) -> Transformer:
        """The transformation from longitude and latitude (degrees) to the raster's system."""
        return Transformer.from_crs("EPSG:4326", self.dataset.crs.to_wkt(), always_xy=True)

    @cached_property
    def to_pixels(self) -> Affine:
        """The transformation from the raster's system to columns and rows."""
        inverse: Affine = ~self.dataset.transform
        return inverse


class Handles:
    """What one thread keeps open, because a GDAL dataset must stay in the thread that uses it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def source(self, path: Path) -> Source:
        """Return a file at its full resolution."""
        found: Source = self._keep((path, "source"), lambda: _source(path))
        return found

    def overview(self, path: Path, level: int | None) -> Any:
        """Return a file at one of its overviews, None for its full resolution."""
        if level is None:
            return self.source(path).dataset
        return self._keep((path, level), lambda: rasterio.open(path, overview_level=level))

    def warped(self, info: RasterInfo, zoom: int, resampling: Resampling) -> Any:
        """Return the raster as seen on the zoom level's own pixels, so that a tile is a window of it.

        Kept open, since making one costs several times as much as reading a tile from it.
        """
        return self._keep(
            (info.path, "warped", zoom, resampling), lambda: self._warped(info, zoom, resampling)
        )

    def _warped(self, info: RasterInfo, zoom: int, resampling: Resampling) -> Any:
        top, left, bottom, right = tile_range(info, zoom)
        box = mercator_box(zoom, top, left)
        step = (box.east - box.west) / SIDE
        dataset = self.overview(info.path, level_for(self.source(info.path), step))
        return WarpedVRT(
            dataset,
            crs=MERCATOR,
            transform=Affine(step, 0, box.west, 0, -step, box.north),
            width=(right - left + 1) * SIDE,
            height=(bottom - top + 1) * SIDE,
            resampling=resampling,
            # Without a no-data value, what lies outside the file would otherwise read as 0.
            add_alpha=dataset.nodata is None,
        )

    def _keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept. A path names one file for ever, so none is ever outdated."""
        kept = self._kept
        if key not in kept:
            kept[key] = make()
        kept.move_to_end(key)
        if len(kept) > KEPT_OPEN:
            # Not closed by hand: a warped view may still stand on it, and goes before it does.
            kept.popitem(last=False)
        return kept[key]


def level_for(source: Source, step: float) -> int | None:
    """Return the coarsest overview that is still as fine as `step` (EPSG:3857 metres), None for full resolution."""
    fitting = [n for n, factor in enumerate(source.overviews) if source.resolution * factor <= step * 1.01]
    return fitting[-1] if fitting else None


def tile_range(info: RasterInfo, zoom: int) -> tuple[int, int, int, int]:
    """Return the first row, first column, last row and last column of the tiles that the raster may touch."""
    top, left = tile_at(info.extent.west, info.extent.north, zoom)
    bottom, right = tile_at(info.extent.east, info.extent.south, zoom)
    last = 2**zoom - 1
    # One more on each side: the extent in degrees is rounded, and edges of a warped box are curved.
    return max(top - 1, 0), max(left - 1, 0), min(bottom + 1, last), min(right + 1, last)


def _source(path: Path) -> Source:
    dataset = rasterio.open(path)
    west, south, east, north = transform_bounds(dataset.crs, MERCATOR, *dataset.bounds)
    resolution = min((east - west) / dataset.width, (north - south) / dataset.height)
    return Source(dataset, resolution, tuple(dataset.overviews(1)), is_classes_only(dataset.tags()))

"""Open rasters of one thread: files and their overviews."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.warp import transform_bounds

from api.raster_values import Grid
from gis_core.boxes import Box
from gis_core.raster_tags import is_classes_only
from gis_core.tiles import tile_at
from layers.catalogue import RasterInfo

SIDE = 256
MERCATOR = "EPSG:3857"
# Open datasets a thread keeps: a few rasters at all their overview levels.
KEPT_OPEN = 32


@dataclass(frozen=True)
class Source:
    """A raster opened at full resolution: the dataset, and what every question about a place needs of it.

    `reach` is where it lies in EPSG:3857, `resolution` metres of that a pixel; `overviews` are the factors by which
    the coarser copies are smaller.
    """

    dataset: Any
    reach: Box
    resolution: float
    overviews: tuple[int, ...]

    @cached_property
    def from_mercator(self) -> Transformer:
        """The transformation from EPSG:3857 to the raster's system."""
        return Transformer.from_crs(MERCATOR, self.dataset.crs.to_wkt(), always_xy=True)

    @cached_property
    def grid(self) -> Grid:
        """Its pixels, for who asks for points."""
        dataset = self.dataset
        to_raster = Transformer.from_crs("EPSG:4326", dataset.crs.to_wkt(), always_xy=True)
        # Of one between old datums each place has its own way, which PROJ only tells once it went it.
        way = to_raster.definition
        one_way = way.startswith("proj=")
        return Grid(
            size=(dataset.width, dataset.height),
            to_raster=Transformer.from_pipeline(way) if one_way else to_raster,
            one_way=one_way,
            to_pixels=~dataset.transform,
            nodata=dataset.nodata,
            kind=np.dtype(dataset.dtypes[0]),
            exact=not is_classes_only(dataset.tags()),
        )


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

    def _keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what is kept. A path names one file for ever, so none is ever outdated."""
        kept = self._kept
        if key not in kept:
            kept[key] = make()
        kept.move_to_end(key)
        if len(kept) > KEPT_OPEN:
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
    reach = Box(*transform_bounds(dataset.crs, MERCATOR, *dataset.bounds))
    resolution = min((reach.east - reach.west) / dataset.width, (reach.north - reach.south) / dataset.height)
    overviews = tuple(dataset.overviews(1))
    return Source(dataset, reach, resolution, overviews)

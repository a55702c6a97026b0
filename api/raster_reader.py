"""Reads Cloud-Optimised GeoTIFFs in threads of its own: tiles in legend colours, values at a point."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from api.png import palette_png
from gis_core.definition import RasterClass
from gis_core.errors import Message, Unavailable
from gis_core.tiles import mercator_box, tile_at
from layers.catalogue import RasterInfo

T = TypeVar("T")

SIDE = 256
MERCATOR = "EPSG:3857"
# Open datasets a thread keeps: a few rasters at a few overview levels and zoom levels.
KEPT_OPEN = 24


@dataclass(frozen=True)
class _Shape:
    """What a raster is like, whatever level it is read at. `resolution` in EPSG:3857 metres a pixel."""

    resolution: float
    overviews: tuple[int, ...]


class RasterReader:
    """Keeps files open per thread, because a GDAL dataset must stay in the thread that uses it."""

    def __init__(self, threads: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="raster")
        self._local = threading.local()

    def close(self) -> None:
        """Let the threads end; their files close with them."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    async def tile(self, info: RasterInfo, zoom: int, row: int, column: int) -> bytes:
        """Return the tile as PNG: legend colours, transparent outside, without data and below the legend."""
        return await self._run(lambda: self._tile(info, zoom, row, column))

    async def value(self, info: RasterInfo, longitude: float, latitude: float) -> float | None:
        """Return the pixel's value at the point (degrees), None outside the raster and where it has no data."""
        return await self._run(lambda: self._value(info, longitude, latitude))

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except RasterioError as error:
            raise Unavailable(
                Message(
                    "ラスタのファイルを読めません。時間をおいてやり直し、続くときは運用者へ知らせてください。",
                    "The raster's file cannot be read. Try again later; if it stays, tell the operator.",
                ),
                str(error),
            ) from error

    def _tile(self, info: RasterInfo, zoom: int, row: int, column: int) -> bytes:
        top, left, _, _ = tile_range(info, zoom)
        warped = self._kept((info.path, "warped", zoom), lambda: self._warped(info, zoom))
        window = Window((column - left) * SIDE, (row - top) * SIDE, SIDE, SIDE)
        values = warped.read(1, window=window, masked=True)
        classes = info.definition.classes
        return palette_png(class_indices(values, classes), [c.color for c in classes])

    def _warped(self, info: RasterInfo, zoom: int) -> Any:
        """Return the raster as seen on the zoom level's own pixels, so that a tile is a window of it.

        Kept open, since making one costs several times as much as reading a tile from it.
        """
        top, left, bottom, right = tile_range(info, zoom)
        box = mercator_box(zoom, top, left)
        step = (box.east - box.west) / SIDE
        source = self._opened(info.path, self._level(info.path, step))
        return WarpedVRT(
            source,
            crs=MERCATOR,
            transform=Affine(step, 0, box.west, 0, -step, box.north),
            width=(right - left + 1) * SIDE,
            height=(bottom - top + 1) * SIDE,
            resampling=Resampling.nearest,
            # Without a no-data value, what lies outside the file would otherwise read as 0.
            add_alpha=source.nodata is None,
        )

    def _level(self, path: Path, step: float) -> int | None:
        """Return the coarsest overview that is still as fine as the tile, None for the full resolution."""
        shape = self._shape(path)
        fitting = [n for n, factor in enumerate(shape.overviews) if shape.resolution * factor <= step * 1.01]
        return fitting[-1] if fitting else None

    def _value(self, info: RasterInfo, longitude: float, latitude: float) -> float | None:
        source = self._opened(info.path, None)
        x, y = _to_raster(source.crs.to_wkt()).transform(longitude, latitude)
        if not (np.isfinite(x) and np.isfinite(y)):
            return None
        row, column = source.index(x, y)
        if not (0 <= row < source.height and 0 <= column < source.width):
            return None
        pixel = source.read(1, window=Window(column, row, 1, 1), masked=True)[0, 0]
        if pixel is np.ma.masked or not np.isfinite(pixel):
            return None
        # The shortest text of a float32 is what was meant; widened to float64 it would show 0.3 as 0.30000001.
        return float(str(pixel))

    def _shape(self, path: Path) -> _Shape:
        shapes: dict[Path, _Shape] = self._local.__dict__.setdefault("shapes", {})
        if path not in shapes:
            source = self._opened(path, None)
            west, south, east, north = transform_bounds(source.crs, MERCATOR, *source.bounds)
            resolution = min((east - west) / source.width, (north - south) / source.height)
            shapes[path] = _Shape(resolution, tuple(source.overviews(1)))
        return shapes[path]

    def _opened(self, path: Path, level: int | None) -> Any:
        options = {} if level is None else {"overview_level": level}
        return self._kept((path, "source", level), lambda: rasterio.open(path, **options))

    def _kept(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return this thread's dataset. A path names one revision for ever, so none is ever outdated."""
        kept: OrderedDict[Hashable, Any] = self._local.__dict__.setdefault("kept", OrderedDict())
        if key not in kept:
            kept[key] = make()
        kept.move_to_end(key)
        if len(kept) > KEPT_OPEN:
            # Not closed by hand: a warped view may still stand on it, and goes before it does.
            kept.popitem(last=False)
        return kept[key]


def tile_range(info: RasterInfo, zoom: int) -> tuple[int, int, int, int]:
    """Return the first row, first column, last row and last column of the tiles that the raster may touch."""
    top, left = tile_at(info.extent.west, info.extent.north, zoom)
    bottom, right = tile_at(info.extent.east, info.extent.south, zoom)
    last = 2**zoom - 1
    # One more on each side: the extent in degrees is rounded, and edges of a warped box are curved.
    return max(top - 1, 0), max(left - 1, 0), min(bottom + 1, last), min(right + 1, last)


def class_indices(values: np.ma.MaskedArray[Any, Any], classes: Sequence[RasterClass]) -> NDArray[np.uint8]:
    """Return each value's class, counted from 1; 0 for no data and for values in no class."""
    plain = np.ma.getdata(values)
    mapped = ~np.ma.getmaskarray(values) & np.isfinite(plain)
    indices = np.zeros(plain.shape, np.uint8)
    # A pass for each of a few classes is several times as fast as searchsorted on a whole tile.
    for place, kind in enumerate(classes, start=1):
        inside = mapped if kind.minimum is None else mapped & (plain >= kind.minimum)
        indices[inside if kind.maximum is None else inside & (plain < kind.maximum)] = place
    return indices


def class_of(value: float, classes: Sequence[RasterClass]) -> RasterClass | None:
    """Return the class of the value, if it falls in one."""
    index = int(class_indices(np.ma.array([value]), classes)[0])
    return classes[index - 1] if index else None


@lru_cache(maxsize=16)
def _to_raster(wkt: str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", wkt, always_xy=True)

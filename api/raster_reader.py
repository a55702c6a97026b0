"""Reads Cloud-Optimised GeoTIFFs in threads of its own: tiles, values at points and along lines, sums in polygons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from shapely.geometry.base import BaseGeometry

from api import raster_colours, raster_profiles, raster_statistics, raster_tiles
from api.cache import ByteCache
from api.png import palette_png, rgb_png
from api.raster_handles import SIDE, Handles, Source
from api.raster_values import SIDE as SQUARE
from api.raster_values import Found, Grid, square_of
from api.threads import Threads
from gis_core.errors import Message, Unavailable
from gis_core.raster_classes import class_indices
from layers.catalogue import RasterInfo

T = TypeVar("T")

# GDAL's cache of blocks for the whole process. By default it is a twentieth of the machine's memory, and grows to it.
CACHE_BYTES = 32 * 2**20
# The squares of values around points that were asked for, in each process.
SQUARES_BYTES = 16 * 2**20


class RasterReader:
    """Answers questions about rasters, so that the event loop never waits for a file."""

    def __init__(self, threads: int) -> None:
        self._quick = Threads(threads, "raster", _open_files)
        # Points have one of their own: it alone decodes their blocks, and they never wait behind tiles.
        self._points = Threads(1, "raster-points", _open_files)
        # What takes long has a thread of its own, so that tiles need not wait for it.
        self._slow = Threads(1, "raster-sums", _open_files)
        # Those of the catalogues: a raster's new version is another one.
        self._grids: WeakKeyDictionary[RasterInfo, Grid] = WeakKeyDictionary()
        self._squares = ByteCache(SQUARES_BYTES)

    def close(self) -> None:
        """Let the threads end; their files close with them."""
        self._quick.close()
        self._points.close()
        self._slow.close()

    async def tile(self, info: RasterInfo, place: tuple[int, int, int], encoding: str | None = None) -> bytes:
        """Return the tile (zoom, row, column) as PNG: legend colours, or heights in one of the `ENCODINGS`.

        Transparent (in heights: as each encoding has it) outside, without data and below the legend.
        """
        return await self._run(lambda handles: _tile(handles, info, place, encoding))

    async def value(self, info: RasterInfo, longitude: float, latitude: float) -> Found:
        """Return what the raster says of a point (degrees).

        Where the square around it was read before, nothing is waited for: a way to a thread and back takes longer
        than all else that a value needs.
        """
        grid = self._grids.get(info)
        if grid is None:
            grid = self._grids[info] = await self._at_points(info, lambda source: source.grid)
        if grid.one_way:
            x, y = grid.to_raster.transform(longitude, latitude)
        else:
            x, y = await self._at_points(info, lambda _: grid.to_raster.transform(longitude, latitude))
        pixel = grid.pixel(x, y)
        if pixel is None:
            return Found(None, grid.exact)
        row, column = pixel
        # A path names one file for ever.
        square = await self._squares.get(
            (info.path, row // SQUARE, column // SQUARE),
            lambda: self._at_points(info, lambda source: square_of(source.dataset, row, column)),
        )
        return Found(grid.in_square(square, row, column), grid.exact)

    async def profile(
        self, info: RasterInfo, line: list[tuple[float, float]], samples: int
    ) -> raster_profiles.Profile:
        """Return the values along a line (degrees) at evenly spaced points."""
        return await self._run(
            lambda handles: raster_profiles.along(handles.source(info.path), line, samples)
        )

    async def statistics(self, info: RasterInfo, polygon: BaseGeometry) -> raster_statistics.Statistics:
        """Return areas by class, and the least, greatest and mean value, in a polygon (degrees)."""
        classes = info.definition.classes
        return await self._run(
            lambda handles: raster_statistics.inside(handles, info.path, polygon, classes), self._slow
        )

    async def _at_points(self, info: RasterInfo, work: Callable[[Source], T]) -> T:
        return await self._run(lambda handles: work(handles.source(info.path)), self._points)

    async def _run(self, work: Callable[[Handles], T], threads: Threads[Handles] | None = None) -> T:
        try:
            return await (threads or self._quick).run(work)
        except RasterioError as error:
            raise Unavailable(
                Message(
                    "ラスタのファイルを読めません。時間をおいてやり直し、続くときは運用者へ知らせてください。",
                    "The raster's file cannot be read. Try again later; if it stays, tell the operator.",
                ),
                str(error),
            ) from error


@contextmanager
def _open_files() -> Iterator[Handles]:
    # Entered once for a thread: entering it for each request would cost more than a value does.
    with rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
        yield Handles()


def _tile(handles: Handles, info: RasterInfo, place: tuple[int, int, int], encoding: str | None) -> bytes:
    # Between two heights there is one; between two classes there is not.
    under = raster_tiles.patch(handles, info, place, margin=1 if encoding else 0)
    if encoding:
        values = raster_tiles.nothing() if under is None else raster_tiles.between(under)
        return rgb_png(raster_colours.ENCODINGS[encoding](values))
    classes = info.definition.classes
    indices = np.zeros((SIDE, SIDE), np.uint8)
    if under is not None:
        indices = raster_tiles.nearest(under, class_indices(under.values, classes), 0)
    return palette_png(indices, [c.color for c in classes])

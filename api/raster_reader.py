"""Reads Cloud-Optimised GeoTIFFs in threads of its own: tiles, values at points and along lines, sums in polygons."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from api import raster_colours, raster_profiles, raster_statistics, raster_values
from api.png import palette_png, rgb_png
from api.raster_handles import SIDE, Handles, tile_range
from gis_core.errors import Message, Unavailable
from layers.catalogue import RasterInfo

T = TypeVar("T")

# GDAL's cache of blocks for the whole process. By default it is a twentieth of the machine's memory, and grows to it.
CACHE_BYTES = 48 * 2**20


class RasterReader:
    """Answers questions about rasters, so that the event loop never waits for a file."""

    def __init__(self, threads: int) -> None:
        self._local = threading.local()
        self._executor = ThreadPoolExecutor(
            threads, thread_name_prefix="raster", initializer=self._begin_thread
        )

    def close(self) -> None:
        """Let the threads end; their files close with them."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    async def tile(self, info: RasterInfo, place: tuple[int, int, int], encoding: str | None = None) -> bytes:
        """Return the tile (zoom, row, column) as PNG: legend colours, or heights in one of the `ENCODINGS`.

        Transparent (in heights: as each encoding has it) outside, without data and below the legend.
        """
        return await self._run(lambda handles: _tile(handles, info, place, encoding))

    async def value(self, info: RasterInfo, longitude: float, latitude: float) -> raster_values.Found:
        """Return what the raster says of a point (degrees)."""
        return await self._run(
            lambda handles: raster_values.at(handles.source(info.path), longitude, latitude)
        )

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
        return await self._run(lambda handles: raster_statistics.inside(handles, info.path, polygon, classes))

    def _begin_thread(self) -> None:
        self._local.handles = Handles()
        # Stays entered as long as the thread lives: entering it for each request would cost more than a value.
        self._local.settings = rasterio.Env(
            GDAL_CACHEMAX=CACHE_BYTES, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"
        )
        self._local.settings.__enter__()

    async def _run(self, work: Callable[[Handles], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._executor, lambda: work(self._local.handles)
            )
        except RasterioError as error:
            raise Unavailable(
                Message(
                    "ラスタのファイルを読めません。時間をおいてやり直し、続くときは運用者へ知らせてください。",
                    "The raster's file cannot be read. Try again later; if it stays, tell the operator.",
                ),
                str(error),
            ) from error


def _tile(handles: Handles, info: RasterInfo, place: tuple[int, int, int], encoding: str | None) -> bytes:
    zoom, row, column = place
    top, left, _, _ = tile_range(info, zoom)
    window = Window((column - left) * SIDE, (row - top) * SIDE, SIDE, SIDE)
    # Between two heights there is one; between two classes there is not.
    resampling = Resampling.bilinear if encoding else Resampling.nearest
    values = handles.warped(info, zoom, resampling).read(1, window=window, masked=True)
    if encoding:
        return rgb_png(raster_colours.ENCODINGS[encoding](values))
    classes = info.definition.classes
    return palette_png(raster_colours.class_indices(values, classes), [c.color for c in classes])

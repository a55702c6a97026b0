"""One pass over a delivered raster: every value read to the end, cleaned, counted, and written anew."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from etl.faults import fault
from etl.findings import whole_row
from gis_core.definition import RasterClass
from gis_core.issues import Issue

# Written where a file names no nodata value: the one that GSI's elevation data use.
NODATA = -9999.0
# What programs write where nothing is, found in files that do not say so: GSI's, ArcGIS's for 16 bits and floats.
_SENTINELS = (NODATA, -32768.0, -99999.0, float(np.finfo(np.float32).min))
# Holds about ten rasters' worth of blocks in hand; strips of a wide file are read once each.
_PIXELS = 4_000_000
_SIDE = 2048

_Values = npt.NDArray[Any]


@dataclass(frozen=True)
class Meaning:
    """What the numbers of a file mean: those without data, and `value * scale + offset` of the others.

    `target` is the nodata value to be written, None where every pixel has a value; `dtype` the type to be written.
    """

    without: tuple[float, ...]
    target: float | None
    dtype: str
    scale: float = 1.0
    offset: float = 0.0
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Content:
    """What the pixels hold: how many have a value, how many of these in no class and not 0, least and greatest."""

    mapped: int
    unclassed: int
    minimum: float
    maximum: float


def meaning(source: Any) -> Meaning:
    """Return what a file's numbers mean, and what had to be guessed."""
    dtype = source.dtypes[0]
    scale, offset = source.scales[0], source.offsets[0]
    scaled = (scale, offset) != (1.0, 0.0)
    told = source.nodata is not None
    stated = (float(source.nodata),) if told and _fits(source.nodata, dtype) else ()
    if np.dtype(dtype).kind == "f" or scaled:
        target = stated[0] if stated and not scaled else NODATA
        without = stated if told else _SENTINELS
        issues = () if told else (whole_row("raster.nodata", "warning", None, value=f"{target:g}"),)
        written = dtype if np.dtype(dtype).kind == "f" else "float32"
        return Meaning(without, target, written, scale, offset, issues)
    if stated or np.dtype(dtype).kind == "u" or not np.can_cast(np.int16, dtype):
        return Meaning(stated, stated[0] if stated else None, dtype)
    # Whole numbers without a nodata value: only a number that programs write for it is taken for one.
    return Meaning(tuple(s for s in _SENTINELS if s >= np.iinfo(dtype).min), NODATA, dtype)


def _fits(number: float, dtype: str) -> bool:
    """Tell whether a number can stand in a raster of that type."""
    if np.dtype(dtype).kind == "f":
        return math.isfinite(number) and abs(number) <= float(np.finfo(dtype).max)
    return number == number // 1 and int(np.iinfo(dtype).min) <= number <= int(np.iinfo(dtype).max)


def copy(
    path: Path,
    source: Any,
    profile: dict[str, Any],
    target: Path,
    meant: Meaning,
    classes: tuple[RasterClass, ...],
) -> Content:
    """Write a raster's values to `target` (described by `profile`), block by block to the end.

    NaN and infinity become nodata. Raises `BadInput` for a file that breaks off, and for one without any value.
    """
    mapped, unclassed, least, greatest = 0, 0, math.inf, -math.inf
    with rasterio.open(target, "w", **profile) as sink:
        for window in _windows(source):
            values, there = _cleaned(_block(path, source, window), meant)
            present = values[there]
            if present.size:
                mapped += present.size
                least, greatest = min(least, float(present.min())), max(greatest, float(present.max()))
                unclassed += _unclassed(present, classes)
                sink.write(values, 1, window=window)
    if not mapped:
        raise fault("raster_empty", file=path.name)
    return Content(mapped, unclassed, least, greatest)


def sink_profile(source: Any, crs: Any, meant: Meaning) -> dict[str, Any]:
    """Return the description of the cleaned file; what was read in strips is written in strips."""
    tiled = _is_tiled(source)
    blocks = {"blockxsize": 512, "blockysize": 512} if tiled else {"blockysize": _rows(source)}
    return {
        "driver": "GTiff", "width": source.width, "height": source.height, "count": 1, "dtype": meant.dtype, "crs": crs,
        "transform": source.transform, "nodata": meant.target, "tiled": tiled, "compress": "deflate", "zlevel": 1,
        # What is never written reads as nodata, so areas without a value cost nothing.
        "SPARSE_OK": True, "BIGTIFF": "IF_SAFER", **blocks,
    }  # fmt: skip


def _windows(source: Any) -> Iterator[Window]:
    """Yield windows along the file's own blocks, so that each is read once and memory is bounded."""
    high, wide = (_SIDE, _SIDE) if _is_tiled(source) else (_rows(source), source.width)
    for top in range(0, source.height, high):
        for left in range(0, source.width, wide):
            yield Window(left, top, min(wide, source.width - left), min(high, source.height - top))


def _is_tiled(source: Any) -> bool:
    return bool(source.block_shapes[0][1] < source.width)


def _rows(source: Any) -> int:
    return int(max(1, min(source.height, _PIXELS // source.width)))


def _block(path: Path, source: Any, window: Window) -> _Values:
    try:
        found: _Values = source.read(1, window=window)
    except RasterioError as error:
        raise fault("raster_broken", file=path.name, reason=type(error).__name__) from error
    return found


def _cleaned(values: _Values, meant: Meaning) -> tuple[_Values, npt.NDArray[np.bool_]]:
    """Return the values to write, and where there is one."""
    there = np.isfinite(values) if values.dtype.kind == "f" else np.ones(values.shape, bool)
    for number in meant.without:
        there &= values != values.dtype.type(number)
    if (meant.scale, meant.offset) != (1.0, 0.0):
        values = values * meant.scale + meant.offset
    values = values.astype(meant.dtype, copy=False)
    if meant.target is None or there.all():
        return values, there
    return np.where(there, values, values.dtype.type(meant.target)), there


def _unclassed(values: _Values, classes: tuple[RasterClass, ...]) -> int:
    """Count the values that are in no class of the legend and do not say that nothing is there."""
    outside = values != 0
    for kind in classes:
        inside = np.ones(values.shape, bool) if kind.minimum is None else values >= kind.minimum
        outside &= ~(inside if kind.maximum is None else inside & (values < kind.maximum))
    return int(np.count_nonzero(outside))

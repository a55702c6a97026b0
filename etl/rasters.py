"""Rasters of departments to checked Cloud-Optimised GeoTIFFs in the raster store."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.crs import CRS as RasterCRS
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds

from etl import raster_sources
from etl.faults import fault
from etl.findings import whole_row
from etl.table import Limits
from gis_core.boxes import Box
from gis_core.city import City
from gis_core.crs import parse_crs
from gis_core.definition import RasterDefinition
from gis_core.issues import Issue
from layers.services import rasters
from layers.visibility import ADMINISTRATOR, Viewer

# Written where a file of decimals names no nodata value: the one that GSI's elevation data use.
_NODATA = -9999.0
_BLOCK = 512
# 50 km × 50 km in pixels of one metre.
_MOST_PIXELS = 2_500_000_000
_COG = {
    "driver": "COG", "COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": _BLOCK, "OVERVIEWS": "IGNORE_EXISTING",
    # The mean of two classes would be a depth that nobody computed.
    "OVERVIEW_RESAMPLING": "NEAREST", "BIGTIFF": "IF_SAFER",
}  # fmt: skip


@dataclass(frozen=True)
class _Content:
    """What the pixels hold: the number with a value, and the least and greatest value."""

    mapped: int
    minimum: float
    maximum: float


def add_raster(
    path: Path,
    definition: RasterDefinition,
    city: City,
    actor: str,
    viewer: Viewer = ADMINISTRATOR,
    crs: str | None = None,
) -> dict[str, Any]:
    """Check a raster, write it as COG in its own coordinate system, and make it the raster's new revision.

    Taken are GeoTIFF, Esri ASCII grids and elevation meshes of 基盤地図情報, also in a zip. `crs` names the system
    of a file that does not say it, or says it wrongly. Returns the report: size, extent (degrees), nodata, least and greatest value, issues, revision.
    Raises `BadInput` naming the fault and the remedy; the store is then as it was.
    """
    with tempfile.TemporaryDirectory(prefix="machizu-") as directory:
        plain, cog = Path(directory) / "plain.tif", Path(directory) / "cog.tif"
        report, extent = _checked(path, definition, city, plain, crs)
        rasterio.shutil.copy(plain, cog, **_COG)
        revision = rasters.add_raster(
            definition, cog, extent=extent, report=report, actor=actor, viewer=viewer
        )
    return {**report, "revision": revision}


def _checked(
    path: Path, definition: RasterDefinition, city: City, target: Path, named: str | None
) -> tuple[dict[str, Any], Box]:
    if not path.is_file():
        raise fault("missing", file=path.name)
    try:
        with (
            raster_sources.opened(path, Limits(), _MOST_PIXELS) as delivered,
            rasterio.open(delivered.path, driver=delivered.driver) as source,
        ):
            _check_header(path, source)
            crs = _crs(path, source, named)
            extent = _extent(path, source, crs, city)
            nodata, issues = _nodata(source)
            content = _copy(path, source, crs, target, nodata)
            with rasterio.open(target) as plain:
                report = _report(path, plain, definition, extent, nodata, content, issues)
            return {**report, "format": delivered.format}, extent
    except RasterioError as error:
        raise fault("not_a_raster", file=path.name) from error


def _check_header(path: Path, source: Any) -> None:
    if source.count != 1:
        raise fault("raster_bands", file=path.name, bands=source.count)
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise fault("raster_type", file=path.name, type=source.dtypes[0])
    if source.width * source.height > _MOST_PIXELS:
        raise fault("raster_too_big", file=path.name, width=source.width, height=source.height)


def _crs(path: Path, source: Any, named: str | None) -> Any:
    if named is not None:
        return RasterCRS.from_wkt(parse_crs(named).to_wkt())
    if source.crs is None:
        raise fault("raster_no_crs", file=path.name)
    return source.crs


def _extent(path: Path, source: Any, crs: Any, city: City) -> Box:
    elsewhere = fault("raster_elsewhere", file=path.name, city=city.name["ja"], crs=crs.to_string()[:60])
    try:
        extent = Box(*transform_bounds(crs, "EPSG:4326", *source.bounds))
    except (RasterioError, ValueError) as error:
        raise elsewhere from error
    reach = city.bounds
    apart = extent.west >= reach.east or extent.east <= reach.west or extent.south >= reach.north
    if apart or extent.north <= reach.south:
        raise elsewhere
    return extent


def _nodata(source: Any) -> tuple[float | None, list[Issue]]:
    """Return the value that means nothing is mapped; for whole numbers without one, every pixel counts."""
    if source.nodata is not None and not math.isnan(source.nodata):
        return float(source.nodata), []
    if np.dtype(source.dtypes[0]).kind != "f":
        return None, []
    told = source.nodata is not None
    return _NODATA, [] if told else [whole_row("raster.nodata", "warning", None, value=f"{_NODATA:g}")]


def _copy(path: Path, source: Any, crs: Any, target: Path, nodata: float | None) -> _Content:
    """Copy block by block to the end; NaN and infinity become nodata."""
    profile = {
        "driver": "GTiff", "width": source.width, "height": source.height, "count": 1, "dtype": source.dtypes[0],
        "crs": crs, "transform": source.transform, "nodata": nodata, "tiled": True, "blockxsize": _BLOCK,
        "blockysize": _BLOCK, "compress": "deflate", "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    mapped, least, greatest = 0, math.inf, -math.inf
    with rasterio.open(target, "w", **profile) as sink:
        for _, window in sink.block_windows(1):
            values = _cleared(_block(path, source, window), nodata)
            there = values if nodata is None else values[values != nodata]
            if there.size:
                mapped += there.size
                least, greatest = min(least, float(there.min())), max(greatest, float(there.max()))
            sink.write(values, 1, window=window)
    if not mapped:
        raise fault("raster_empty", file=path.name)
    return _Content(mapped, least, greatest)


def _block(path: Path, source: Any, window: Any) -> Any:
    try:
        return source.read(1, window=window)
    except RasterioError as error:
        raise fault("raster_broken", file=path.name, reason=type(error).__name__) from error


def _cleared(values: Any, nodata: float | None) -> Any:
    if nodata is None or values.dtype.kind != "f":
        return values
    return np.where(np.isfinite(values), values, values.dtype.type(nodata))


def _report(
    path: Path,
    source: Any,
    definition: RasterDefinition,
    extent: Box,
    nodata: float | None,
    content: _Content,
    issues: list[Issue],
) -> dict[str, Any]:
    epsg = source.crs.to_epsg()
    return {
        "layer": definition.id,
        "file": path.name,
        "crs": f"EPSG:{epsg}" if epsg else source.crs.to_string(),
        "width": source.width,
        "height": source.height,
        "pixel_size": list(source.res),
        "extent": list(extent.as_tuple()),
        "nodata": nodata,
        "minimum": content.minimum,
        "maximum": content.maximum,
        "mapped_share": round(content.mapped / (source.width * source.height), 4),
        "issues": [issue.as_dict() for issue in issues],
    }

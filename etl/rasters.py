"""Rasters of departments to checked Cloud-Optimised GeoTIFFs in the raster store."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.crs import CRS as RasterCRS
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds

from etl import raster_copying, raster_sources
from etl.faults import fault
from etl.findings import whole_row
from etl.raster_sources import RasterFile, RasterOptions, Taking
from gis_core.boxes import Box
from gis_core.city import City
from gis_core.crs import parse_crs
from gis_core.definition import RasterDefinition
from gis_core.issues import Issue
from gis_core.raster_tags import CLASSES_ONLY
from layers.services import rasters
from layers.visibility import ADMINISTRATOR, Viewer

# 50 km × 50 km in pixels of one metre.
_MOST_PIXELS = 2_500_000_000
# A block is decoded as a whole: this many pixels of 8 bytes are half a gigabyte.
_MOST_IN_A_BLOCK = 64_000_000
# GDAL's cache of blocks, by default a twentieth of the machine's memory; a pass in order needs one row of them.
_CACHE_BYTES = 64 * 1024**2
_PLAIN = RasterOptions()
# Measured on depths to the centimetre: ZSTD and the plain predictor give 36 MiB where DEFLATE and the floating-point one
# give 72, read in 40 % of the time; blocks of 128 give 41 MiB, and a value in 40 % of the time of blocks of 256.
_COG = {
    "driver": "COG", "COMPRESS": "ZSTD", "PREDICTOR": "STANDARD", "BLOCKSIZE": 128, "OVERVIEWS": "IGNORE_EXISTING",
    # The mean of two classes would be a depth that nobody computed.
    "OVERVIEW_RESAMPLING": "NEAREST", "BIGTIFF": "IF_SAFER", "SPARSE_OK": "TRUE",
}  # fmt: skip


def add_raster(
    path: Path,
    definition: RasterDefinition,
    city: City,
    actor: str,
    viewer: Viewer = ADMINISTRATOR,
    options: RasterOptions = _PLAIN,
    *,
    at_once: bool = True,
) -> dict[str, Any]:
    """Check a raster, write it as COG in its own coordinate system, and make it the raster's new revision.

    Taken are GeoTIFF, Esri ASCII grids, elevation meshes of 基盤地図情報 and map pictures in the legend's colours, also
    in a folder or zip (`raster_sources.opened`). Returns the report: size, extent (degrees), nodata, least and
    greatest value, issues, revision (None where it waits for approval, as without `at_once`). Raises `BadInput`
    naming the fault and the remedy; the store is then as it was.
    """
    rasters.check_may_add(definition, viewer, at_once=at_once)
    with (
        rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES),
        tempfile.TemporaryDirectory(prefix="machizu-") as directory,
    ):
        plain, cog = Path(directory) / "plain.tif", Path(directory) / "cog.tif"
        report, extent = _checked(path, Taking(definition, city.reach, _MOST_PIXELS, options), city, plain)
        rasterio.shutil.copy(plain, cog, **_COG)
        revision = rasters.add_raster(
            definition, cog, extent=extent, report=report, actor=actor, viewer=viewer, at_once=at_once
        )
    return {**report, "revision": revision}


def _checked(path: Path, taking: Taking, city: City, target: Path) -> tuple[dict[str, Any], Box]:
    if not path.exists():
        raise fault("missing", file=path.name)
    try:
        with (
            raster_sources.opened(path, taking) as delivered,
            rasterio.open(delivered.path, driver=delivered.driver) as source,
        ):
            return _copied(path, source, delivered, taking, city, target)
    except RasterioError as error:
        raise fault("not_a_raster", file=path.name) from error


def _copied(
    path: Path, source: Any, delivered: RasterFile, taking: Taking, city: City, target: Path
) -> tuple[dict[str, Any], Box]:
    _check_header(path, source)
    crs = source.crs if delivered.made_from else _crs(path, source, taking.options.crs)
    extent = _extent(path, source, crs, city)
    meant = raster_copying.meaning(source)
    classes = taking.definition.classes
    profile = raster_copying.sink_profile(source, crs, meant)
    content = raster_copying.copy(path, source, profile, target, meant, classes)
    if delivered.made_from:
        with rasterio.open(target, "r+") as cleaned:
            cleaned.update_tags(**CLASSES_ONLY)
    issues = [*delivered.issues, *meant.issues, *_doubts(content, extent, city)]
    epsg = crs.to_epsg()
    report = {
        "layer": taking.definition.id,
        "file": path.name,
        "format": delivered.format,
        "crs": f"EPSG:{epsg}" if epsg else crs.to_string(),
        "width": source.width,
        "height": source.height,
        "pixel_size": list(source.res),
        "extent": list(extent.as_tuple()),
        "nodata": meant.target,
        "minimum": content.minimum,
        "maximum": content.maximum,
        "mapped_share": round(content.mapped / (source.width * source.height), 4),
        "city_share": round(_city_share(extent, city), 4),
        **({"pictures": delivered.made_from} if delivered.made_from else {}),
        "issues": [issue.as_dict() for issue in issues],
    }
    return report, extent


def _check_header(path: Path, source: Any) -> None:
    if source.count != 1:
        raise fault("raster_bands", file=path.name, bands=source.count)
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise fault("raster_type", file=path.name, type=source.dtypes[0])
    if source.width * source.height > _MOST_PIXELS:
        raise fault("raster_too_big", file=path.name, width=source.width, height=source.height)
    high, wide = source.block_shapes[0]
    if high * wide > _MOST_IN_A_BLOCK:
        raise fault("raster_blocks", file=path.name, width=wide, height=high)


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
    if not _city_share(extent, city):
        raise elsewhere
    return extent


def _city_share(extent: Box, city: City) -> float:
    """Return the share of the city's box that the raster's covers."""
    reach = city.bounds
    width = min(extent.east, reach.east) - max(extent.west, reach.west)
    height = min(extent.north, reach.north) - max(extent.south, reach.south)
    whole = (reach.east - reach.west) * (reach.north - reach.south)
    return max(0.0, width) * max(0.0, height) / whole


def _doubts(content: raster_copying.Content, extent: Box, city: City) -> list[Issue]:
    """Return what a person should look at: values that no class holds, and what of the city is not covered."""
    doubts = []
    if content.unclassed:
        share = f"{100 * content.unclassed / content.mapped:.2g} %"
        span = f"{content.minimum:g}〜{content.maximum:g}"
        doubts.append(whole_row("raster.range", "warning", None, value=share, span=span))
    covered = _city_share(extent, city)
    if covered < 1:
        doubts.append(whole_row("raster.partial", "warning", None, value=f"{100 * covered:.0f} %"))
    return doubts

"""Writing Shapefiles, GeoPackages, GeoJSON and GeoTIFF that are the same bytes each time."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import rasterio
import shapely
from rasterio import Affine
from rasterio.enums import Resampling
from shapely.geometry.base import BaseGeometry

from data_samples.delivery import MADE_ON, REMARK
from data_samples.projection import DEGREES, PLANE, geometry_to_degrees
from data_samples.tables import STAMP, Row
from data_samples.terrain import Cells, Grid


class _WindowsEntry(zipfile.ZipInfo):
    """An entry whose name is written in CP932 without the UTF-8 flag, as Windows' own zip does in Japan."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp932"), self.flag_bits & ~0x800


@contextmanager
def _pinned_date() -> Iterator[None]:
    """Make GDAL write the samples' day as the time of the last change of a GeoPackage."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{MADE_ON}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def frame(rows: Sequence[Row], shapes: Sequence[BaseGeometry], crs: str = DEGREES) -> gpd.GeoDataFrame:
    """Return rows and geometries in metres as a table, in degrees unless the plane system is asked for."""
    if crs == DEGREES:
        shapes = [geometry_to_degrees(shape) for shape in shapes]
    return gpd.GeoDataFrame(list(rows), geometry=list(shapes), crs=crs)


def write_shapefile_zip(path: Path, stem: str, table: gpd.GeoDataFrame, language_id: int) -> Path:
    """Write a zipped Shapefile with a CP932 attribute table and no .cpg.

    `language_id` is byte 29 of the .dbf: 0x13 says CP932, 0 says nothing, as in files of the census bureau.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / f"{stem}.shp"
        pyogrio.write_dataframe(
            table, base, driver="ESRI Shapefile", encoding="CP932", DBF_DATE_LAST_UPDATE=MADE_ON.isoformat()
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for suffix in (".shp", ".shx", ".dbf", ".prj"):
                data = bytearray(base.with_suffix(suffix).read_bytes())
                if suffix == ".dbf":
                    data[29] = language_id
                packed.writestr(_WindowsEntry(stem + suffix, STAMP), bytes(data), zipfile.ZIP_DEFLATED)
    return path


def write_geopackage(path: Path, layer: str, table: gpd.GeoDataFrame) -> Path:
    """Write a GeoPackage with one layer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with _pinned_date():
        pyogrio.write_dataframe(table, path, driver="GPKG", layer=layer)
    return path


def write_geojson(path: Path, rows: Sequence[Row], shapes: Sequence[BaseGeometry]) -> Path:
    """Write a GeoJSON file in degrees (RFC 7946: outer rings anticlockwise)."""
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": dict(row),
            "geometry": shapely.geometry.mapping(shapely.orient_polygons(geometry_to_degrees(shape))),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    return path


def write_raster(path: Path, cells: Cells, grid: Grid, title: str) -> Path:
    """Write a tiled, deflated GeoTIFF with overviews in EPSG:6677; NaN becomes nodata −9999."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    values = cells.copy()
    values[values != values] = -9999.0
    with rasterio.open(
        path, "w", driver="GTiff", width=grid.width, height=grid.height, count=1, dtype="float32",
        crs=PLANE, transform=Affine(grid.cell, 0, grid.west, 0, -grid.cell, grid.north), nodata=-9999.0,
        tiled=True, blockxsize=256, blockysize=256, compress="deflate", predictor=3, zlevel=6,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
        raster.set_band_description(1, title)
        raster.update_tags(TIFFTAG_DATETIME=MADE_ON.strftime("%Y:%m:%d 00:00:00"), NOTE=REMARK)
        raster.build_overviews([2, 4, 8, 16], Resampling.average)
    return path

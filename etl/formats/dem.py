"""Elevation meshes of 基盤地図情報 (DEM5A … DEM10B) as one GeoTIFF.

Source: 基盤地図情報ダウンロードデータ ファイル仕様書（数値標高モデル）. A mesh has its corners in latitude and
longitude, one `type,height` for each cell in rows from north-west to south-east (+x-y), from a cell named by
`startPoint` on; what is left out has no height, nor has -9999.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from rasterio.windows import Window

from etl.faults import fault
from etl.formats import jpgis, xml
from gis_core.boxes import Box

NODATA = -9999.0
_BLOCK = 512
# Cells lie on a common grid; the corners are written with nine decimals.
_OFF_GRID = 0.1

# Descriptions stand before the mesh, features of other kinds where there is none.
_LOOKED_AT = 20
# The largest published, 10 m over a secondary mesh, has 1125 × 750 cells.
_MOST_CELLS = 4_000_000

Heights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Mesh:
    """What a mesh says before its heights: its box (degrees), cells, first cell (column, row), and system."""

    path: Path
    name: str
    box: Box
    columns: int
    rows: int
    start: tuple[int, int]
    crs: str

    @property
    def cell(self) -> tuple[float, float]:
        """Return the size of a cell in degrees, longitude before latitude."""
        return (self.box.east - self.box.west) / self.columns, (self.box.north - self.box.south) / self.rows


def is_mesh(path: Path) -> bool:
    """Tell whether an XML file is such a mesh. Raises `BadInput` for a document type."""
    with path.open("rb") as file:
        if not file.read(256).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
            return False
    with xml.in_utf8(path) as readable:
        if xml.root(readable).name != jpgis.ROOT:
            return False
        beginning = islice(_until(readable, "coverage"), _LOOKED_AT)
        return any(xml.local(element.tag) == "DEM" for element in beginning)


def write(paths: Sequence[Path], target: Path, most_pixels: int) -> None:
    """Write meshes of one cell size as one GeoTIFF of heights in metres. Raises `BadInput`."""
    meshes = [_mesh(path) for path in paths]
    first = meshes[0]
    width, height = first.cell
    west = min(mesh.box.west for mesh in meshes)
    north = max(mesh.box.north for mesh in meshes)
    columns = round((max(mesh.box.east for mesh in meshes) - west) / width)
    rows = round((north - min(mesh.box.south for mesh in meshes)) / height)
    if columns * rows > most_pixels:
        raise fault("raster_too_big", file=first.name, width=columns, height=rows)
    profile = {
        "driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32", "crs": first.crs,
        "transform": Affine(width, 0, west, 0, -height, north), "nodata": NODATA, "tiled": True,
        "blockxsize": _BLOCK, "blockysize": _BLOCK, "SPARSE_OK": True, "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    with rasterio.open(target, "w+", **profile) as sink:
        for mesh in meshes:
            _add(sink, mesh, first, west, north)


def _add(sink: Any, mesh: Mesh, first: Mesh, west: float, north: float) -> None:
    """Put a mesh in its place; where it has no height, what another says stays."""
    width, height = first.cell
    column, row = (mesh.box.west - west) / width, (north - mesh.box.north) / height
    is_apart = max(abs(column - round(column)), abs(row - round(row))) > _OFF_GRID
    if mesh.crs != first.crs or not np.allclose(mesh.cell, first.cell, rtol=1e-4) or is_apart:
        raise fault("dem_mixed", file=mesh.name, other=first.name)
    window = Window(round(column), round(row), mesh.columns, mesh.rows)
    heights, before = _heights(mesh), sink.read(1, window=window)
    sink.write(np.where(heights == NODATA, before, heights), 1, window=window)


def _mesh(path: Path) -> Mesh:
    found: dict[str, str] = {}
    with xml.in_utf8(path) as readable:
        xml.root(readable)
        for element in _until(readable, "startPoint"):
            name = xml.local(element.tag)
            if name == "Envelope":
                found["srs"] = element.get("srsName", "")
            if name != "tupleList":
                found[name] = (element.text or "").strip()
    try:
        south, west = map(float, found["lowerCorner"].split())
        north, east = map(float, found["upperCorner"].split())
        low, high = (tuple(map(int, found[key].split())) for key in ("low", "high"))
        column, row = map(int, found.get("startPoint", "0 0").split())
        columns, rows = high[0] - low[0] + 1, high[1] - low[1] + 1
        mesh = Mesh(
            path, path.name, Box(west, south, east, north), columns, rows, (column, row),
            jpgis.crs_of(found["srs"]) or "EPSG:6668",
        )  # fmt: skip
    except (KeyError, ValueError, IndexError) as error:
        raise fault("dem_broken", file=path.name, reason=error) from error
    if min(columns, rows, *mesh.cell) <= 0 or columns * rows > _MOST_CELLS or min(column, row) < 0:
        raise fault("dem_broken", file=path.name, reason=f"{columns} × {rows}")
    return mesh


def _until(path: Path, last: str) -> Iterator[xml.Element]:
    """Yield the elements that a mesh closes, up to the first of a name."""
    for event, element in xml.elements(path):
        if event == "end" or xml.local(element.tag) == "DEM":
            yield element
        if xml.local(element.tag) == last and event == ("start" if last == "coverage" else "end"):
            return


def _heights(mesh: Mesh) -> Heights:
    """Return the heights by row from north, `NODATA` where none is written."""
    heights = np.full(mesh.columns * mesh.rows, NODATA, dtype=np.float32)
    with xml.in_utf8(mesh.path) as readable:
        text = next(
            (e.text or "" for e in _until(readable, "tupleList") if xml.local(e.tag) == "tupleList"), ""
        )
    try:
        written = np.array([line.rpartition(",")[2] for line in text.split()], dtype=np.float32)
    except ValueError as error:
        raise fault("dem_broken", file=mesh.name, reason=error) from error
    start = mesh.start[1] * mesh.columns + mesh.start[0]
    if start + len(written) > len(heights):
        raise fault("dem_broken", file=mesh.name, reason=f"{len(written)} > {len(heights) - start}")
    heights[start : start + len(written)] = written
    return heights.reshape(mesh.rows, mesh.columns)

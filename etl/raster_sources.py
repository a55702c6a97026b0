"""Files of pixels as they are delivered, each made one GeoTIFF or Esri grid that can be opened."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from etl.faults import fault
from etl.formats import archives, dem
from etl.table import Limits

_ZIP = b"PK\x03\x04"
_MESHES = ".xml"
_GRIDS = (".tif", ".tiff", ".asc")
_METADATA = ".aux.xml"


@dataclass(frozen=True)
class RasterFile:
    """A file to open with a driver of GDAL, and what it was when it was delivered.

    Whatever a file is named: its driver is one that holds its own pixels and refers to no other file.
    """

    path: Path
    format: str
    driver: str = "GTiff"


@contextmanager
def opened(path: Path, limits: Limits, most_pixels: int) -> Iterator[RasterFile]:
    """Give the one raster in a file: a GeoTIFF, an Esri grid, elevation meshes of 基盤地図情報, or a zip of these.

    Raises `BadInput`.
    """
    with path.open("rb") as file:
        is_zip = file.read(4) == _ZIP
    if not is_zip:
        with _readable([path], most_pixels) as readable:
            yield readable
        return
    with (
        archives.unpacked(path, limits) as directory,
        _readable(_members(path, directory), most_pixels) as readable,
    ):
        yield readable


def _members(path: Path, directory: Path) -> list[Path]:
    """Return the one grid of an archive, or all its meshes."""
    files = sorted(p for p in directory.rglob("*") if p.is_file() and not p.name.endswith(_METADATA))
    grids = [p for p in files if p.suffix.lower() in _GRIDS]
    if len(grids) > 1:
        raise fault("zip_several", file=path.name, members="、".join(p.name for p in grids[:20]))
    meshes = [p for p in files if p.suffix.lower() == _MESHES and dem.is_mesh(p)]
    if not grids and not meshes:
        nested = next((p for p in files if p.suffix.lower() == ".zip"), None)
        if nested is not None:
            raise fault("zip_nested", file=path.name, member=nested.name)
        raise fault("raster_none", file=path.name)
    return grids or meshes


@contextmanager
def _readable(paths: list[Path], most_pixels: int) -> Iterator[RasterFile]:
    if paths[0].suffix.lower() != _MESHES or not dem.is_mesh(paths[0]):
        yield _grid(paths[0])
        return
    with tempfile.TemporaryDirectory(prefix="machizu-") as directory:
        target = Path(directory) / "dem.tif"
        dem.write(paths, target, most_pixels)
        yield RasterFile(target, "基盤地図情報 DEM")


def _grid(path: Path) -> RasterFile:
    if path.suffix.lower() == ".asc":
        return RasterFile(path, "Esri ASCII", "AAIGrid")
    return RasterFile(path, "GeoTIFF")

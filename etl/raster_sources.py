"""Files of pixels as they are delivered, each made one GeoTIFF or Esri grid of values that can be opened."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError

from etl import painting
from etl.colours import ColourTable, of_legend, read_table
from etl.faults import fault
from etl.findings import whole_row
from etl.formats import archives, dem, picture_tiles
from etl.formats.picture_tiles import Pictures
from etl.formats.pictures import Picture, PictureSet, is_picture
from etl.table import Limits
from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from gis_core.issues import Issue

_ZIP = b"PK\x03\x04"
_MESHES = ".xml"
_PNG = ".png"
_GRIDS = (".tif", ".tiff", ".asc")
_METADATA = ".aux.xml"


@dataclass(frozen=True)
class RasterOptions:
    """What the deliverer says of a raster, where its files do not.

    `colours` is a file of colours and values for map pictures (`etl.colours.read_table`), in place of the layer's
    legend; `level` the level of detail to take of them, in place of the finest.
    """

    crs: str | None = None
    colours: Path | None = None
    level: int | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class RasterFile:
    """A file to open with a driver of GDAL, and what it was when it was delivered.

    Whatever a file is named: its driver is one that holds its own pixels and refers to no other file. `made_from`
    is for the report, of what was map pictures.
    """

    path: Path
    format: str
    driver: str = "GTiff"
    made_from: dict[str, Any] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class Taking:
    """How a delivery is to be read: for which raster, expected where (degrees), with how many pixels at most."""

    definition: RasterDefinition
    reach: Box
    most_pixels: int
    options: RasterOptions

    def table(self) -> ColourTable:
        """Return the colours by which map pictures are read. Raises `BadInput`."""
        if self.options.colours is not None:
            return read_table(self.options.colours)
        return of_legend(self.definition)


@contextmanager
def opened(path: Path, taking: Taking) -> Iterator[RasterFile]:
    """Give the one raster of a delivery: a file, a folder, or a zip.

    Taken are GeoTIFF, Esri ASCII grids, elevation meshes of 基盤地図情報, and map pictures: SVGMap containers, tiles
    as z/x/y.png, PNG with world files, GeoTIFF in colours. Raises `BadInput`.
    """
    with (
        _unpacked(path, taking.options.limits) as found,
        tempfile.TemporaryDirectory(prefix="machizu-") as made,
    ):
        yield _raster(path, found, Path(made), taking)


@contextmanager
def _unpacked(path: Path, limits: Limits) -> Iterator[Path]:
    """Give a zip's content as a folder, anything else as it is."""
    if path.is_dir():
        yield path
        return
    with path.open("rb") as file:
        is_zip = file.read(4) == _ZIP
    if not is_zip:
        yield path
        return
    with archives.unpacked(path, limits) as directory:
        yield directory


def _raster(path: Path, found: Path, made: Path, taking: Taking) -> RasterFile:
    if found.is_dir():
        members = _members(path, found)
        if not members:
            return _painted(path, picture_tiles.find(found, taking.reach, taking.options.crs), made, taking)
    else:
        members = [found]
    first = members[0]
    if first.suffix.lower() == _MESHES and dem.is_mesh(first):
        dem.write(members, made / "dem.tif", taking.most_pixels)
        return RasterFile(made / "dem.tif", "基盤地図情報 DEM")
    if first.suffix.lower() == _PNG:
        return _painted(path, picture_tiles.single(first, taking.options.crs), made, taking)
    if first.suffix.lower() == ".asc":
        return RasterFile(first, "Esri ASCII", "AAIGrid")
    coloured = _coloured(first, taking)
    return _painted(path, coloured, made, taking) if coloured else RasterFile(first, "GeoTIFF")


def _members(path: Path, directory: Path) -> list[Path]:
    """Return the one grid of a folder, or all its meshes; nothing where it holds map pictures."""
    files = sorted(p for p in directory.rglob("*") if p.is_file() and not p.name.endswith(_METADATA))
    grids = [p for p in files if p.suffix.lower() in _GRIDS]
    if len(grids) > 1:
        raise fault("zip_several", file=path.name, members="、".join(p.name for p in grids[:20]))
    if grids:
        return grids
    if meshes := [p for p in files if p.suffix.lower() == _MESHES and dem.is_mesh(p)]:
        return meshes
    if any(p.suffix.lower() == _PNG for p in files):
        return []
    nested = next((p for p in files if p.suffix.lower() == ".zip"), None)
    if nested is not None:
        raise fault("zip_nested", file=path.name, member=nested.name)
    raise fault("raster_none", file=path.name)


def _coloured(path: Path, taking: Taking) -> Pictures | None:
    """Return a GeoTIFF as a map picture where it holds colours: what its colours are not, its owner did not map."""
    try:
        with rasterio.open(path, driver="GTiff") as source:
            if not is_picture(source):
                return None
            crs = taking.options.crs or (source.crs.to_wkt() if source.crs else "")
            width, height, place = source.width, source.height, source.transform
    except RasterioError as error:
        raise fault("not_a_raster", file=path.name) from error
    if not crs:
        raise fault("raster_no_crs", file=path.name)
    if width * height > taking.most_pixels:
        raise fault("raster_too_big", file=path.name, width=width, height=height)
    if place.b or place.d or place.a <= 0 or place.e >= 0:
        raise fault("pictures_place", file=path.name, reason=tuple(place)[:6])
    box = Box(place.c, place.f + place.e * height, place.c + place.a * width, place.f)
    whole = PictureSet((Picture(path, box, width, height, "GTiff"),))
    return Pictures("GeoTIFF (colours)", crs, (whole,), None, areas_told=True)


def _painted(path: Path, pictures: Pictures, made: Path, taking: Taking) -> RasterFile:
    kept, levels = picture_tiles.at_level(pictures, taking.options.level)
    table, target = taking.table(), made / "painted.tif"
    painted = painting.paint(picture_tiles.with_areas(kept), table, target, taking.most_pixels, path.name)
    classes = [
        {"color": "#{:02X}{:02X}{:02X}".format(*colour), "value": float(str(value)), "pixels": pixels}
        for colour, value, pixels in zip(table.colours.tolist(), table.values, painted.by_class, strict=True)
    ]
    about = {
        "read_as": "classes",
        "pictures": painted.pictures,
        "sets": len(kept.sets),
        "level": taking.options.level if taking.options.level is not None else max(levels, default=None),
        "levels": list(levels),
        "colours": classes,
        "unknown_pixels": painted.unknown,
    }
    return RasterFile(target, kept.format, made_from=about, issues=tuple(_remarks(kept, painted.unknown)))


def _remarks(pictures: Pictures, unknown: int) -> Iterator[Issue]:
    yield whole_row("raster.pictures", "warning", None)
    missing = sum(len(found.missing) for found in pictures.sets)
    if missing:
        yield whole_row("raster.pictures_missing", "warning", None, value=str(missing))
    if unknown:
        yield whole_row("raster.pictures_unknown", "warning", None, value=str(unknown))
    if not pictures.areas_told:
        yield whole_row("raster.pictures_area", "warning", None)
    if pictures.flipped:
        yield whole_row("raster.pictures_flipped", "fixed", None)

"""Which reader a file needs, told from its first bytes: a name may lie."""

from __future__ import annotations

import re
from pathlib import Path

from etl.faults import fault
from etl.formats import archives, csv
from etl.header import best_grid, table_of
from etl.mapping import Vocabulary
from etl.table import Grid, Options, Table
from gis_core.definition import LayerDefinition

_MIB = 1024**2
_SNIFFED_BYTES = 4096

_RASTERS = (
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x89HDF",
    b"\0\0\0\x0cjP",
)
_GEOMETRY_FILES = (b"\0\0\x27\x0a", b"SQLite format 3\0", b"fgb\x03")
# Formats without a signature of their own, that GDAL knows by their names.
_GEOMETRY_SUFFIXES = {".dbf", ".tab", ".mif", ".geojsonl", ".geojsons"}
# Only these roots go to GDAL: others (VRT, WFS, …) are instructions to fetch data from elsewhere.
_XML_ROOT = re.compile(rb"<(?:[\w.-]+:)?(kml|FeatureCollection|CityModel|Dataset|gpx|osm)\b", re.IGNORECASE)
_HTML = re.compile(rb"<\s*(!doctype\s+html|html|table)\b", re.IGNORECASE)
# In order of preference where a zip holds the same data in several formats.
_ZIP_MEMBERS = (
    ".shp",
    ".gpkg",
    ".fgb",
    ".geojson",
    ".json",
    ".kml",
    ".gml",
    ".csv",
    ".tsv",
    ".xlsx",
    ".xls",
    ".txt",
)


def read(path: Path, definition: LayerDefinition, options: Options) -> Table:
    """Read any departmental file into a table. Raises `BadInput` naming the file and the remedy."""
    _check_size(path, options)
    with path.open("rb") as file:
        head = file.read(_SNIFFED_BYTES)
    if head.startswith(b"PK\x03\x04") and not _is_workbook(path):
        return _read_zip(path, definition, options)
    vocabulary = Vocabulary(definition)
    if _is_geometry(path, head):
        # Readers of other formats are imported where a file needs them: together they take a third of a second.
        from etl.formats import vector

        return vector.read(path, options, vocabulary.count)
    grids = _grids(path, head, definition, options)
    if not grids:
        raise fault("no_rows", file=path.name)
    return table_of(best_grid(grids, vocabulary), vocabulary, file=path.name, layer=definition.title["ja"])


def _check_size(path: Path, options: Options) -> None:
    if not path.exists():
        raise fault("missing", file=path.name)
    if not path.is_file():
        raise fault("not_a_file", file=path.name)
    size = path.stat().st_size
    if size == 0:
        raise fault("empty", file=path.name)
    if size > options.limits.file_bytes:
        raise fault("too_big", file=path.name, size=size // _MIB, limit=options.limits.file_bytes // _MIB)


def _is_workbook(path: Path) -> bool:
    with archives.opened(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _is_geometry(path: Path, head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_GEOMETRY_FILES) or path.suffix.lower() in _GEOMETRY_SUFFIXES:
        return True
    is_json = text.startswith(b"{") or (text.startswith(b"[") and path.suffix.lower() == ".json")
    return is_json or (text.startswith(b"<") and _XML_ROOT.search(text) is not None)


def _grids(path: Path, head: bytes, definition: LayerDefinition, options: Options) -> list[Grid]:
    if head.startswith(_RASTERS):
        raise fault("raster", file=path.name, layer=definition.title["ja"])
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from etl.formats import excel

        reader = excel.read_xlsx if head.startswith(b"PK") else excel.read_xls
        return reader(path, options)
    if _HTML.match(head.lstrip()):
        raise fault("html", file=path.name)
    if not _is_text(head):
        raise fault("unknown_format", file=path.name)
    if options.sheet is not None:
        raise fault("sheet_useless", file=path.name, format="CSV")
    return [csv.read(path, options)]


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in head and not head.lstrip().startswith(
        (b"%PDF", b"<?xml", b"Rar!", b"7z\xbc\xaf", b"PAR1")
    )


def _read_zip(path: Path, definition: LayerDefinition, options: Options) -> Table:
    with archives.unpacked(path, options.limits) as directory:
        member, inner = _member(path, directory, options)
        return read(member, definition, inner)


def _member(path: Path, directory: Path, options: Options) -> tuple[Path, Options]:
    """Choose the data set in a zip: the one that `sheet` names, else the only one of the best format."""
    files = sorted(
        p for p in directory.rglob("*") if p.suffix.lower() in _ZIP_MEMBERS and "__MACOSX" not in p.parts
    )
    named = [p for p in files if options.sheet in {p.name, p.stem}]
    if named:
        inner = Options(options.encoding, options.crs, None, options.limits)
        return min(named, key=lambda p: _ZIP_MEMBERS.index(p.suffix.lower())), inner
    if not files:
        raise fault("zip_nothing", file=path.name)
    best = min(_ZIP_MEMBERS.index(p.suffix.lower()) for p in files)
    chosen = [p for p in files if p.suffix.lower() == _ZIP_MEMBERS[best]]
    if len(chosen) > 1:
        raise fault("zip_several", file=path.name, members="、".join(p.name for p in chosen[:20]))
    return chosen[0], options

"""Which data set of an unpacked archive is meant: the one named, else the only one of the best format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from etl.faults import fault
from etl.table import Options

# In order of preference where an archive holds the same data in several formats.
_FORMATS = (".shp", ".gpkg", ".gdb", ".fgb", ".parquet", ".geoparquet", ".geojson", ".topojson", ".geojsonl", ".json",
            ".kml", ".gml", ".tab", ".mif", ".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".dbf", ".gpx", ".dxf", ".xml",
            ".txt")  # fmt: skip
_ARCHIVES = {".zip", ".kmz", ".7z", ".rar", ".lzh", ".tar", ".gz", ".tgz"}
# Metadata beside the data: of 国土数値情報, of ESRI.
_METADATA_START = "KS-META"
_METADATA_END = ".shp.xml"
_SHOWN = 20


def chosen(path: Path, directory: Path, options: Options) -> tuple[Path, Options]:
    """Return the data set of the archive `path`, unpacked in `directory`, and the options to read it with.

    A name that no member has is left for the member, as the name of its sheet or layer. A FileGDB is a folder.
    Raises `BadInput`: nothing to read, several data sets, an archive in the archive.
    """
    found = sorted(_data_sets(directory))
    named = [member for member in found if options.sheet in {member.name, member.stem}]
    if named:
        return min(named, key=_rank), replace(options, sheet=None)
    if not found:
        raise _nothing(path, directory)
    best = [member for member in found if _rank(member) == _rank(min(found, key=_rank))]
    if len(best) > 1:
        raise fault("zip_several", file=path.name, members="、".join(member.name for member in best[:_SHOWN]))
    return best[0], options


def _rank(member: Path) -> int:
    return _FORMATS.index(member.suffix.lower())


def _data_sets(directory: Path) -> Iterator[Path]:
    for entry in directory.iterdir():
        if entry.name == "__MACOSX" or entry.name.startswith((".", _METADATA_START)):
            continue
        if entry.is_dir() and entry.suffix.lower() != ".gdb":
            yield from _data_sets(entry)
        elif entry.suffix.lower() in _FORMATS and not entry.name.lower().endswith(_METADATA_END):
            yield entry


def _nothing(path: Path, directory: Path) -> Exception:
    nested = next((p for p in sorted(directory.rglob("*")) if p.suffix.lower() in _ARCHIVES), None)
    if nested is not None:
        return fault("zip_nested", file=path.name, member=nested.name)
    return fault("zip_nothing", file=path.name)

"""Shapefiles as departments hand them over: parts lost, the dBase table in any encoding."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyogrio

from etl.faults import fault
from etl.formats.dbf import dbf_encoding
from etl.formats.gdal import Source, refused
from etl.table import Options
from gis_core import encodings


@contextmanager
def opened(path: Path, options: Options) -> Iterator[Source]:
    """Give a Shapefile (or a lone dBase table) as GDAL takes it, its encoding known and its index there.

    Of a Shapefile whose .dbf was named, the whole is read. A lost .shx is made anew, beside a copy. Raises `BadInput`.
    """
    path = _geometry_beside(path)
    encoding = encodings.canonical(options.encoding) if options.encoding else dbf_encoding(path)
    if path.suffix.lower() != ".shp" or _beside(path, ".shx"):
        yield Source(path, path.name, encoding=encoding)
        return
    with TemporaryDirectory(prefix="machizu-") as directory:
        for sibling in path.parent.iterdir():
            if sibling.stem == path.stem and sibling.is_file():
                shutil.copyfile(sibling, Path(directory) / sibling.name)
        copy = Source(Path(directory) / path.name, path.name, encoding=encoding)
        _restore_index(copy)
        yield copy


def _geometry_beside(path: Path) -> Path:
    if path.suffix.lower() != ".dbf":
        return path
    return _beside(path, ".shp") or path


def _beside(path: Path, suffix: str) -> Path | None:
    return next((p for s in (suffix, suffix.upper()) if (p := path.with_suffix(s)).exists()), None)


def _restore_index(copy: Source) -> None:
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        with refused(copy):
            pyogrio.list_layers(copy.target)
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    if _beside(copy.target, ".shx") is None:
        raise fault("unreadable", file=copy.name, reason=".shx")

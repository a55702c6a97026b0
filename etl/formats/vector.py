"""Geometry files, through GDAL: Shapefile, GeoJSON, GeoPackage, KML, GML, FlatGeobuf and more."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataSourceError, FieldError

from etl.faults import fault
from etl.formats.dbf import dbf_encoding
from etl.table import Geometries, Options, Table
from gis_core import encodings
from gis_core.errors import BadInput

# GML may name schemas on the web: reading a file must never reach out.
pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "NO", "GML_SKIP_RESOLVE_ELEMS": "ALL"})

_BROKEN = (
    DataSourceError,
    FieldError,
    ValueError,
    OSError,
    RuntimeError,
    UnicodeError,
    shapely.errors.GEOSException,
)
# As people call them, where GDAL has a name of its own.
_FORMATS = {"ESRI Shapefile": "Shapefile", "LIBKML": "KML", "GPKG": "GeoPackage"}


def read(path: Path, options: Options, count: Callable[[list[str]], int]) -> Table:
    """Read one layer of a geometry file: the one named, else the one with most headers that `count` knows.

    Raises `BadInput`. Geometries come in the file's own coordinate system.
    """
    with warnings.catch_warnings():
        # What GDAL only warns of (unclosed rings, unknown geometries) shows in the rows and is reported there.
        warnings.simplefilter("ignore", RuntimeWarning)
        return _read(_geometry_beside(path), options, count)


def _read(path: Path, options: Options, count: Callable[[list[str]], int]) -> Table:
    if path.suffix.lower() == ".shp" and not path.with_suffix(".shx").exists():
        return _read_without_index(path, options, count)
    encoding = _encoding(path, options)
    try:
        layer = _layer(path, options, encoding, count)
        return _table(path, layer, encoding, options)
    except _BROKEN as error:
        raise _refused(path, error) from error


def _geometry_beside(path: Path) -> Path:
    """Return the .shp of a Shapefile of which somebody named the .dbf."""
    geometry = path.with_suffix(".shp")
    return geometry if path.suffix.lower() == ".dbf" and geometry.exists() else path


def _read_without_index(path: Path, options: Options, count: Callable[[list[str]], int]) -> Table:
    """Read a Shapefile that lost its .shx: GDAL can make it anew, but must not write beside the delivery."""
    with tempfile.TemporaryDirectory(prefix="machizu-") as directory:
        for sibling in path.parent.glob(f"{_glob_escape(path.stem)}.*"):
            shutil.copyfile(sibling, Path(directory) / sibling.name)
        copy = Path(directory) / path.name
        _restore_index(copy)
        if not copy.with_suffix(".shx").exists():
            raise fault("unreadable", file=path.name, reason=".shx")
        return _read(copy, options, count)


def _restore_index(path: Path) -> None:
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        pyogrio.list_layers(path)
    except _BROKEN as error:
        raise _refused(path, error) from error
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def _glob_escape(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def _encoding(path: Path, options: Options) -> str | None:
    """Return the encoding to force on GDAL: only Shapefiles and dBase tables may be in any."""
    if path.suffix.lower() not in {".shp", ".dbf"}:
        if options.encoding:
            raise fault("encoding_useless", file=path.name, format=path.suffix.lstrip("."))
        return None
    if options.encoding:
        return encodings.canonical(options.encoding)
    return dbf_encoding(path)


def _layer(path: Path, options: Options, encoding: str | None, count: Callable[[list[str]], int]) -> str:
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if not names:
        raise fault("no_rows", file=path.name)
    if options.sheet is not None and options.sheet not in names:
        raise fault("sheet_unknown", file=path.name, sheet=options.sheet, sheets="、".join(names))
    if options.sheet is not None or len(names) == 1:
        return options.sheet or names[0]
    return max(
        names, key=lambda name: count(list(pyogrio.read_info(path, layer=name, encoding=encoding)["fields"]))
    )


def _table(path: Path, layer: str, encoding: str | None, options: Options) -> Table:
    info = pyogrio.read_info(path, layer=layer, encoding=encoding)
    if info["features"] > options.limits.rows:
        raise fault("too_many_rows", file=path.name, limit=options.limits.rows)
    meta, _, wkb, columns = pyogrio.raw.read(
        path, layer=layer, encoding=encoding, force_2d=True, datetime_as_string=True
    )
    names = [str(name) for name in meta["fields"]]
    size = len(wkb) if wkb is not None else len(columns[0]) if columns else 0
    if size == 0:
        raise fault("no_rows", file=path.name)
    cells = pd.DataFrame({name: texts(values) for name, values in zip(names, columns, strict=True)})
    return Table(
        cells=cells.reindex(range(size)),
        row_numbers=np.arange(1, size + 1),
        format=_FORMATS.get(str(info["driver"]), str(info["driver"])),
        encoding=encoding,
        geometry=_geometries(wkb),
        crs=meta["crs"],
    )


def _geometries(wkb: Any) -> Geometries | None:
    if wkb is None:
        return None
    geometry: Geometries = shapely.from_wkb(wkb, on_invalid="fix")
    return geometry


def texts(values: Any) -> Any:
    """Return a column of a typed file as texts and None: whole numbers without .0."""
    column = pd.Series(values, dtype=object)
    empty = column.isna() | (column == "")
    if values.dtype.kind == "f":
        column = column.map(
            lambda number: str(int(number)) if float(number).is_integer() else repr(float(number)), "ignore"
        )
    elif values.dtype.kind == "b":
        column = column.map({True: "TRUE", False: "FALSE"})
    else:
        column = column.astype(str)
    return column.astype(object).mask(empty, None).to_numpy(dtype=object)


def _refused(path: Path, error: Exception) -> BadInput:
    """Say why GDAL could not, without the paths of this machine."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "not recognized as being in a supported file format" in said:
        return fault("unknown_format", file=path.name)
    return fault("unreadable", file=path.name, reason=said.replace(f"{path.parent}/", "")[:200])

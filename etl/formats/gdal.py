"""Geometry files part by part through GDAL, which opens only what was recognised and never reaches out."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.raw
import shapely
from pyogrio._geometry import GEOMETRY_TYPES
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from etl.faults import fault
from etl.formats import cells, layers
from etl.formats.layers import Count
from etl.table import PART_ROWS, Geometries, Options, Table

# GML may name schemas, GeoJSON and GML coordinate systems, on the web: reading a file must never reach out.
# The proxy is a closed port of this machine, for whatever else a format may refer to.
pyogrio.set_gdal_config_options(
    {
        "GML_DOWNLOAD_SCHEMA": "NO",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_HTTP_TIMEOUT": "1",
        "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    }
)

_BROKEN = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    ValueError,
    IndexError,
    OSError,
    RuntimeError,
    UnicodeError,
    pa.ArrowException,
    shapely.errors.GEOSException,
)
# As people call them, where GDAL has a name of its own.
_FORMATS = {"ESRI Shapefile": "Shapefile", "GPKG": "GeoPackage", "GeoJSONSeq": "GeoJSON",
            "OpenFileGDB": "FileGDB", "MapInfo File": "MapInfo"}  # fmt: skip
# pyogrio knows no name for layers of any geometry with heights (GEOMETRY and z in a GeoPackage), and refuses them.
_ANY_WITH_HEIGHT = 0x80000000
GEOMETRY_TYPES.setdefault(_ANY_WITH_HEIGHT, "Unknown")
# Little-endian WKB types that may hold arcs: collections, CircularString … MultiSurface; plain, with Z, M and ZM.
_CURVED = frozenset(base + extra for base in range(7, 13) for extra in (0, 1000, 2000, 3000))


@dataclass(frozen=True)
class Source:
    """What GDAL opens: `target` is a path, with `driver:` before it where the content might suit another.

    A driver so named reads files of one layer. `name` is the file's name as its owner knows it; `encoding` is forced on it (Shapefile, dBase); `crs` is the
    system where the format fixes it and GDAL does not say.
    """

    target: Path
    name: str
    driver: str | None = None
    encoding: str | None = None
    crs: str | None = None

    @property
    def address(self) -> str:
        """What GDAL is told to open."""
        return f"{self.driver}:{self.target}" if self.driver else str(self.target)

    @property
    def opening(self) -> dict[str, str]:
        """Options of the driver: texts that look like dates and times stay as the file has them."""
        return {"DATE_AS_STRING": "YES"} if self.driver == "GeoJSON" else {}


def stream(source: Source, options: Options, count: Count) -> Iterator[Table]:
    """Yield one layer in parts: the layer `options.sheet` names, else the one with most headers `count` knows.

    Geometries are 2D, without arcs, in the file's own coordinate system. Raises `BadInput`.
    """
    with refused(source):
        yield from _parts(source, layer_of(source, options, count), options)


@contextmanager
def refused(source: Source) -> Iterator[None]:
    """Turn what GDAL could not do into a refusal, without the paths of this machine."""
    try:
        yield
    except _BROKEN as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "not recognized as being in a supported file format" in said:
            raise fault("unknown_format", file=source.name) from error
        if isinstance(error, IndexError):
            raise fault("no_rows", file=source.name) from error
        reason = said.replace(f"{source.target.parent}/", "")[:200]
        raise fault("unreadable", file=source.name, reason=reason) from error


def layer_of(source: Source, options: Options, count: Count) -> str | None:
    """Return the layer that is meant, None for the only one. Raises `BadInput` where nobody can tell."""
    if source.driver is not None and options.sheet is None:
        # To list the layers of a large text is to read it once more.
        return None
    with _quiet():
        kinds = {str(name): kind for name, kind in pyogrio.list_layers(source.address)}
    # Beside its layers a GeoPackage may hold tables, such as those for the styles of QGIS.
    likely = [name for name, kind in kinds.items() if kind is not None] or list(kinds)
    return layers.chosen(
        source.name,
        kinds,
        options,
        lambda: {name: count(_fields(source, name)) for name in _filled(source, likely)},
    )


def _filled(source: Source, names: list[str]) -> list[str]:
    """Return the layers that have rows: GPX, for one, always has five."""
    return [name for name in names if _info(source, name, force_feature_count=True)["features"]]


def _fields(source: Source, layer: str) -> list[str]:
    return [str(name) for name in _info(source, layer)["fields"]]


def _info(source: Source, layer: str | None, **what: bool) -> dict[str, Any]:
    with _quiet():
        info: dict[str, Any] = pyogrio.read_info(
            source.address, layer=layer, encoding=source.encoding, **source.opening, **what
        )
    return info


def _parts(source: Source, layer: str | None, options: Options) -> Iterator[Table]:
    driver, total = source.driver, None
    if driver is None:
        info = _info(source, layer)
        # -1 where GDAL would have to read the whole file for it.
        driver, total = str(info["driver"]), max(info["features"], 0) or None
    first = 0
    with _opened(source, layer) as (meta, reader):
        columns = [str(name) for name in meta["fields"]]
        for batch in _batches(reader):
            if first + batch.num_rows > options.limits.rows:
                raise fault("too_many_rows", file=source.name, limit=options.limits.rows)
            yield Table(
                cells=cells.frame(columns, [batch.column(name) for name in columns], batch.num_rows),
                row_numbers=np.arange(first + 1, first + batch.num_rows + 1),
                format=_FORMATS.get(driver, driver),
                encoding=source.encoding,
                geometry=_geometries(source, layer, meta, batch, first),
                crs=source.crs or meta["crs"],
                total=total,
            )
            first += batch.num_rows
    if not first:
        raise fault("no_rows", file=source.name)


@contextmanager
def _opened(source: Source, layer: str | None) -> Iterator[Any]:
    with ExitStack() as kept:
        with _quiet():
            opened = kept.enter_context(
                pyogrio.raw.open_arrow(
                    source.address, layer=layer, encoding=source.encoding, batch_size=PART_ROWS, use_pyarrow=True,
                    datetime_as_string=True, **source.opening,
                )
            )  # fmt: skip
        yield opened


def _batches(reader: Any) -> Iterator[Any]:
    while True:
        with _quiet():
            batch = next(reader, None)
        if batch is None:
            return
        if batch.num_rows:
            yield batch


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence GDAL: what it only warns of (unclosed rings) shows in the rows and is reported there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def _geometries(
    source: Source, layer: str | None, meta: dict[str, Any], batch: Any, first: int
) -> Geometries | None:
    if meta["geometry_type"] is None:
        return None
    wkb = batch.column(meta["geometry_name"] or "wkb_geometry").to_numpy(zero_copy_only=False)
    if any(blob is not None and int.from_bytes(blob[1:5], "little") in _CURVED for blob in wkb):
        # Only the slower way makes chords of arcs.
        with _quiet():
            wkb = pyogrio.raw.read(
                source.address,
                layer=layer,
                columns=[],
                skip_features=first,
                max_features=batch.num_rows,
                **source.opening,
            )[2]
    geometry: Geometries = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="fix"))
    return geometry

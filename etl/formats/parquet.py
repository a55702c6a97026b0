"""GeoParquet, by its specification 1.1 (https://geoparquet.org): geometry in WKB, its system in the metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from etl.faults import fault
from etl.formats import cells
from etl.table import PART_ROWS, Options, Table

MAGIC = b"PAR1"
_MIB = 1024**2
# Without `crs` the specification says OGC:CRS84: longitude and latitude of WGS 84.
_DEFAULT_CRS = "EPSG:4326"


def read(path: Path, options: Options) -> Iterator[Table]:
    """Yield a Parquet file in parts; without `geo` metadata it has only columns. Raises `BadInput`."""
    try:
        with pq.ParquetFile(path) as file:
            yield from _parts(path, file, options)
    except (pa.ArrowException, OSError, ValueError, shapely.errors.GEOSException) as error:
        raise fault("unreadable", file=path.name, reason=str(error).splitlines()[0][:200]) from error


def _parts(path: Path, file: Any, options: Options) -> Iterator[Table]:
    _check_size(path, file.metadata, options)
    primary, column = _geometry_column(path, file.schema_arrow)
    names = [name for name in file.schema_arrow.names if name != primary]
    crs = _crs(path, column) if column else None
    first = 0
    for batch in file.iter_batches(batch_size=PART_ROWS):
        rows = batch.num_rows
        geometry = None
        if primary is not None:
            wkb = batch.column(primary).to_numpy(zero_copy_only=False)
            geometry = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="fix"))
        yield Table(
            cells=cells.frame(names, [batch.column(name) for name in names], rows),
            row_numbers=np.arange(first + 1, first + rows + 1),
            format="GeoParquet" if primary is not None else "Parquet",
            geometry=geometry,
            crs=crs,
            total=file.metadata.num_rows,
        )
        first += rows


def _check_size(path: Path, metadata: Any, options: Options) -> None:
    if metadata.num_rows == 0:
        raise fault("no_rows", file=path.name)
    if metadata.num_rows > options.limits.rows:
        raise fault("too_many_rows", file=path.name, limit=options.limits.rows)
    groups = range(metadata.num_row_groups)
    size, limit = sum(metadata.row_group(i).total_byte_size for i in groups), options.limits.unpacked_bytes
    if size > limit:
        raise fault("too_big", file=path.name, size=size // _MIB, limit=limit // _MIB)


def _geometry_column(path: Path, schema: Any) -> tuple[str | None, dict[str, Any]]:
    """Return the primary geometry column and what the metadata says of it."""
    stated = (schema.metadata or {}).get(b"geo")
    if stated is None:
        return None, {}
    try:
        geo = json.loads(stated)
        primary, column = str(geo["primary_column"]), geo["columns"][geo["primary_column"]]
        encoding = column["encoding"]
    except (ValueError, KeyError, TypeError) as error:
        raise fault("unreadable", file=path.name, reason="geo metadata") from error
    if encoding != "WKB" or primary not in schema.names:
        raise fault("unreadable", file=path.name, reason=f"encoding {encoding}")
    return primary, column


def _crs(path: Path, column: dict[str, Any]) -> str | None:
    """Return the system that the metadata states as PROJJSON; null means that nobody knows."""
    stated = column.get("crs", _DEFAULT_CRS)
    if stated is None:
        return None
    try:
        return str(CRS.from_user_input(stated).to_wkt())
    except CRSError as error:
        raise fault("unreadable", file=path.name, reason="crs") from error

"""GeoPackage, Shapefile, FlatGeobuf and GeoParquet, written from values as they come from the database."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from pyarrow import parquet
from pyproj import CRS

from api.formats.shapefile_names import explained, shapefile_names
from api.formats.values import Values
from gis_core.crs_names import WGS84

Batches = Iterable[Sequence[tuple[Any, ...]]]

GEOMETRY = "geom"
# Rows at a time; of a row group of Parquet so many times as much.
ROWS = 500
GROUP = 20
_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms", "UTC"),
    "time": pa.string(),
}
# FlatGeobuf has no dates; GDAL would make them instants at midnight.
_TEXTS_IN_FLATGEOBUF = frozenset({"date"})


def write(job: Values, rows: Batches, folder: Path) -> Path:
    """Write the file into the folder and return its path."""
    path = job.in_folder(folder)
    _WRITERS[job.format](job, rows, path)
    return path


def _geopackage(job: Values, rows: Batches, path: Path) -> None:
    names = [field.name for field in job.fields]
    about = {"IDENTIFIER": job.title, "DESCRIPTION": job.description}
    # GDAL before 3.7, as in Debian 12, warns of later versions.
    _with_gdal(
        job, _reader(job, names, rows), path, "GPKG", layer=job.layer, FID="id", VERSION="1.3", **about
    )


def _flatgeobuf(job: Values, rows: Batches, path: Path) -> None:
    _with_gdal(job, _reader(job, [field.name for field in job.fields], rows), path, "FlatGeobuf")


def _shapefile(job: Values, rows: Batches, path: Path) -> None:
    names = shapefile_names([field.name for field in job.fields])
    shape = path.with_suffix(".shp")
    with warnings.catch_warnings():
        # Texts are cut after 254 bytes, as the file's own explanation says.
        warnings.simplefilter("ignore", RuntimeWarning)
        _with_gdal(job, _reader(job, names, rows), shape, "ESRI Shapefile", encoding="UTF-8")
    parts = sorted(part for part in shape.parent.iterdir() if part.stem == shape.stem and part != path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for part in parts:
            archive.write(part, part.name)
            part.unlink()
        archive.writestr(f"{job.layer}_README.txt", explained(names, job.fields).encode("utf-8-sig"))


def _with_gdal(job: Values, reader: pa.RecordBatchReader, path: Path, driver: str, **more: Any) -> None:
    pyogrio.write_arrow(
        reader,
        path,
        driver=driver,
        geometry_name=GEOMETRY if job.geometry else None,
        geometry_type=job.geometry,
        crs=f"EPSG:{job.srid}" if job.geometry else None,
        **more,
    )


def _parquet(job: Values, rows: Batches, path: Path) -> None:
    reader = _reader(job, [field.name for field in job.fields], rows)
    about = {b"geo": json.dumps(_geo(job)).encode()} if job.geometry else {}
    with parquet.ParquetWriter(path, reader.schema.with_metadata(about)) as writer:
        group: list[pa.RecordBatch] = []
        for batch in reader:
            group.append(batch)
            if len(group) == GROUP:
                writer.write_table(pa.Table.from_batches(group))
                group = []
        if group:
            writer.write_table(pa.Table.from_batches(group))


def _geo(job: Values) -> dict[str, Any]:
    """The metadata of GeoParquet 1.0; without a system it means CRS84."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [job.geometry]}
    if job.srid != WGS84:
        column["crs"] = json.loads(CRS.from_epsg(job.srid).to_json())
    return {"version": "1.0.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _reader(job: Values, names: Sequence[str], rows: Batches) -> pa.RecordBatchReader:
    """Return the rows as Arrow's batches, made when they are asked for."""
    texts = _TEXTS_IN_FLATGEOBUF if job.format == "fgb" else frozenset()
    types = [pa.string() if field.type in texts else _TYPES[field.type] for field in job.fields]
    made = [pa.field("id", pa.int64(), nullable=False), *map(pa.field, names, types)]
    if job.geometry:
        made.append(pa.field(GEOMETRY, pa.binary()))
    schema = pa.schema(made)
    dates = [place for place, field in enumerate(job.fields, start=1) if field.type in texts]
    return pa.RecordBatchReader.from_batches(schema, _arrow(rows, schema, dates))


def _arrow(rows: Batches, schema: pa.Schema, dates: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Yield the rows as batches; the columns at `dates` become text."""
    for batch in rows:
        columns: list[Sequence[Any]] = list(zip(*batch, strict=True))
        for place in dates:
            columns[place] = [None if day is None else day.isoformat() for day in columns[place]]
        arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


_WRITERS: Mapping[str, Callable[[Values, Batches, Path], None]] = {
    "gpkg": _geopackage,
    "shp": _shapefile,
    "fgb": _flatgeobuf,
    "parquet": _parquet,
}

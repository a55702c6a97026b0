"""Geometry files and feeds part by part: each kind goes to the reader that knows its ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from etl.faults import fault
from etl.formats import gdal, jpgis, json, kml, parquet, records, shapefile, xml
from etl.formats.layers import Count
from etl.table import Options, Table

_SNIFFED_BYTES = 4096
_ENCODED = {".shp", ".dbf"}
# Only these roots go to GDAL: others (VRT, WFS, …) are instructions to fetch data from elsewhere.
_GDAL_ROOTS = {"FeatureCollection", "CityModel", "gpx", "osm"}
# What stands beside a GML file and belongs to it.
_GML_SIDECARS = (".xsd",)


def tables(path: Path, options: Options, count: Count) -> Iterator[Table]:
    """Yield the rows of a geometry file, or of a JSON or XML feed, in parts with the same columns.

    Of several layers the one `options.sheet` names, else the one with most headers that `count` knows. Geometries
    are 2D, in the file's own coordinate system. The first part has rows. Raises `BadInput`.
    """
    if path.is_dir():
        # The only folder that is a file to people: a FileGDB.
        yield from gdal.stream(gdal.Source(path, path.name), options, count)
        return
    if options.encoding and path.suffix.lower() not in _ENCODED:
        raise fault("encoding_useless", file=path.name, format=path.suffix.lstrip("."))
    with path.open("rb") as file:
        head = file.read(_SNIFFED_BYTES)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    with ExitStack() as kept:
        if text.startswith((b"{", b"[", b"\x1e")):
            yield from _json(kept.enter_context(json.in_utf8(path)), options, count)
        elif text.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
            yield from _xml(kept.enter_context(xml.in_utf8(path)), options, count)
        else:
            _refuse_path_to_records(path, options)
            yield from _binary(path, head, options, count, kept)


def _binary(path: Path, head: bytes, options: Options, count: Count, kept: ExitStack) -> Iterator[Table]:
    if head.startswith(parquet.MAGIC):
        yield from parquet.read(path, options)
        return
    source = gdal.Source(path, path.name)
    if path.suffix.lower() in _ENCODED:
        source = kept.enter_context(shapefile.opened(path, options))
    yield from gdal.stream(source, options, count)


def _json(path: Path, options: Options, count: Count) -> Iterator[Table]:
    kind = json.kind(path)
    if options.records is not None or kind in {"records", "lines"}:
        yield from records.read_json(path, options, is_lines=kind in {"lines", "GeoJSONSeq"})
        return
    collected: AbstractContextManager[Path] = (
        json.as_collection(path) if kind == "features" else nullcontext(path)
    )
    with collected as opened:
        driver = "GeoJSON" if kind == "features" else kind
        # TopoJSON has no member for a system: its degrees are those of GeoJSON.
        crs = "EPSG:4326" if kind == "TopoJSON" else None
        yield from gdal.stream(gdal.Source(opened, path.name, driver, crs=crs), options, count)


def _xml(path: Path, options: Options, count: Count) -> Iterator[Table]:
    root = xml.root(path)
    if options.records is not None:
        yield from records.read_xml(path, options)
    elif root.name == "kml":
        yield from kml.read(path, options, count)
    elif root.name == jpgis.ROOT:
        yield from jpgis.read(path, options, count)
    elif root.name in _GDAL_ROOTS:
        yield from _gml(path, options, count)
    else:
        yield from records.read_xml(path, options)


def _gml(path: Path, options: Options, count: Count) -> Iterator[Table]:
    """Read through a link elsewhere: beside a GML file GDAL writes what it found of its schema."""
    with TemporaryDirectory(prefix="machizu-") as directory:
        for beside in (path, *(p for s in _GML_SIDECARS if (p := path.with_suffix(s)).exists())):
            (Path(directory) / beside.name).symlink_to(beside.resolve())
        yield from gdal.stream(gdal.Source(Path(directory) / path.name, path.name), options, count)


def _refuse_path_to_records(path: Path, options: Options) -> None:
    if options.records is not None:
        raise fault("records_useless", file=path.name)

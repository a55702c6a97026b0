"""Which files the geometry and feed readers take, told from their first bytes: a name may lie.

Apart from the readers, because importing those takes a third of a second.
"""

from __future__ import annotations

import re
from pathlib import Path

# Shapefile, SQLite (GeoPackage), FlatGeobuf, Parquet.
_SIGNATURES = (b"\0\0\x27\x0a", b"SQLite format 3\0", b"fgb\x03", b"PAR1")
# Formats without a signature of their own, that GDAL knows by their names.
_SUFFIXES = {".dbf", ".tab", ".mif", ".dxf", ".geojsonl", ".geojsons"}
# What may stand before the root of a document.
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOTS = re.compile(
    r"<(?:!DOCTYPE\s+)?(?:[\w.-]+:)?(?:kml|FeatureCollection|CityModel|Dataset|gpx|osm)\b", re.IGNORECASE
)
# Tables that are HTML or XML inside belong to the reader of workbooks.
_TABLES = re.compile(r"<\s*(?:!doctype\s+html|html|table|(?:\w+:)?Workbook)\b", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def is_geometry_or_feed(path: Path, head: bytes) -> bool:
    """Tell whether `vector.tables` reads a file, by its beginning (some thousand bytes) and its name."""
    suffix = path.suffix.lower()
    if head.startswith(_SIGNATURES) or suffix in _SUFFIXES or path.is_dir():
        return True
    text = _beginning(head)
    is_array = text.startswith("[") and suffix in {".json", ".geojson"}
    return is_array or text.startswith(("{", "\x1e")) or _is_xml(text)


def _is_xml(text: str) -> bool:
    prolog = _PROLOG.match(text)
    root = text[prolog.end() if prolog else 0 :]
    return not _TABLES.match(root) and (text.startswith("<?xml") or _ROOTS.match(root) is not None)


def _beginning(head: bytes) -> str:
    if head.startswith(_UTF16):
        return head.decode("utf-16", errors="replace").lstrip()
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip()

"""What a JSON file holds, told from its beginning: GDAL is only given what is named as geometry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Literal

from etl.faults import fault
from gis_core import encodings
from gis_core.errors import BadInput

Kind = Literal["GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON", "features", "lines", "records"]

_LOOKED_AT = 64 * 1024
_LINE_BYTES = 64 * 1024**2
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]')
_GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
               "GeometryCollection"}  # fmt: skip
_FEATURES = {"Feature", "FeatureCollection"} | _GEOMETRIES


@dataclass
class _Top:
    """The keys of the root object (of an array: of its first object) with those values that are texts."""

    is_array: bool
    keys: dict[str, str] = field(default_factory=dict)


@contextmanager
def in_utf8(path: Path) -> Iterator[Path]:
    """Give a JSON file as UTF-8: itself, or a copy of the same name where an older program wrote CP932."""
    with path.open("rb") as file:
        encoding = _encoding(path.name, file.read(_LOOKED_AT))
        if encoding is None:
            yield path
            return
        with TemporaryDirectory(prefix="machizu-") as directory:
            copy = Path(directory) / path.name
            try:
                with encodings.open_text(file, encoding) as source, copy.open("w", encoding="utf-8") as sink:
                    copyfileobj(source, sink)
            except UnicodeError as error:
                raise fault("json_broken", file=path.name, reason=f"not {encoding}") from error
            yield copy


def _encoding(name: str, head: bytes) -> str | None:
    """Return the encoding of a beginning that is not UTF-8."""
    # The last character may be cut.
    for cut in range(4):
        try:
            head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        return None
    try:
        return encodings.detect(head[: head.rfind(b"\n") + 1] or head).encoding
    except BadInput as error:
        raise fault("text", file=name, reason_ja=error.message.ja, reason_en=error.message.en) from error


def kind(path: Path) -> Kind:
    """Tell what a JSON file holds; `features` is a bare array of GeoJSON features, `lines` one record a line."""
    with path.open("rb") as file:
        text = file.read(_LOOKED_AT).decode("utf-8-sig", errors="replace").lstrip(" \t\r\n\x1e")
    top = _top(text)
    type_ = top.keys.get("type", "")
    if top.is_array:
        return "features" if type_ == "Feature" else "records"
    if type_ == "Topology":
        return "TopoJSON"
    if top.keys.get("geometryType", "").startswith("esriGeometry"):
        return "ESRIJSON"
    if type_ in _FEATURES or (not type_ and "features" in top.keys):
        return "GeoJSONSeq" if type_ != "FeatureCollection" and _has_lines(path) else "GeoJSON"
    return "lines" if _has_lines(path) else "records"


@contextmanager
def as_collection(path: Path) -> Iterator[Path]:
    """Give a bare array of features as the collection that GDAL reads, in a copy of the same name."""
    with TemporaryDirectory(prefix="machizu-") as directory, path.open("rb") as source:
        copy = Path(directory) / path.name
        with copy.open("wb") as sink:
            sink.write(b'{"type":"FeatureCollection","features":')
            if source.read(3) != b"\xef\xbb\xbf":
                source.seek(0)
            copyfileobj(source, sink)
            sink.write(b"}")
        yield copy


def _top(text: str) -> _Top:
    """Return the first object's own keys, as far as `text` goes."""
    top = _Top(text.startswith("["))
    depth, own = 0, 2 if top.is_array else 1
    last, key = "", None
    for token in _TOKENS.findall(text):
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
            if depth < own:
                return top
        elif depth == own and token == ":":
            key = last[1:-1]
            top.keys.setdefault(key, "")
        elif depth == own and key is not None:
            if token != "," and last == ":":
                top.keys[key] = token[1:-1]
            key = None
        last = token
    return top


def _has_lines(path: Path) -> bool:
    """Tell whether the first line is a whole object and another follows on the next."""
    with path.open("rb") as file:
        first = file.readline(_LINE_BYTES).strip()
        while (following := file.readline(_LOOKED_AT)) and not following.strip():
            continue
    return first.endswith(b"}") and following.lstrip(b" \t\x1e").startswith(b"{")

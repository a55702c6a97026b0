"""Feeds in JSON and XML as tables: the records that a declared path leads to, their nested keys flattened.

A path names the keys from the root, `[]` after those that repeat: `hits.hits[]._source`, `rss.channel.item[]`;
`[]` alone is an array at the root. `[]` over an object takes its values, and their keys as the column `@key`.
In XML the first name is the root's, attributes are `@name`, and names stand without their prefix.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from etl.faults import fault
from etl.formats import cells, xml
from etl.table import PART_ROWS, Geometries, Options, Table
from gis_core.errors import BadInput

# A feed is held whole while it is read: eight times its size.
_BYTES = 64 * 1024**2
_MIB = 1024**2
_SHOWN = 20
_DEEPEST = 100
_STEP = re.compile(r"(?P<name>[^\[\].]*)(?P<each>(?:\[\])*)")
_GEOMETRY = re.compile(r"(Multi)?(Point|LineString|Polygon)|GeometryCollection")
KEY = "@key"


@dataclass(frozen=True)
class _Feed:
    """A parsed file: `root` of dictionaries, lists and plain values."""

    name: str
    format: str
    root: Any


def read_json(path: Path, options: Options, is_lines: bool = False) -> Iterator[Table]:
    """Yield the records of a JSON feed in parts; `is_lines`: one record a line. Raises `BadInput`."""
    _check_size(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = (
            [json.loads(line) for line in text.splitlines() if line.strip()] if is_lines else json.loads(text)
        )
    except (ValueError, RecursionError) as error:
        raise fault("json_broken", file=path.name, reason=str(error)[:200]) from error
    return _tables(_Feed(path.name, "JSON", root), options)


def read_xml(path: Path, options: Options) -> Iterator[Table]:
    """Yield the records of an XML feed in parts. Raises `BadInput`."""
    _check_size(path)
    stack: list[xml.Element] = []
    values: dict[xml.Element, Any] = {}
    for event, element in xml.elements(path):
        if event == "start":
            stack.append(element)
            if len(stack) > _DEEPEST:
                raise fault("xml_broken", file=path.name, reason=f"> {_DEEPEST} levels")
        else:
            stack.pop()
            values[element] = _value(element, [values.pop(child) for child in element])
            top = element
            element.clear()
    return _tables(_Feed(path.name, "XML", {xml.local(top.tag): values[top]}), options)


def _value(element: xml.Element, inner: list[Any]) -> Any:
    """Return an element as its text, or as a dictionary of its attributes and children."""
    found: dict[str, Any] = {f"@{xml.local(name)}": value for name, value in element.attrib.items()}
    for child, value in zip(element, inner, strict=True):
        name = xml.local(child.tag)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], _Repeated):
            found[name].append(value)
        else:
            found[name] = _Repeated([found[name], value])
    text = (element.text or "").strip()
    if not found:
        return text or None
    return {**found, "": text} if text else found


class _Repeated(list[Any]):
    """Elements of one name side by side."""


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > _BYTES:
        raise fault("too_big", file=path.name, size=size // _MIB, limit=_BYTES // _MIB)


def _tables(feed: _Feed, options: Options) -> Iterator[Table]:
    path = options.records or ("[]" if _are_records(feed.root) else None)
    if path is None:
        raise _undeclared(feed)
    found = list(_select(feed, path))
    if not found:
        raise fault("no_rows", file=feed.name)
    if len(found) > options.limits.rows:
        raise fault("too_many_rows", file=feed.name, limit=options.limits.rows)
    shapes = _geometries(found)
    rows = [_flat(record) for record in found]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for first in range(0, len(rows), PART_ROWS):
        part = rows[first : first + PART_ROWS]
        yield Table(
            cells=pd.DataFrame({name: [row.get(name) for row in part] for name in columns}, dtype=object),
            row_numbers=np.arange(first + 1, first + len(part) + 1),
            format=feed.format,
            geometry=None if shapes is None else shapes[first : first + PART_ROWS],
            crs=None if shapes is None else "EPSG:4326",
        )


def _select(feed: _Feed, path: str) -> Iterator[dict[str, Any]]:
    nodes = [feed.root]
    for step in path.strip().split("."):
        matched = _STEP.fullmatch(step)
        if matched is None or not step:
            raise fault("records_syntax", path=path)
        if matched["name"]:
            nodes = _named(feed, nodes, matched["name"], path)
        for _ in range(matched["each"].count("[]")):
            nodes = _each(feed, nodes, path, step)
    for node in nodes:
        # Without `[]` at its end a path may still lead to a list.
        for record in node if isinstance(node, list) else [node]:
            if not isinstance(record, dict):
                raise _astray(feed, path, path, nodes)
            yield record


def _named(feed: _Feed, nodes: list[Any], name: str, path: str) -> list[Any]:
    found = [node[name] for node in nodes if isinstance(node, dict) and node.get(name) is not None]
    if nodes and not found and not any(isinstance(node, dict) and name in node for node in nodes):
        raise _astray(feed, path, name, nodes)
    return found


def _each(feed: _Feed, nodes: list[Any], path: str, step: str) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, list):
            found.extend(node)
        elif isinstance(node, dict):
            found.extend(_values(node))
        else:
            raise _astray(feed, path, step, nodes)
    return found


def _values(node: dict[str, Any]) -> list[Any]:
    """Return one element of XML as itself, an object of objects as its values."""
    if all(isinstance(value, dict) for value in node.values()):
        return [{KEY: key, **value} for key, value in node.items()]
    return [node]


def _astray(feed: _Feed, path: str, step: str, nodes: list[Any]) -> BadInput:
    """Say where a path leaves the data, and which keys there are."""
    keys = dict.fromkeys(key for node in nodes[:_SHOWN] for key in _keys(node))
    there = "、".join(list(keys)[:_SHOWN]) or "—"
    return fault("records_path", file=feed.name, path=path, step=step, keys=there)


def _keys(node: Any) -> list[str]:
    if isinstance(node, list):
        return ["[]", *_keys(node[0])] if node else ["[]"]
    return list(node) if isinstance(node, dict) else []


def _undeclared(feed: _Feed) -> BadInput:
    paths = list(_paths(feed.root, "", 0))[:_SHOWN]
    if not paths:
        return fault("records_none", file=feed.name)
    return fault("records_needed", file=feed.name, paths="、".join(paths), example=paths[0])


def _paths(node: Any, path: str, depth: int) -> Iterator[str]:
    """Yield the paths to lists of records; not those inside records."""
    if _are_records(node):
        yield f"{path}[]"
    elif isinstance(node, dict) and depth < _DEEPEST:
        for key, value in node.items():
            yield from _paths(value, f"{path}.{key}" if path else key, depth + 1)


def _are_records(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(record, dict) for record in node)


def _flat(record: dict[str, Any]) -> dict[str, str | None]:
    """Return a record as `a.b` → text; lists of plain values joined, other lists as JSON, geometries left out."""
    flat: dict[str, str | None] = {}
    waiting = [("", record)]
    while waiting:
        before, node = waiting.pop()
        for key, value in node.items():
            name = f"{before}.{key}".strip(".") if key else before
            if isinstance(value, dict) and not _is_geometry(value):
                waiting.append((name, value))
            elif not isinstance(value, dict):
                flat[name] = cells.joined(value) or None
    return flat


def _is_geometry(value: Any) -> bool:
    is_named = isinstance(value, dict) and _GEOMETRY.fullmatch(str(value.get("type"))) is not None
    return is_named and ("coordinates" in value or "geometries" in value)


def _geometries(records: list[dict[str, Any]]) -> Geometries | None:
    """Return the GeoJSON geometry that records carry themselves; None where none does."""
    carried = [next((value for value in record.values() if _is_geometry(value)), None) for record in records]
    if not any(carried):
        return None
    texts = [json.dumps(value) if value else None for value in carried]
    geometry: Geometries = shapely.force_2d(shapely.from_geojson(texts, on_invalid="ignore"))
    return geometry

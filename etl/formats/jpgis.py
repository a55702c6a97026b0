"""JPGIS (GML) data sets of Japan's agencies: 国土数値情報 and 基盤地図情報.

The root is a `Dataset`; its children are features, or geometries that features name by xlink. Positions are
latitude before longitude (B, L), in plane systems north before east (X, Y). Sources: 国土数値情報 応用スキーマ
(https://nlftp.mlit.go.jp/ksj/), 基盤地図情報ダウンロードデータ ファイル仕様書 (FGD_GMLSchema).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import shapely

from etl.faults import fault
from etl.formats import features, gml_shapes, xml
from etl.formats.features import Record, Survey
from etl.formats.layers import Count
from etl.table import Options, Table

ROOT = "Dataset"
_ID = "gml_id"
_GML = "http://www.opengis.net/gml"
_DATUMS = (
    (re.compile(r"jgd\s*20(?:11|24)", re.IGNORECASE), 6668, 6668),
    (re.compile(r"jgd\s*200[01]", re.IGNORECASE), 4612, 2442),
    (re.compile(r"\bTD\b|tokyo", re.IGNORECASE), 4301, 30160),
)
_ZONE = re.compile(r"(\d{1,2})\s*\(\s*X", re.IGNORECASE)
_EPSG = re.compile(r"EPSG\D+(?:[\d.]+\D+)?(\d{4,5})$", re.IGNORECASE)
_BETWEEN = ";"


class _Shapes:
    """The geometries that stand alone, on disk: features name them by id, also before they come."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._database.execute("CREATE TABLE shape (id TEXT PRIMARY KEY, wkb BLOB)")
        self._waiting: dict[str, xml.Element] = {}

    def add(self, name: str, element: xml.Element) -> None:
        """Keep a geometry; one whose parts are still to come waits."""
        try:
            wkb = shapely.to_wkb(gml_shapes.shape(element, self.find))
        except gml_shapes.Unresolved:
            self._waiting[name] = element
        else:
            self._database.execute("INSERT OR REPLACE INTO shape VALUES (?, ?)", (name, wkb))

    def find(self, name: str) -> Any:
        """Return the geometry of an id. Raises `Unresolved`."""
        row = self._database.execute("SELECT wkb FROM shape WHERE id = ?", (name,)).fetchone()
        if row is not None:
            return shapely.from_wkb(row[0])
        # Taken out, so that a geometry that refers to itself ends.
        element = self._waiting.pop(name, None)
        if element is None:
            raise gml_shapes.Unresolved(name)
        found = gml_shapes.shape(element, self.find)
        self._database.execute("INSERT OR REPLACE INTO shape VALUES (?, ?)", (name, shapely.to_wkb(found)))
        return found


def read(path: Path, options: Options, count: Count) -> Iterator[Table]:
    """Yield the features of one kind in parts: the kind `options.sheet` names, else the likeliest. Raises `BadInput`."""
    with closing(sqlite3.connect("")) as database:
        shapes = _Shapes(database)
        try:
            survey, srs = _surveyed(path, shapes, options)
            kind = survey.chosen(options, count)
            records = _records(path, kind, shapes)
            yield from features.tables(records, survey.columns[kind], "JPGIS", crs_of(srs))
        except (ValueError, IndexError, shapely.errors.GEOSException, RecursionError) as error:
            raise fault("unreadable", file=path.name, reason=str(error)[:200]) from error


def _surveyed(path: Path, shapes: _Shapes, options: Options) -> tuple[Survey, str | None]:
    """Read a file once: its features are counted, its lone geometries kept; and the name of its system."""
    survey, srs = Survey(path.name), None
    for child in _children(path):
        srs = srs or _srs(child)
        name = xml.local(child.tag)
        if _is_gml(child):
            if name in gml_shapes.SHAPES:
                shapes.add(_id(child), child)
            continue
        if name == "DEM":
            raise fault("dem", file=path.name)
        survey.add(name, _values(child), options)
    return survey, srs


def _children(path: Path) -> Iterator[xml.Element]:
    """Yield the children of the root, each gone from memory when the next comes."""
    depth, root = 0, None
    for event, element in xml.elements(path):
        if event == "start":
            depth += 1
            root = element if root is None else root
        else:
            depth -= 1
            if depth == 1 and root is not None:
                yield element
                root.clear()


def _records(path: Path, kind: str, shapes: _Shapes) -> Iterator[Record]:
    for child in _children(path):
        if not _is_gml(child) and xml.local(child.tag) == kind:
            yield _values(child), _shape(child, shapes)


def _is_gml(element: xml.Element) -> bool:
    return element.tag.startswith(f"{{{_GML}")


def _id(element: xml.Element) -> str:
    return next((value for name, value in element.attrib.items() if xml.local(name) == "id"), "")


def _values(feature: xml.Element) -> dict[str, str]:
    """Return a feature's values: nested names as `a.b`, those of GML (timePosition, …) left out of the name."""
    values = {_ID: _id(feature)} if _id(feature) else {}

    def walk(element: xml.Element, before: str) -> None:
        for child in element:
            if xml.local(child.tag) in gml_shapes.SHAPES and _is_gml(child):
                continue
            name = before if _is_gml(child) else f"{before}.{xml.local(child.tag)}".strip(".")
            text = (child.text or "").strip()
            if text and name:
                values[name] = f"{values[name]}{_BETWEEN}{text}" if name in values else text
            elif name and not len(child) and gml_shapes.href(child) is None:
                values.setdefault(name, "")
            walk(child, name)

    walk(feature, "")
    return values


def _shape(feature: xml.Element, shapes: _Shapes) -> Any:
    """Return a feature's geometry, inline or referred to; of several the one of most dimensions."""
    found = []
    for child in feature.iter():
        name = gml_shapes.href(child)
        try:
            if name is not None:
                found.append(shapes.find(name))
            elif xml.local(child.tag) in gml_shapes.SHAPES and _is_gml(child):
                found.append(gml_shapes.shape(child, shapes.find))
        except gml_shapes.Unresolved:
            # Features name other features, too; what is missing shows as a row without geometry.
            continue
    if not found:
        return None
    chosen = max(found, key=lambda shape: int(shapely.get_dimensions(shape)))
    return shapely.transform(chosen, lambda places: places[:, ::-1])


def _srs(element: xml.Element) -> str | None:
    return next((name for inner in element.iter() if (name := inner.get("srsName"))), None)


def crs_of(srs: str | None) -> str | None:
    """Return the system of names such as `JGD2000 / (B, L)`, `fguuid:jgd2011.bl`, `JGD2011 / 9(X, Y)`."""
    if srs is None:
        return None
    coded = _EPSG.search(srs)
    if coded:
        return f"EPSG:{coded[1]}"
    zone = _ZONE.search(srs)
    for words, degrees, before_zones in _DATUMS:
        if words.search(srs):
            return f"EPSG:{before_zones + int(zone[1]) if zone else degrees}"
    return None

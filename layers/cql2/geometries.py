"""Geometries that a filter gives: GeoJSON and boxes, checked before the database sees them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import shapely
from psycopg import sql
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from gis_core.boxes import Box
from gis_core.crs_names import WGS84
from layers.areas import halves
from layers.cql2.faults import refused
from layers.cql2.terms import Term, Values
from layers.systems import System

MOST_POSITIONS = 10_000
# GeometryCollections within one another; nobody needs more than one.
DEEPEST_COLLECTION = 4
# How deep the positions of each type lie in lists.
_NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


def geometry(node: dict[str, Any], system: System, values: Values) -> Term:
    """Return the term of a GeoJSON geometry in a system's order of axes. Raises `BadParameter`."""
    checked = _checked(node)
    if sum(1 for _ in _positions(checked)) > MOST_POSITIONS:
        raise _bad()
    try:
        made = shapely.force_2d(shape(checked))
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError, AttributeError):
        raise _bad() from None
    if system.north_first:
        made = shapely.transform(made, lambda positions: positions[:, ::-1])
    return _term(made, system, values)


def bbox(numbers: Any, system: System, values: Values) -> Term:
    """Return the term of a box of four numbers, or six with heights. Raises `BadParameter`."""
    if not (isinstance(numbers, list) and len(numbers) in (4, 6) and all(map(_is_number, numbers))):
        raise _bad()
    half = len(numbers) // 2
    west, south, east, north = system.box((numbers[0], numbers[1]), (numbers[half], numbers[half + 1]))
    if south > north or (west > east and system.projected):
        raise _bad()
    if west <= east:
        return _term(_box((west, south, east, north)), system, values)
    boxes = [_box(box.as_tuple()) for box in halves(west, south, east, north)]
    return _term(shapely.union_all(boxes), system, values)


def _box(edges: tuple[float, float, float, float]) -> BaseGeometry:
    # A box without a width or a height is a line or a point: as a polygon it would not be valid.
    west, south, east, north = Box(*edges).as_tuple()
    if west == east or south == north:
        return (
            shapely.Point(west, south)
            if edges[:2] == edges[2:]
            else shapely.LineString([edges[:2], edges[2:]])
        )
    return shapely.box(west, south, east, north)


def _term(made: BaseGeometry, system: System, values: Values) -> Term:
    if made.is_empty or not made.is_valid:
        raise _bad()
    srid = system.srid if system.projected else WGS84
    return Term(
        "geometry",
        sql.SQL("ST_GeomFromWKB({}, {})").format(values.bind(shapely.to_wkb(made)), sql.Literal(srid)),
        literal=made,
        edges=made.bounds,
        srid=srid,
        mixed=made.geom_type == "GeometryCollection",
    )


def _checked(node: Any, depth: int = 0) -> dict[str, Any]:
    """Return a geometry whose lists are lists, whose numbers are finite and whose types are known."""
    kind = node.get("type") if isinstance(node, dict) else None
    if kind == "GeometryCollection":
        members = node.get("geometries")
        if depth >= DEEPEST_COLLECTION or not isinstance(members, list):
            raise _bad()
        return {"type": kind, "geometries": [_checked(member, depth + 1) for member in members]}
    if not isinstance(kind, str) or kind not in _NESTING:
        raise _bad()
    coordinates = node.get("coordinates")
    _check_lists(coordinates, _NESTING[kind])
    if kind.endswith("Polygon") and not all(map(_is_ring, _rings(coordinates))):
        raise _bad()
    return {"type": kind, "coordinates": coordinates}


def _check_lists(coordinates: Any, nesting: int) -> None:
    if not isinstance(coordinates, list) or not coordinates:
        raise _bad()
    if nesting:
        for part in coordinates:
            _check_lists(part, nesting - 1)
    elif not (len(coordinates) in (2, 3) and all(map(_is_number, coordinates))):
        raise _bad()


def _rings(coordinates: list[Any]) -> Iterator[list[Any]]:
    if isinstance(coordinates[0][0], list):
        for part in coordinates:
            yield from _rings(part)
    else:
        yield coordinates


def _is_ring(positions: list[Any]) -> bool:
    return len(positions) > 3 and positions[0] == positions[-1]


def _positions(node: dict[str, Any]) -> Iterator[Any]:
    if "geometries" in node:
        for member in node["geometries"]:
            yield from _positions(member)
    else:
        yield from _flat(node["coordinates"])


def _flat(coordinates: list[Any]) -> Iterator[Any]:
    if isinstance(coordinates[0], list):
        for part in coordinates:
            yield from _flat(part)
    else:
        yield coordinates


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 1e12
        and math.isfinite(value)
    )


def _bad() -> Exception:
    return refused(
        "filter の図形が正しくありません。閉じて自分と交わらない図形を filter-crs の座標で書いてください。",
        "A geometry of the filter is not valid. Write closed, simple shapes in the coordinates of filter-crs.",
    )

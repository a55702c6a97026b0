"""Geometry elements of GML 2, GML 3 and KML as shapely geometries, also with parts that stand elsewhere (xlink)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from etl.formats.xml import Element, local

Lookup = Callable[[str], Any]
Coordinates = npt.NDArray[np.float64]

_HREF = "{http://www.w3.org/1999/xlink}href"
_CURVES = {"Curve", "LineString", "LinearRing", "OrientableCurve", "CompositeCurve", "Ring"}
_SURFACES = {
    "Polygon",
    "PolygonPatch",
    "Surface",
    "CompositeSurface",
    "OrientableSurface",
    "PolyhedralSurface",
}
_MANY = {"MultiPoint", "MultiCurve", "MultiLineString", "MultiSurface", "MultiPolygon", "MultiGeometry"}
SHAPES = {"Point"} | _CURVES | _SURFACES | _MANY
_BACKWARDS = "-"


class Unresolved(Exception):
    """A part that the document has not shown (yet): its id."""


def shape(element: Element, lookup: Lookup) -> Any:
    """Return the geometry of an element, axes as they are written; `lookup` gives the geometry of an id.

    Arcs become the chords of their points. Raises `Unresolved`, and `ValueError` for numbers that are none.
    """
    name = local(element.tag)
    if name == "Point":
        return shapely.Point(_first_place(element))
    if name in _CURVES:
        return _line(_coordinates(element, lookup))
    if name in _SURFACES:
        return _one_or_many(list(_polygons(element, lookup)))
    return _one_or_many([part for child in _members(element) for part in _parts(child, lookup)], is_many=True)


def href(element: Element) -> str | None:
    """Return the id of this document that an element refers to."""
    target = element.get(_HREF, "")
    return target[1:] if target.startswith("#") else None


def _line(coordinates: Coordinates) -> Any:
    return shapely.LineString(coordinates)


def _first_place(element: Element) -> Coordinates:
    for inner in element.iter():
        if local(inner.tag) in {"pos", "coordinates"}:
            return np.asarray(_numbers(inner)[0], dtype=float)
    raise ValueError("Point without pos")


def _numbers(element: Element) -> Coordinates:
    """Return the pairs of a list of positions; heights are left out."""
    text = element.text or ""
    if local(element.tag) == "coordinates":
        return np.array([pair.split(",")[:2] for pair in text.split()], dtype=float)
    size = int(element.get("srsDimension") or element.get("dimension") or 2)
    return np.array(text.split(), dtype=float).reshape(-1, size)[:, :2]


def _target(element: Element, lookup: Lookup) -> Any:
    """Return what a property refers to, or None where it holds its geometry itself."""
    name = href(element)
    return None if name is None else lookup(name)


def _coordinates(element: Element, lookup: Lookup) -> Coordinates:
    """Return the vertices of a curve, whether written, composed or referred to."""
    referred = _target(element, lookup)
    if referred is not None:
        return np.asarray(shapely.get_coordinates(referred))
    name = local(element.tag)
    if name in {"posList", "coordinates", "pos"}:
        return _numbers(element)
    parts = [part for child in element if len(part := _coordinates(child, lookup))]
    joined = _joined(parts)
    return joined[::-1] if name == "OrientableCurve" and element.get("orientation") == _BACKWARDS else joined


def _joined(parts: list[Coordinates]) -> Coordinates:
    """Put curves end to end, turning those that were drawn the other way."""
    if not parts:
        return np.empty((0, 2))
    line = parts[0]
    for number, part in enumerate(parts[1:]):
        if number == 0 and len(part) > 1 and not _touches(line[-1], part) and _touches(line[0], part):
            line = line[::-1]
        if np.array_equal(line[-1], part[-1]) and not np.array_equal(line[-1], part[0]):
            part = part[::-1]
        line = np.concatenate([line, part[1:] if np.array_equal(line[-1], part[0]) else part])
    return line


def _touches(place: Coordinates, part: Coordinates) -> bool:
    return np.array_equal(place, part[0]) or np.array_equal(place, part[-1])


def _polygons(element: Element, lookup: Lookup) -> Iterator[Any]:
    if local(element.tag) in {"Polygon", "PolygonPatch"}:
        rings = [(local(child.tag), _coordinates(child, lookup)) for child in element]
        outer = [ring for name, ring in rings if name in {"exterior", "outerBoundaryIs"}]
        inner = [ring for name, ring in rings if name in {"interior", "innerBoundaryIs"}]
        yield shapely.Polygon(outer[0] if outer else [], inner)
        return
    referred = _target(element, lookup)
    if referred is not None:
        yield from shapely.get_parts(referred)
        return
    for child in element:
        yield from _polygons(child, lookup)


def _members(element: Element) -> Iterator[Element]:
    """Yield the parts of a collection; in GML each stands in a property, which may refer to it, in KML bare."""
    for member in element:
        yield from [member] if local(member.tag) in SHAPES or not len(member) else member


def _parts(element: Element, lookup: Lookup) -> Iterator[Any]:
    referred = _target(element, lookup)
    if referred is not None:
        yield from shapely.get_parts(referred)
    elif local(element.tag) in SHAPES:
        yield from shapely.get_parts(shape(element, lookup))


def _one_or_many(parts: list[Any], is_many: bool = False) -> Any:
    if len(parts) == 1 and not is_many:
        return parts[0]
    kinds = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    names = {part.geom_type for part in parts}
    return kinds[names.pop()](parts) if len(names) == 1 else shapely.GeometryCollection(parts)

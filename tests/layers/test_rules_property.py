"""The rules' SQL finds what a slow, plain computation with shapely and pyproj finds, for random deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from tests.conftest import FULL, Store
from tests.layers.rules import at, definition, deliver, publish, register, row, square

GEOD = Geod(ellps="WGS84")
EXAMPLES = settings(
    max_examples=200 if FULL else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Whole metres and a border between them: no pair lies within rounding of a limit.
METRES = st.integers(0, 60)
POINTS = st.lists(st.tuples(st.sampled_from(["甲", "乙", None]), METRES, METRES), min_size=1, max_size=12)
SQUARES = st.lists(st.tuples(METRES, METRES, st.integers(1, 30)), min_size=1, max_size=8)
LIMIT = 20.3


def distance(one: shapely.Point, other: shapely.Point) -> float:
    return float(GEOD.inv(one.x, one.y, other.x, other.y)[2])


def breaching(rule: dict[str, Any], rows: list[Any], geometry: str = "Point") -> set[int]:
    """The rows that a rule finds, as places in the list; nothing is left behind."""
    with transaction.atomic():
        register(definition(geometry=geometry, rules=[{"severity": "warning", **rule}]))
        issues = deliver(rows).report["issues"]
        transaction.set_rollback(True)
    return {issue["row"] - 2 for issue in issues}


@pytest.fixture
def areas(store: Store) -> Iterator[list[shapely.MultiPolygon]]:
    """Three areas, published as a layer: two that touch and one apart."""
    found = [square(0, 0, 20), square(20, 0, 20), square(40, 40, 15)]
    register(definition("areas", "MultiPolygon"))
    publish("areas", *(row(area, name=f"第{n}") for n, area in enumerate(found)))
    yield found


@EXAMPLES
@given(places=POINTS)
def test_near_duplicates(store: Store, places: list[tuple[str | None, int, int]]) -> None:
    points = [(name, at(east, north)) for name, east, north in places]
    slow = {
        later
        for earlier, later in combinations(range(len(points)), 2)
        if points[later][0] == points[earlier][0] is not None
        and distance(points[earlier][1], points[later][1]) <= LIMIT
    }
    rule = {"rule": "near_duplicate", "fields": ["name"], "within_m": LIMIT}
    assert breaching(rule, [row(point, name=name) for name, point in points]) == slow


@EXAMPLES
@given(corners=SQUARES, least=st.sampled_from([1.5, 50.5]))
def test_overlaps(store: Store, corners: list[tuple[int, int, int]], least: float) -> None:
    shapes = [square(*corner) for corner in corners]
    slow = {
        later
        for earlier, later in combinations(range(len(shapes)), 2)
        if area_m2(shapes[earlier].intersection(shapes[later])) > least
    }
    rule = {"rule": "no_overlap", "tolerance_m2": least}
    assert breaching(rule, [row(shape) for shape in shapes], "MultiPolygon") == slow


@EXAMPLES
@given(places=st.lists(st.tuples(METRES, METRES), min_size=1, max_size=12))
def test_near_and_inside(areas: list[shapely.MultiPolygon], places: list[tuple[int, int]]) -> None:
    points = [at(*place) for place in places]
    rows = [row(point) for point in points]
    far = {n for n, point in enumerate(points) if min(to_area(point, area) for area in areas) > LIMIT}
    assert breaching({"rule": "near", "layer": "areas", "within_m": LIMIT}, rows) == far
    assert breaching({"rule": "inside", "layer": "areas", "buffer_m": LIMIT}, rows) == far


@EXAMPLES
@given(corners=SQUARES)
def test_areas_inside_areas(areas: list[shapely.MultiPolygon], corners: list[tuple[int, int, int]]) -> None:
    # Half a metre in, so that no side lies on another but for rounding.
    shapes = [square(east + 0.5, north + 0.5, size) for east, north, size in corners]
    together = shapely.union_all(areas)
    slow = {n for n, shape in enumerate(shapes) if not together.covers(shape)}
    assert breaching({"rule": "inside", "layer": "areas"}, [row(s) for s in shapes], "MultiPolygon") == slow


@EXAMPLES
@given(places=st.lists(st.tuples(st.integers(0, 3), METRES, METRES), min_size=1, max_size=12))
def test_addresses(areas: list[shapely.MultiPolygon], places: list[tuple[int, int, int]]) -> None:
    points = [(number, at(east, north)) for number, east, north in places]
    slow = {
        n
        for n, (number, point) in enumerate(points)
        if number < len(areas) and to_area(point, areas[number]) > LIMIT
    }
    rule = {
        "rule": "address_agrees", "field": "address", "layer": "areas", "target": "name", "within_m": LIMIT,
    }  # fmt: skip
    assert breaching(rule, [row(point, address=f"市第{n}番{n}") for n, point in points]) == slow


@EXAMPLES
@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_small_areas(store: Store, sizes: list[int]) -> None:
    slow = {n for n, size in enumerate(sizes) if size * size < 99.5}
    rows = [row(square(0, 0, size)) for size in sizes]
    assert breaching({"rule": "minimum_size", "m2": 99.5}, rows, "MultiPolygon") == slow


Cell = tuple[int, int]
GRID = 4
CELL_METRES = 10


@EXAMPLES
@given(
    cells=st.sets(st.tuples(st.integers(0, GRID - 1), st.integers(0, GRID - 1)), min_size=1),
    least=st.sampled_from([50.5, 150.5]),
)
def test_gaps(store: Store, cells: set[Cell], least: float) -> None:
    rows = [row(square(east * CELL_METRES, north * CELL_METRES, CELL_METRES)) for east, north in cells]
    slow = [gap for gap in touching(enclosed(cells)) if len(gap) * CELL_METRES**2 > least]
    assert gaps({"rule": "no_gaps", "tolerance_m2": least}, rows) == len(slow)


def gaps(rule: dict[str, Any], rows: list[Any]) -> int:
    with transaction.atomic():
        register(definition(geometry="MultiPolygon", rules=[{"severity": "warning", **rule}]))
        issues = deliver(rows).report["issues"]
        transaction.set_rollback(True)
    assert all((issue["row"], issue["rule"]) == (None, "geometry.gap") for issue in issues)
    return len(issues)


def enclosed(cells: set[Cell]) -> set[Cell]:
    """The empty cells that some touching cells enclose, also where their ring closes at a mere corner."""
    plane = {(east, north) for east in range(-1, GRID + 1) for north in range(-1, GRID + 1)}
    found: set[Cell] = set()
    for together in touching(cells):
        found |= {cell for part in touching(plane - together) if (-1, -1) not in part for cell in part}
    return found - cells


def touching(cells: set[Cell]) -> list[set[Cell]]:
    """Part cells into those that are joined by sides."""
    left, parts = set(cells), []
    while left:
        part, border = set(), {left.pop()}
        while border:
            part |= border
            border = {(east + x, north + y) for east, north in border for x, y in SIDES} & left
            left -= border
        parts.append(part)
    return parts


SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))


def area_m2(shape: shapely.Geometry) -> float:
    return abs(GEOD.geometry_area_perimeter(shape)[0]) if shape.area else 0.0


def to_area(point: shapely.Point, area: shapely.MultiPolygon) -> float:
    """Metres from the point to an upright square: its nearest point is the same in degrees and in metres."""
    line = shapely.shortest_line(point, area)
    return distance(shapely.get_point(line, 0), shapely.get_point(line, 1))

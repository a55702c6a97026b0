"""Layers with declared rules, and deliveries to them, for the tests of the store's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.definition import LayerDefinition
from tests.layers.conftest import small_definition

FIELDS: list[dict[str, Any]] = [
    {"name": "name", "type": "string", "title": {"ja": "名称"}},
    {"name": "address", "type": "string", "title": {"ja": "所在地"}},
    {"name": "first", "type": "date", "title": {"ja": "開始日"}},
    {"name": "last", "type": "date", "title": {"ja": "終了日"}},
    {"name": "seats", "type": "integer", "title": {"ja": "席数"}},
    {"name": "limit", "type": "number", "title": {"ja": "定員"}},
]
COLUMNS = tuple(field["name"] for field in FIELDS)
ORIGIN = (140.0, 36.9)
# Metres of a degree at the origin (WGS 84).
EAST, NORTH = 89_128.0, 110_976.0


def definition(layer_id: str = "judged", geometry: str = "Point", **changes: Any) -> LayerDefinition:
    """A layer with fields of each kind that rules compare."""
    return small_definition(layer_id, geometry=geometry, fields=FIELDS, keys=[], **changes)


def at(east: float, north: float) -> shapely.Point:
    """A point so many metres from the origin (to some centimetres within a kilometre)."""
    return shapely.Point(ORIGIN[0] + east / EAST, ORIGIN[1] + north / NORTH)


def square(east: float, north: float, size: float = 100.0) -> shapely.MultiPolygon:
    """A square whose south-west corner is so many metres from the origin."""
    low, high = at(east, north), at(east + size, north + size)
    return shapely.MultiPolygon([shapely.box(low.x, low.y, high.x, high.y)])


def row(geometry: BaseGeometry, **values: Any) -> tuple[Any, ...]:
    """A row of such a layer."""
    return (*(values.get(name) for name in COLUMNS), geometry.wkb)


def register(*definitions: LayerDefinition) -> None:
    """Register layers."""
    from layers.services.registry import register_layer

    for one in definitions:
        register_layer(one)


def deliver(
    rows: list[tuple[Any, ...]],
    layer: str = "judged",
    *,
    mode: Any = "dry_run",
    columns: tuple[str, ...] = COLUMNS,
    **more: Any,
) -> Any:
    """Bring rows to a layer; their places in the file are 2, 3, …"""
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    allow_removal = more.pop("allow_removal", False)
    whole = Delivery.whole("f.csv", columns, (), rows, {}, row_numbers=range(2, len(rows) + 2))
    delivery = replace(whole, **more)
    return load_rows(layer, delivery, actor="tester", mode=mode, allow_removal=allow_removal)


def publish(layer: str, *rows: tuple[Any, ...]) -> None:
    """Make rows the content of another layer."""
    assert deliver(list(rows), layer, mode="publish").state == "published"


def judged(
    rule: dict[str, Any], rows: list[tuple[Any, ...]], geometry: str = "Point"
) -> list[dict[str, Any]]:
    """Register a layer with one rule and return the issues of a delivery to it."""
    register(definition(geometry=geometry, rules=[{"severity": "warning", **rule}]))
    issues: list[dict[str, Any]] = deliver(rows).report["issues"]
    return issues


def found(issues: list[dict[str, Any]]) -> list[tuple[int | None, str]]:
    """Row and rule of every issue."""
    return [(issue["row"], issue["rule"]) for issue in issues]

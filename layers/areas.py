"""Boxes as conditions: what of a layer meets one, in whatever system it is given."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from gis_core.boxes import Box
from gis_core.crs_names import WGS84
from layers.conditions import Condition
from layers.systems import System, projected, reach

Edges = tuple[float, float, float, float]


def halves(west: float, south: float, east: float, north: float) -> tuple[Box, Box]:
    """Return the two boxes of one that crosses the 180° meridian: its west is greater than its east (RFC 7946 §5.2)."""
    return Box(min(west, 180.0), south, 180.0, north), Box(-180.0, south, max(east, -180.0), north)


def meets_any(boxes: tuple[Box, Box]) -> Condition:
    """Return the condition that a geometry meets one of two boxes (degrees)."""
    values: dict[str, Any] = {}
    tests = [
        sql.SQL("ST_Intersects(geom, {})").format(envelope(f"half_{place}", box.as_tuple(), WGS84, values))
        for place, box in enumerate(boxes)
    ]
    return Condition.of(sql.SQL("({})").format(sql.SQL(" OR ").join(tests)), values)


def meets_projected(edges: Edges, system: System) -> Condition:
    """Return the condition that a geometry meets a box of a projected system.

    The geometry is brought to the box and not the box to the geometry: its edges are straight in its own system
    only, so that neither features are lost nor others added. The index is asked for degrees that hold the box.
    """
    values: dict[str, Any] = {}
    box = envelope("box", edges, system.srid, values)
    test = sql.SQL("ST_Intersects({}, {})").format(projected(sql.SQL("geom"), system), box)
    near = near_to(edges, system, "near", values)
    return Condition.of(test if near is None else sql.SQL("({} AND {})").format(near, test), values)


def near_to(edges: Edges, system: System, prefix: str, values: dict[str, Any]) -> sql.Composable | None:
    """Return the condition, by index, that a geometry lies where the box of a projected system may be."""
    degrees = reach(system, edges)
    if degrees is None:
        return None
    return sql.SQL("geom && {}").format(envelope(prefix, degrees.as_tuple(), WGS84, values))


def envelope(prefix: str, edges: Edges, srid: int, values: dict[str, Any]) -> sql.Composable:
    """Return the expression of a box, its numbers put into `values`."""
    names = [f"{prefix}_{edge}" for edge in ("west", "south", "east", "north")]
    values.update(zip(names, edges, strict=True))
    return sql.SQL("ST_MakeEnvelope({}, {})").format(
        sql.SQL(", ").join(map(sql.Placeholder, names)), sql.Literal(srid)
    )

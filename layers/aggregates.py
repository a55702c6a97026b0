"""Counts and sums of a layer's features by a property, an area, a grid square or a time, and what of them is hidden.

A feature is where its representative point is, so that each counts once. Small counts of layers that concern
persons, or that are not public, are hidden with as many others as it takes for no total to give them away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from gis_core import mesh
from gis_core.boxes import Box
from gis_core.definition import Field
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery, shape_of, values_of, where
from layers.reads import Statement
from layers.tables import table

MeshLevel = Literal[1, 2, 3, 4, 5, 6]
# The side of each level's cells in the smallest ones, of which JIS X 0410 has 960 to a degree of latitude and
# 640 to one of longitude, counted from 100° E.
MESH_SIZES: dict[MeshLevel, int] = {1: 640, 2: 80, 3: 8, 4: 4, 5: 2, 6: 1}
_ROWS, _COLUMNS, _WEST = 960, 640, 100
# Beyond them no grid square has a code.
_NORTH_END, _EAST_END = 66.66, 180

PERIODS: dict[str, str] = {"year": "YYYY", "month": "YYYY-MM"}
GROUPS_MAXIMUM = 10_000
# Counts below this are hidden where persons might be meant.
LEAST = 5


@dataclass(frozen=True)
class ByField:
    """By the values of a property."""

    field: Field


@dataclass(frozen=True)
class ByPeriod:
    """By the year or month, in the city's time, of a property that is a date or an instant."""

    field: Field
    period: Literal["year", "month"]


@dataclass(frozen=True)
class ByArea:
    """By a property of the feature of another layer in which a feature lies."""

    areas: LayerInfo
    field: Field


@dataclass(frozen=True)
class ByMesh:
    """By grid square."""

    level: MeshLevel


Grouping = ByField | ByPeriod | ByArea | ByMesh


def aggregate_statement(
    info: LayerInfo, query: ItemsQuery, by: Grouping | None, sums: Sequence[Field]
) -> Statement:
    """Rows `(key, count, sums…)` of the features that match, in the order of the keys; null where one has no key.

    One row more than `GROUPS_MAXIMUM` at most. The key of a grid square is for `mesh_box`.
    """
    conditions = where(info, shape_of(query))
    text = sql.SQL("""
        SELECT {key} AS {name}, count(*) {sums} FROM {table} AS feature {areas} WHERE true {where}
        GROUP BY {name} ORDER BY {name} LIMIT {limit}""").format(
        key=sql.SQL("NULL::text") if by is None else _key(info, by),
        # No field has a blank in its name.
        name=_KEY,
        sums=sql.SQL("").join(sql.SQL(", sum({})").format(sql.Identifier(f.name)) for f in sums),
        table=table(info.id),
        areas=_areas(info, by, conditions) if isinstance(by, ByArea) else sql.SQL(""),
        where=conditions,
        limit=sql.Literal(GROUPS_MAXIMUM + 1),
    )
    return Statement(text.as_string(None), values_of(query))


_KEY = sql.Identifier("the key")


def _key(info: LayerInfo, by: Grouping) -> sql.Composable:
    if isinstance(by, ByField):
        column = sql.Identifier("feature", by.field.name)
        return sql.SQL("to_char({}, 'HH24:MI')").format(column) if by.field.type == "time" else column
    if isinstance(by, ByPeriod):
        return sql.SQL("to_char({}, {})").format(
            sql.Identifier("feature", by.field.name), sql.Literal(PERIODS[by.period])
        )
    if isinstance(by, ByArea):
        return sql.Identifier("located", "the area")
    return _mesh(info, MESH_SIZES[by.level])


def _mesh(info: LayerInfo, size: int) -> sql.Composable:
    # Snapped as `gis_core.mesh` does: 140.0125° lies in the cell to the east of it.
    return sql.SQL("""
        CASE WHEN ST_Y({point}) >= 0 AND ST_Y({point}) < {north} AND ST_X({point}) >= {west} AND ST_X({point}) < {east}
             THEN floor((ST_Y({point}) * {rows} + 1e-9) / {size})::int || ','
                  || floor(((ST_X({point}) - {west}) * {columns} + 1e-9) / {size})::int END""").format(
        point=_point(info),
        north=sql.Literal(_NORTH_END),
        east=sql.Literal(_EAST_END),
        west=sql.Literal(_WEST),
        rows=sql.Literal(_ROWS),
        columns=sql.Literal(_COLUMNS),
        size=sql.Literal(size),
    )


def _areas(info: LayerInfo, by: ByArea, conditions: sql.Composable) -> sql.Composable:
    """The area of each feature: from area to features, because PostGIS then prepares each area's geometry once."""
    return sql.SQL("""
        LEFT JOIN (
            SELECT DISTINCT ON (feature.id) feature.id AS {number}, area.{field} AS {name}
            FROM {areas} AS area
                 CROSS JOIN LATERAL (SELECT id, geom FROM {table} WHERE geom && area.geom {where}) AS feature
            WHERE ST_Intersects(area.geom, {point}) ORDER BY feature.id, area.id) AS located
        ON located.{number} = feature.id""").format(
        number=sql.Identifier("the id"),
        field=sql.Identifier(by.field.name),
        name=sql.Identifier("the area"),
        areas=table(by.areas.id),
        table=table(info.id),
        where=conditions,
        point=_point(info),
    )


def _point(info: LayerInfo) -> sql.Composable:
    if info.definition.geometry == "Point":
        return sql.SQL("feature.geom")
    return sql.SQL("ST_PointOnSurface(feature.geom)")


def mesh_box(key: str, level: MeshLevel) -> tuple[str, Box]:
    """Return the code of a grid square that `aggregate_statement` found, and its cell (degrees)."""
    row, column = map(int, key.split(","))
    size = MESH_SIZES[level]
    middle = (_WEST + (column + 0.5) * size / _COLUMNS, (row + 0.5) * size / _ROWS)
    code = mesh.encode(*middle, level)
    return code, mesh.decode(code)


def is_sensitive(info: LayerInfo) -> bool:
    """Tell whether small counts of the layer might say something of a person, or of what is not public."""
    definition = info.definition
    said = definition.registration.personal_data
    personal = any(field.personal for field in definition.fields) or bool(said and said.contained)
    return personal or definition.visibility != "public"


def hidden(counts: Sequence[int]) -> tuple[frozenset[int], bool]:
    """Return which of the counts are hidden, and whether their total is.

    Those below `LEAST`; with one alone, or so few that their sum is below it too, the total would tell, so the
    smallest others are hidden with them. Where there are no others, the total is.
    """
    small = {place for place, count in enumerate(counts) if 0 < count < LEAST}
    if not small:
        return frozenset(), False
    others = iter(
        sorted((place for place in range(len(counts)) if place not in small), key=counts.__getitem__)
    )
    while len(small) < 2 or sum(counts[place] for place in small) < LEAST:
        following = next(others, None)
        if following is None:
            return frozenset(small), True
        small.add(following)
    return frozenset(small), False

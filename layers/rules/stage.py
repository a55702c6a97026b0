"""What every rule works on and answers with: a staged delivery, breaches, metres in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

from psycopg import sql

from gis_core.definition import LayerDefinition
from gis_core.errors import Message

# Metres: a degree of latitude has 110,574 to 111,694, one of longitude up to 111,320 times the cosine of the
# latitude (WGS 84). Rounded outwards, and the shortest a little more for the change of the cosine on the way.
_SHORTEST_DEGREE = 110_000
_LONGEST_DEGREE = 111_700


class Breach(NamedTuple):
    """One breach of a rule: the row as a person counts (None for the delivery as a whole) and what is wrong.

    `rule` is the name in the report (`group.kind`); `field` is `geom` for a position.
    """

    row: int | None
    rule: str
    field: str | None
    value: str | None
    message: Message


@dataclass(frozen=True)
class Stage:
    """A staged delivery: its table (`stage_order` is the row as a person counts) and what it feeds.

    `headers`: field → the file's column, for messages.
    """

    table: sql.Composable
    definition: LayerDefinition
    columns: tuple[str, ...]
    headers: Mapping[str, str | None]

    def feeds(self, *fields: str) -> bool:
        """Tell whether the file feeds all these fields."""
        return all(name in self.columns for name in fields)

    def header(self, field: str) -> str:
        """Return what the deliverer calls a field: the file's column, else the field's Japanese title."""
        return self.headers.get(field) or self.definition.field_named(field).title["ja"]

    def headers_of(self, fields: Iterable[str]) -> str:
        """Return the names of several fields, joined."""
        return "・".join(map(self.header, fields))


def fetch(
    cursor: Any, statement: LiteralString, parameters: Mapping[str, Any], **parts: sql.Composable
) -> list[Any]:
    """Run a rule's statement with its identifiers and bound parameters; return the rows."""
    cursor.execute(sql.SQL(statement).format(**parts), parameters)
    rows: list[Any] = cursor.fetchall()
    return rows


def column(name: str, alias: str | None = None) -> sql.Identifier:
    """Return a quoted column, of the table `alias` where given."""
    return sql.Identifier(alias, name) if alias else sql.Identifier(name)


def columns(names: Iterable[str]) -> sql.Composed:
    """Return quoted columns, joined by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def joined(names: Iterable[str]) -> sql.Composed:
    """Return the expression of several columns' values as one text, as messages show it."""
    return sql.SQL("concat_ws('・', {})").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(column(name)) for name in names)
    )


def all_filled(names: Iterable[str]) -> sql.Composed:
    """Return the condition that none of the columns is null."""
    return sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(column(name)) for name in names)


def equal(names: Iterable[str], left: str, right: str) -> sql.Composed:
    """Return the condition that two tables' columns are equal."""
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(column(name, left), column(name, right)) for name in names
    )


def reach(geometry: sql.Composable) -> sql.Composed:
    """Return a box (degrees) that holds all within `%(metres)s` of a geometry: what an index can look for."""
    return sql.SQL("ST_Expand({}, {}, %(metres)s::float8 / {})").format(
        geometry, _most_degrees(geometry), sql.Literal(_SHORTEST_DEGREE)
    )


def _most_degrees(geometry: sql.Composable) -> sql.Composed:
    """Return the most degrees that `%(metres)s` can be, near a geometry: along its circle of latitude."""
    return sql.SQL(
        "(%(metres)s::float8 / ({1} * greatest(cos(radians("
        "greatest(abs(ST_YMin({0})), abs(ST_YMax({0}))))), 0.01)))"
    ).format(geometry, sql.Literal(_SHORTEST_DEGREE))


def within(left: sql.Composable, right: sql.Composable) -> sql.Composed:
    """Return the condition that two geometries lie within `%(metres)s` of each other, on the ellipsoid.

    Distances on the ellipsoid cost a hundred times as much as in the plane, so degrees decide first what
    is near or far for certain.
    """
    return sql.SQL(
        "{left} && {box} AND (ST_Intersects({left}, {right})"
        " OR ST_DWithin({left}, {right}, %(metres)s::float8 / {longest})"
        " OR (ST_DWithin({left}, {right}, {most})"
        " AND ST_DWithin({left}::geography, {right}::geography, %(metres)s)))"
    ).format(
        left=left,
        right=right,
        box=reach(right),
        longest=sql.Literal(_LONGEST_DEGREE),
        most=_most_degrees(right),
    )


def position(geometry: sql.Composable) -> sql.Composed:
    """Return a place as text for people: latitude, longitude of the geometry's middle, six decimals."""
    return sql.SQL(
        "format('%%s, %%s', round(ST_Y(ST_Centroid({0}))::numeric, 6), round(ST_X(ST_Centroid({0}))::numeric, 6))"
    ).format(geometry)

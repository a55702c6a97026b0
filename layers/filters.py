"""What a reader asks of a layer's features, and the conditions in SQL that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from psycopg import sql

from gis_core.boxes import Box
from gis_core.definition import Field, Texts
from layers.catalogue import LayerInfo
from layers.conditions import Condition
from layers.paging import Order, Place, place_values
from layers.tables import COLUMN_TYPES
from layers.writing import WHOLE, Output

# Every feature's own number, which can be asked for as a field can.
ID = Field(
    "id",
    "integer",
    Texts({"ja": "番号", "en": "Id", "zh-hans": "编号", "ko": "번호"}),
    required=True,
    unique=True,
)
BY_ID = Order()


@dataclass(frozen=True)
class ItemsQuery:
    """What of a layer is asked for, and how.

    `after` is the keyset: only ids greater than it; with an `order` other than by id, `after_keys` too, None on the
    first page. `bbox` in degrees (EPSG:4326). `interval` is a pair of aware instants, either None for open.
    `equals` pairs a visible field's name, or `id`, with the text of a value. `conditions` are all that is
    asked for beyond these. `at` asks for the layer as it was at an instant, or at a revision.
    """

    limit: int
    after: int = 0
    offset: int = 0
    bbox: Box | None = None
    interval: tuple[datetime | None, datetime | None] | None = None
    equals: tuple[tuple[str, str], ...] = ()
    at: datetime | int | None = None
    conditions: tuple[Condition, ...] = ()
    order: Order = BY_ID
    after_keys: tuple[str | None, ...] | None = None
    output: Output = WHOLE

    @property
    def narrows(self) -> bool:
        """Whether fewer than all features of the layer may be meant."""
        return bool(self.bbox or self.interval or self.equals or self.conditions)


# How a moment is named: not at all, or by which of the two.
Moment = Literal["now", "instant", "revision"]


class Shape(NamedTuple):
    """What of a query decides the text of its SQL; the rest are parameters.

    `empty` tells which keys of the place to go on after have no value; None without such a place.
    """

    bbox: bool
    begin: bool
    end: bool
    equals: tuple[str, ...]
    at: Moment
    conditions: tuple[Condition, ...] = ()
    order: Order = BY_ID
    empty: tuple[bool, ...] | None = None
    output: Output = WHOLE


def moment_of(at: datetime | int | None) -> Moment:
    """Return how the moment is named."""
    if at is None:
        return "now"
    return "instant" if isinstance(at, datetime) else "revision"


def shape_of(query: ItemsQuery) -> Shape:
    """Return what of the query its SQL depends on."""
    begin, end = query.interval or (None, None)
    keys = query.after_keys
    return Shape(
        bbox=query.bbox is not None,
        begin=begin is not None,
        end=end is not None,
        equals=tuple(name for name, _ in query.equals),
        at=moment_of(query.at),
        conditions=query.conditions,
        order=query.order,
        empty=None if keys is None else tuple(key is None for key in keys),
        output=query.output,
    )


def values_of(query: ItemsQuery) -> dict[str, Any]:
    """Return the parameters of the query's SQL."""
    begin, end = query.interval or (None, None)
    values: dict[str, Any] = {
        "limit": query.limit,
        "over": query.limit + 1,
        "after": query.after,
        "offset": query.offset,
        "from": begin,
        "to": end,
        "at": query.at,
    }
    if query.bbox is not None:
        values |= zip(("west", "south", "east", "north"), query.bbox.as_tuple(), strict=True)
    if query.after_keys is not None:
        values |= place_values(Place(query.after, query.after_keys))
    for condition in query.conditions:
        values |= condition.values
    return values | {f"equals_{place}": value for place, (_, value) in enumerate(query.equals)}


def where(info: LayerInfo, shape: Shape) -> sql.Composable:
    """Return the conditions, each with AND before it; the placeholders are those of `values_of`."""
    conditions: list[sql.Composable] = []
    if shape.bbox:
        # ST_Intersects: an item is in the answer only if its geometry, not its box, meets the bbox (OGC 17-069r4, /req/core/fc-bbox-response).
        # Comparing the coordinates of points would cost a quarter less, but the planner cannot guess how many those are.
        conditions.append(
            sql.SQL("ST_Intersects(geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))")
        )
    conditions += _interval_conditions(info, shape)
    for place, name in enumerate(shape.equals):
        field = next(f for f in (ID, *info.fields) if f.name == name)
        conditions.append(
            sql.SQL("{} = {}::{}").format(
                sql.Identifier(name), sql.Placeholder(f"equals_{place}"), sql.SQL(COLUMN_TYPES[field.type])
            )
        )
    conditions += [condition.test for condition in shape.conditions]
    return sql.SQL("").join(sql.SQL(" AND {}").format(c) for c in conditions)


def _interval_conditions(info: LayerInfo, shape: Shape) -> Sequence[sql.Composable]:
    """Features whose own period meets the interval; a layer without a temporal field is not filtered."""
    start, end = info.field_with_role("start"), info.field_with_role("end")
    if start is None:
        return []
    begins = sql.Identifier(start.name)
    ends = sql.SQL("coalesce({}, {})").format(sql.Identifier(end.name), begins) if end else begins
    kind = sql.SQL(COLUMN_TYPES[start.type])
    conditions: list[sql.Composable] = []
    if shape.begin:
        conditions.append(sql.SQL("{} >= %(from)s::timestamptz::{}").format(ends, kind))
    if shape.end:
        conditions.append(sql.SQL("{} <= %(to)s::timestamptz::{}").format(begins, kind))
    return conditions

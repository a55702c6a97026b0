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
# An item is in the answer only if its geometry, not its box, meets the bbox (OGC 17-069r4, /req/core/fc-bbox-response).
# The envelope of its diagonal is a line or a point where the box is one, which an envelope of four sides would not be.
IN_BOX = sql.SQL("""ST_Intersects(geom, ST_Envelope(ST_SetSRID(
    ST_MakeLine(ST_Point(%(west)s, %(south)s), ST_Point(%(east)s, %(north)s)), 4326)))""")
# The same in three quarters of the time, but the planner cannot guess how many these are.
POINT_IN_BOX = sql.SQL("""geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    AND ST_X(geom) BETWEEN %(west)s::float8 AND %(east)s::float8 AND ST_Y(geom) BETWEEN %(south)s::float8 AND %(north)s::float8""")
# To look at all of so many features takes a millisecond or two; a box that holds more than it should costs time only.
FEW = 2_000
# In a larger layer it would be too much time, where one feature far off makes the box of all others look small.
FEW_OF = 100_000


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

    @property
    def first(self) -> bool:
        """Whether it asks for the beginning of the list, not for what comes after a place."""
        return not self.after and self.after_keys is None


# How a moment is named: not at all, or by which of the two.
Moment = Literal["now", "instant", "revision"]


class Shape(NamedTuple):
    """What of a query decides the text of its SQL; the rest are parameters.

    `empty` tells which keys of the place to go on after have no value; None without such a place. `few` says
    that few features are to be looked at, so that any plan will do; `counted`, that all that match are counted, too.
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
    few: bool = False
    counted: bool = False


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


def finds_few(info: LayerInfo, query: ItemsQuery) -> bool:
    """Whether no more than `FEW` features need be looked at, were the layer's spread evenly over its extent."""
    if query.at is not None or not query.narrows or info.extent is None or info.feature_count > FEW_OF:
        return False
    return info.feature_count * (1.0 if query.bbox is None else _share(info.extent, query.bbox)) <= FEW


def _share(whole: Box, box: Box) -> float:
    """Return how much of `whole` lies in the box; all of it where it has no area."""
    wide = min(whole.east, box.east) - max(whole.west, box.west)
    high = min(whole.north, box.north) - max(whole.south, box.south)
    area = (whole.east - whole.west) * (whole.north - whole.south)
    return max(wide, 0.0) * max(high, 0.0) / area if area else 1.0


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
        conditions.append(POINT_IN_BOX if shape.few and info.definition.geometry == "Point" else IN_BOX)
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

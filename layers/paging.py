"""Pages by keyset: in any order, a page begins right after the row where the one before it ended.

So a deep page costs what the first one does, and none loses or repeats a row that stays as it is. Rows without
a value come last, whatever the direction; the id decides between equals.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import orjson
from psycopg import sql

from gis_core.definition import Field
from layers.catalogue import LayerInfo
from layers.tables import COLUMN_TYPES

# What decides the order of long texts, and all of them that a link has to carry.
SORTED_LETTERS = 100
# A longer link than that is none of ours.
LONGEST_PLACE = 8_000


@dataclass(frozen=True)
class Order:
    """An order of rows: fields by name, each with whether it falls; at last the id, rising or falling."""

    keys: tuple[tuple[str, bool], ...] = ()
    id_falls: bool = False

    @property
    def by_id(self) -> bool:
        """Whether it is the order that every page has when nothing else is asked for."""
        return not self.keys and not self.id_falls


class Place(NamedTuple):
    """Where a page ended: the last row's id, and the text of each of its sort keys, None where it had no value."""

    id: int
    keys: tuple[str | None, ...] = ()


def key_column(place: int) -> sql.Identifier:
    """Return the name that a page's select gives to a sort key."""
    return sql.Identifier(f"sort_{place}")


def key_expression(field: Field) -> sql.Composable:
    """Return the expression of a field that rows are sorted by."""
    column = sql.Identifier(field.name)
    if field.type == "string":
        return sql.SQL("left({}, {})").format(column, sql.Literal(SORTED_LETTERS))
    return column


def key_fields(info: LayerInfo, order: Order) -> list[Field]:
    """Return the visible fields that the order names."""
    by_name = {f.name: f for f in info.fields}
    return [by_name[name] for name, _ in order.keys]


def ordering(order: Order, expressions: Sequence[sql.Composable]) -> sql.Composable:
    """Return what follows ORDER BY."""
    directions = [sql.SQL("DESC NULLS LAST" if falls else "ASC NULLS LAST") for _, falls in order.keys]
    keys = [sql.SQL("{} {}").format(*pair) for pair in zip(expressions, directions, strict=True)]
    return sql.SQL(", ").join([*keys, sql.SQL("id DESC" if order.id_falls else "id")])


def beyond(info: LayerInfo, order: Order, empty: tuple[bool, ...]) -> sql.Composable:
    """Return the condition of the rows after a place; `empty` tells which of its keys have no value.

    Its placeholders are those of `place_values`.
    """
    condition: sql.Composable = sql.SQL("id {} %(after)s").format(sql.SQL("<" if order.id_falls else ">"))
    fields = key_fields(info, order)
    for place in reversed(range(len(fields))):
        field, falls, none = fields[place], order.keys[place][1], empty[place]
        condition = _then(place, field, falls, none, condition)
    return condition


def _then(place: int, field: Field, falls: bool, none: bool, rest: sql.Composable) -> sql.Composable:
    key = key_expression(field)
    if none:
        return sql.SQL("({} IS NULL AND {})").format(key, rest)
    value = sql.SQL("{}::{}").format(sql.Placeholder(f"after_{place}"), sql.SQL(COLUMN_TYPES[field.type]))
    later = sql.SQL("{} {} {}").format(key, sql.SQL("<" if falls else ">"), value)
    if not field.required:
        later = sql.SQL("{} OR {} IS NULL").format(later, key)
    return sql.SQL("({} OR ({} = {} AND {}))").format(later, key, value, rest)


def place_values(place: Place) -> dict[str, object]:
    """Return the parameters of `beyond`."""
    keys = {f"after_{number}": key for number, key in enumerate(place.keys) if key is not None}
    return {"after": place.id, **keys}


def write_place(place: Place, query: object) -> str:
    """Return a place as opaque text that is good only for the same query (whatever tells it apart)."""
    content = [place.id, *place.keys]
    return base64.urlsafe_b64encode(orjson.dumps([_seal(content, query), *content])).decode().rstrip("=")


def read_place(text: str, query: object) -> Place | None:
    """Return the place, or None for a text that this query never got."""
    if len(text) > LONGEST_PLACE:
        return None
    try:
        seal, *content = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        number, *keys = content
    except (binascii.Error, ValueError, TypeError):
        return None
    if seal != _seal(content, query) or not _is_place(number, keys):
        return None
    return Place(number, tuple(keys))


def _is_place(number: object, keys: Sequence[object]) -> bool:
    # The seal is no signature: whoever reads this code can make one.
    whole = isinstance(number, int) and not isinstance(number, bool) and abs(number) < 2**63
    return whole and all(key is None or isinstance(key, str) for key in keys)


def _seal(content: Sequence[object], query: object) -> str:
    return blake2b(repr(([*content], query)).encode(), digest_size=6).hexdigest()

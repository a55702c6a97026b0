"""The terms of a filter: typed expressions in SQL, and how values become such."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from psycopg import sql

from gis_core.definition import FieldType
from layers.cql2.faults import mismatch, refused, shown

Kind = Literal["text", "number", "boolean", "date", "timestamp", "time", "geometry", "interval", "array"]

FIELD_KINDS: dict[FieldType, Kind] = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "time": "time",
}
# Up to here JSON's numbers, which are doubles, are exact as whole numbers.
EXACT = 2**53


@dataclass(frozen=True)
class Term:
    """A typed expression.

    `literal` is the value of a literal, also below CASEI and ACCENTI; `name` the property that it is or holds, for
    messages. `parts` are those of an array or the two ends of an interval, None for an open one. `edges` are
    west, south, east, north of a geometry that was given, `srid` is its system, and `mixed` says that it is a
    collection. `folded` says that a text lost its case or accents.
    """

    kind: Kind
    sql: sql.Composable = field(default_factory=lambda: sql.SQL(""))
    literal: Any = None
    name: str = ""
    parts: tuple[Term | None, ...] = ()
    edges: tuple[float, float, float, float] | None = None
    srid: int = 0
    mixed: bool = False
    folded: bool = False


class Values:
    """The values that a filter binds, by the names of their placeholders."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def bind(self, value: Any) -> sql.Placeholder:
        """Return a new placeholder for the value."""
        name = f"filter_{len(self.bound)}"
        self.bound[name] = value
        return sql.Placeholder(name)

    def cast(self, value: Any, kind: str) -> sql.Composable:
        """Return a placeholder of a type of PostgreSQL's."""
        return sql.SQL("{}::{}").format(self.bind(value), sql.SQL(kind))


def literal(value: Any, values: Values) -> Term:
    """Return the term of a text, number or truth value. Raises `BadParameter`."""
    if isinstance(value, bool):
        return Term("boolean", values.cast(value, "boolean"), value)
    if isinstance(value, int | float):
        return _number(value, values)
    if isinstance(value, str) and "\x00" not in value:
        return Term("text", values.cast(value, "text"), value)
    raise refused(
        f"filter の値 {shown(value)} は使えません。文字、数、true・false、日時のどれかにしてください。",
        f"The filter's value {shown(value)} cannot be used. Give a text, number, true or false, or a time.",
    )


def _number(value: float, values: Values) -> Term:
    if not (isinstance(value, int) or math.isfinite(value)):
        raise refused("filter の数が大きすぎます。", "A number in the filter is too large.")
    if value == int(value) and abs(value) <= EXACT:
        return Term("number", values.cast(int(value), "bigint"), int(value))
    try:
        return Term("number", values.cast(float(value), "double precision"), value)
    except OverflowError:
        raise refused("filter の数が大きすぎます。", "A number in the filter is too large.") from None


def day(text: Any, values: Values) -> Term:
    """Return the term of a date written as YYYY-MM-DD. Raises `BadParameter`."""
    try:
        value = date.fromisoformat(text) if len(text) == len("2026-04-01") else None
    except (TypeError, ValueError):
        value = None
    if value is None:
        raise _no_time(text, "DATE('2026-04-01')")
    return Term("date", values.cast(value, "date"), value)


def moment(text: Any, values: Values) -> Term:
    """Return the term of an instant written by RFC 3339 with its zone. Raises `BadParameter`."""
    try:
        value = datetime.fromisoformat(text.upper()) if len(text) > len("2026-04-01T00") else None
        utc = value.astimezone(UTC) if value is not None and value.tzinfo is not None else None
    except (AttributeError, TypeError, ValueError, OverflowError):
        utc = None
    if utc is None:
        raise _no_time(text, "TIMESTAMP('2026-04-01T00:00:00Z')")
    return Term("timestamp", values.cast(utc, "timestamptz"), utc)


def clock(text: str, values: Values) -> Term:
    """Return the term of a time of day. Raises `BadParameter`."""
    try:
        value = time.fromisoformat(text)
    except ValueError:
        raise _no_time(text, "'08:30'") from None
    return Term("time", values.cast(value, "time"), value)


def alike(one: Term, other: Term, values: Values) -> tuple[Term, Term]:
    """Return two terms that can be compared; a text is read as a time where the other is one.

    Raises `BadParameter`, naming the property, when they cannot.
    """
    readers = {"date": day, "timestamp": moment, "time": clock}
    if one.kind == other.kind and one.kind in ("text", "number", "boolean", *readers):
        return one, other
    if isinstance(other.literal, str) and one.kind in readers:
        return one, readers[one.kind](other.literal, values)
    if isinstance(one.literal, str) and other.kind in readers:
        return readers[other.kind](one.literal, values), other
    raise mismatch(one.kind, other.kind, one.name or other.name)


def of_kind(term: Term, kind: Kind) -> Term:
    """Return the term if it is of this kind. Raises `BadParameter`, naming the property."""
    if term.kind != kind:
        raise mismatch(term.kind, kind, term.name)
    return term


def _no_time(value: object, example: str) -> Exception:
    return refused(
        f"filter の値「{shown(value)}」は日時として読めません。例：{example}",
        f"The filter's value “{shown(value)}” is no date or time. An example: {example}",
    )

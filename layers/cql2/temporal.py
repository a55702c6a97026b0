"""Temporal functions (OGC 21-065r2 §7.7): an instant is a period without length, and both ends belong to a period.

Where a date meets an instant it is the whole day in the city's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString, NamedTuple

from psycopg import sql

from layers.cql2.compiler import Compiler, Handler, exactly
from layers.cql2.faults import mismatch
from layers.cql2.terms import Term, Values, day, moment

_RELATIONS: Mapping[str, LiteralString] = {
    "t_after": "{a1} > {b2}",
    "t_before": "{a2} < {b1}",
    "t_contains": "{a1} < {b1} AND {a2} > {b2}",
    "t_disjoint": "{a1} > {b2} OR {a2} < {b1}",
    "t_during": "{a1} > {b1} AND {a2} < {b2}",
    "t_equals": "{a1} = {b1} AND {a2} = {b2}",
    "t_finishedby": "{a1} < {b1} AND {a2} = {b2}",
    "t_finishes": "{a1} > {b1} AND {a2} = {b2}",
    "t_intersects": "{a1} <= {b2} AND {a2} >= {b1}",
    "t_meets": "{a2} = {b1}",
    "t_metby": "{a1} = {b2}",
    "t_overlappedby": "{a1} > {b1} AND {a1} < {b2} AND {a2} > {b2}",
    "t_overlaps": "{a1} < {b1} AND {a2} > {b1} AND {a2} < {b2}",
    "t_startedby": "{a1} = {b1} AND {a2} > {b2}",
    "t_starts": "{a1} = {b1} AND {a2} < {b2}",
}


class _Period(NamedTuple):
    """Two ends, None for an open one."""

    begin: Term | None
    end: Term | None

    @property
    def of_days(self) -> bool:
        """Whether none of its ends is an instant."""
        return all(end is None or end.kind == "date" for end in self)


def _relation(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    one, other = (_period(compiler.term(a), compiler.values) for a in exactly(2, name, arguments))
    days = one.of_days and other.of_days
    ends = {
        "a1": _end(one.begin, days, "-infinity", last=False),
        "a2": _end(one.end, days, "infinity", last=True),
        "b1": _end(other.begin, days, "-infinity", last=False),
        "b2": _end(other.end, days, "infinity", last=True),
    }
    return Term("boolean", sql.SQL("({})").format(sql.SQL(_RELATIONS[name]).format(**ends)))


def _period(term: Term, values: Values) -> _Period:
    if term.kind == "interval":
        return _Period(*term.parts)
    if isinstance(term.literal, str):
        term = (day if len(term.literal) == len("2026-04-01") else moment)(term.literal, values)
    if term.kind not in ("date", "timestamp"):
        raise mismatch(term.kind, "timestamp", term.name)
    return _Period(term, term)


def _end(end: Term | None, days: bool, without: LiteralString, *, last: bool) -> sql.Composable:
    if end is None:
        return sql.SQL("{}::{}").format(sql.Literal(without), sql.SQL("date" if days else "timestamptz"))
    if days or end.kind == "timestamp":
        return end.sql
    if last:
        return sql.SQL("(({} + 1)::timestamptz - interval '1 microsecond')").format(end.sql)
    return sql.SQL("({})::timestamptz").format(end.sql)


HANDLERS: Mapping[str, Handler] = dict.fromkeys(_RELATIONS, _relation)

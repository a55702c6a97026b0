"""Array functions. Layers have no fields that hold lists; the lists are written in the filter, of values and fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import sql

from layers.cql2.compiler import Compiler, Handler, exactly, wrong_arguments
from layers.cql2.terms import Term, alike

# As sets: neither the order of members nor how often one occurs makes a difference.
_RELATIONS: Mapping[str, LiteralString] = {
    "a_containedby": "({} <@ {})",
    "a_contains": "({} @> {})",
    "a_equals": "({0} @> {1} AND {0} <@ {1})",
    "a_overlaps": "({} && {})",
}
_TYPES: Mapping[str, LiteralString] = {
    "text": "text",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
    "time": "time",
}


def _relation(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    one, other = (_members(compiler.term(a), name) for a in exactly(2, name, arguments))
    first = next((m for m in (*one, *other) if m.name), (*one, *other)[0])
    if first.kind not in _TYPES:
        raise wrong_arguments(name)
    kind = sql.SQL(_TYPES[first.kind])
    lists = [[alike(first, member, compiler.values)[1].sql for member in members] for members in (one, other)]
    made = [sql.SQL("ARRAY[{}]::{}[]").format(sql.SQL(", ").join(members), kind) for members in lists]
    return Term("boolean", sql.SQL(_RELATIONS[name]).format(*made))


def _members(term: Term, name: str) -> list[Term]:
    members = [part for part in term.parts if part] if term.kind == "array" else [term]
    if not members:
        raise wrong_arguments(name)
    return members


HANDLERS: Mapping[str, Handler] = dict.fromkeys(_RELATIONS, _relation)

"""Logic, comparison, arithmetic, and texts regardless of case and accents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import sql

from layers.cql2.compiler import Compiler, Handler, exactly, wrong_arguments
from layers.cql2.faults import refused
from layers.cql2.terms import Term, Values, alike, of_kind

_COMPARISONS: Mapping[str, LiteralString] = {
    "=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip
# On doubles, as JSON's numbers are; a division by zero has no result, so its row does not match. `div` and `%` cut
# toward zero.
_ARITHMETIC: Mapping[str, LiteralString] = {
    "+": "({} + {})",
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / nullif({}, 0))",
    "^": "power({}, {})",
    "div": "trunc({} / nullif({}, 0))",
    "%": "mod({}::numeric, nullif({}::numeric, 0))::double precision",
}
# Lists of literals are bound as one array, so that their length makes no other statement.
_ARRAYS = {
    "text": "text[]",
    "boolean": "boolean[]",
    "date": "date[]",
    "timestamp": "timestamptz[]",
    "time": "time[]",
}
# The root locale's mapping there and back is close to full case folding (ß and SS meet); PostgreSQL 15 has none.
# By code point again, so that comparisons of folded texts order as those of others.
_FOLDED: LiteralString = '(lower(upper({} COLLATE "und-x-icu")) COLLATE "C")'
# Marks of Latin, Greek and Cyrillic letters only: が without its mark would be another kana, not a variant of it.
_UNACCENTED: LiteralString = "normalize(regexp_replace(normalize({}, NFD), '[\u0300-\u036f]', '', 'g'), NFC)"


def _logic(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    if not arguments:
        raise wrong_arguments(name)
    tests = [t.sql for t in compiler.terms(arguments, "boolean")]
    joint = sql.SQL(" AND ") if name == "and" else sql.SQL(" OR ")
    return Term("boolean", sql.SQL("({})").format(joint.join(tests)))


def _not(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    (test,) = compiler.terms(exactly(1, name, arguments), "boolean")
    return Term("boolean", sql.SQL("(NOT {})").format(test.sql))


def _comparison(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    one, other = alike(*_two(compiler, name, arguments), compiler.values)
    return Term("boolean", sql.SQL("({} {} {})").format(one.sql, sql.SQL(_COMPARISONS[name]), other.sql))


def _between(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    value, low, high = (compiler.term(a) for a in exactly(3, name, arguments))
    value, low = alike(value, low, compiler.values)
    value, high = alike(value, high, compiler.values)
    return Term("boolean", sql.SQL("({} BETWEEN {} AND {})").format(value.sql, low.sql, high.sql))


def _in(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    value, listed = _two(compiler, name, arguments)
    if listed.kind != "array" or not listed.parts:
        raise wrong_arguments(name)
    members = [alike(value, part, compiler.values)[1] for part in listed.parts if part]
    return Term("boolean", sql.SQL("({} {})").format(value.sql, _members(value, members, compiler.values)))


def _members(value: Term, members: list[Term], values: Values) -> sql.Composable:
    kind = _ARRAYS.get(value.kind)
    if value.kind == "number":
        kind = "bigint[]" if all(isinstance(m.literal, int) for m in members) else "double precision[]"
    plain = all(m.literal is not None and not m.name for m in members) and not any(_folds(m) for m in members)
    if kind is None or not plain:
        return sql.SQL("IN ({})").format(sql.SQL(", ").join(m.sql for m in members))
    return sql.SQL("= ANY({})").format(values.cast([m.literal for m in members], kind))


def _folds(term: Term) -> bool:
    return term.kind == "text" and term.folded


def _like(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    text, pattern = (of_kind(t, "text") for t in _two(compiler, name, arguments))
    written = pattern.literal
    if not isinstance(written, str):
        raise refused(
            "LIKE の右には '%公園%' のような文字の型を書いてください。",
            "Give LIKE a pattern on its right, such as '%park%'.",
        )
    if (len(written) - len(written.rstrip("\\"))) % 2:
        raise refused(
            "LIKE の型を \\ 一つで終えることはできません。\\\\ と書いてください。",
            "A pattern of LIKE cannot end in one \\. Write \\\\.",
        )
    return Term("boolean", sql.SQL("({} LIKE {})").format(text.sql, pattern.sql))


def _is_null(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    term = compiler.term(exactly(1, name, arguments)[0])
    if term.kind in ("array", "interval"):
        raise wrong_arguments(name)
    return Term("boolean", sql.SQL("({} IS NULL)").format(term.sql))


def _arithmetic(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    one, other = (of_kind(t, "number") for t in _two(compiler, name, arguments))
    made = sql.SQL(_ARITHMETIC[name]).format(_double(one), _double(other))
    return Term("number", made, name=one.name or other.name)


def _double(term: Term) -> sql.Composable:
    return sql.SQL("({})::double precision").format(term.sql)


def _fold(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    (text,) = compiler.terms(exactly(1, name, arguments), "text")
    folding = _FOLDED if name == "casei" else _UNACCENTED
    return Term("text", sql.SQL(folding).format(text.sql), text.literal, text.name, folded=True)


def _two(compiler: Compiler, name: str, arguments: list[Any]) -> tuple[Term, Term]:
    one, other = exactly(2, name, arguments)
    return compiler.term(one), compiler.term(other)


HANDLERS: Mapping[str, Handler] = {
    "and": _logic,
    "or": _logic,
    "not": _not,
    **dict.fromkeys(_COMPARISONS, _comparison),
    "between": _between,
    "in": _in,
    "like": _like,
    "isnull": _is_null,
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    "casei": _fold,
    "accenti": _fold,
}

"""The functions beyond CQL2's own that filters may call, with what they take and give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from gis_core.crs_names import WGS84
from gis_core.definition import Texts
from layers.cql2.compiler import Compiler, Handler, exactly
from layers.cql2.faults import mismatch
from layers.cql2.terms import Kind, Term


@dataclass(frozen=True)
class Function:
    """One function: the kinds each argument may be of, the kind of the result, and its SQL."""

    name: str
    takes: tuple[tuple[Kind, ...], ...]
    gives: Kind
    sql: LiteralString
    meaning: Texts


_TEXT: tuple[Kind, ...] = ("text",)
_NUMBER: tuple[Kind, ...] = ("number",)
_DAY: tuple[Kind, ...] = ("date", "timestamp")
_GEOMETRY: tuple[Kind, ...] = ("geometry",)

FUNCTIONS = (
    Function("lower", (_TEXT,), "text", "lower({})", Texts(ja="小文字にする", en="In lower case")),
    Function("upper", (_TEXT,), "text", "upper({})", Texts(ja="大文字にする", en="In upper case")),
    Function("length", (_TEXT,), "number", "char_length({})", Texts(ja="文字の数", en="The number of characters")),
    Function("abs", (_NUMBER,), "number", "abs({})", Texts(ja="絶対値", en="The absolute value")),
    Function(
        "round", (_NUMBER,), "number", "round(({})::numeric)::double precision",
        Texts(ja="四捨五入", en="To the nearest whole number, halves away from zero"),
    ),
    Function("floor", (_NUMBER,), "number", "floor({})", Texts(ja="切り捨て", en="The whole number below")),
    Function("ceil", (_NUMBER,), "number", "ceil({})", Texts(ja="切り上げ", en="The whole number above")),
    Function(
        "year", (_DAY,), "number", "date_part('year', {})",
        Texts(ja="年（市の時刻で）", en="The year, in the city's time"),
    ),
    Function(
        "month", (_DAY,), "number", "date_part('month', {})",
        Texts(ja="月（市の時刻で）", en="The month, in the city's time"),
    ),
    Function(
        "day", (_DAY,), "number", "date_part('day', {})",
        Texts(ja="日（市の時刻で）", en="The day of the month, in the city's time"),
    ),
    Function("now", (), "timestamp", "now()", Texts(ja="今の時刻", en="This instant")),
    Function("today", (), "date", "current_date", Texts(ja="今日（市の時刻で）", en="Today, in the city's time")),
    Function(
        "distance_m", (_GEOMETRY, _GEOMETRY), "number", "ST_Distance({}::geography, {}::geography)",
        Texts(ja="距離（m）", en="The distance in metres"),
    ),
    Function(
        "area_m2", (_GEOMETRY,), "number", "ST_Area({}::geography)", Texts(ja="面積（m²）", en="The area in square metres")
    ),
    Function(
        "length_m", (_GEOMETRY,), "number", "ST_Length({}::geography)", Texts(ja="長さ（m）", en="The length in metres")
    ),
)  # fmt: skip
_BY_NAME = {function.name: function for function in FUNCTIONS}


def _call(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    function = _BY_NAME[name]
    terms = [compiler.term(a) for a in exactly(len(function.takes), name, arguments)]
    for term, kinds in zip(terms, function.takes, strict=True):
        if term.kind not in kinds:
            raise mismatch(term.kind, kinds[0], term.name)
    made = sql.SQL(function.sql).format(*map(_in_degrees, terms))
    return Term(function.gives, made, name=next((t.name for t in terms if t.name), ""))


def _in_degrees(term: Term) -> sql.Composable:
    if term.kind == "geometry" and term.srid != WGS84:
        return sql.SQL("ST_Transform({}, {})").format(term.sql, sql.Literal(WGS84))
    return term.sql


HANDLERS: Mapping[str, Handler] = dict.fromkeys(_BY_NAME, _call)

"""Spatial functions: what lies where.

A geometry that is given in a projected system is not brought to the stored ones: they are brought to it, because
its edges are straight only there. The index is asked first for degrees that hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg import sql

from gis_core.crs_names import WGS84
from layers.areas import near_to
from layers.cql2.compiler import Compiler, Handler, exactly
from layers.cql2.faults import refused
from layers.cql2.terms import Term
from layers.systems import projected

# ST_Disjoint knows no index, its opposite does.
FUNCTIONS: Mapping[str, LiteralString] = {
    "s_intersects": "ST_Intersects",
    "s_disjoint": "ST_Intersects",
    "s_contains": "ST_Contains",
    "s_within": "ST_Within",
    "s_equals": "ST_Equals",
    "s_touches": "ST_Touches",
    "s_crosses": "ST_Crosses",
    "s_overlaps": "ST_Overlaps",
}
# PostGIS relates collections by these only.
WITH_COLLECTIONS = ("s_intersects", "s_disjoint")


def _relation(compiler: Compiler, name: str, arguments: list[Any]) -> Term:
    one, other = compiler.terms(exactly(2, name, arguments), "geometry")
    if (one.mixed or other.mixed) and name not in WITH_COLLECTIONS:
        raise refused(
            f"GEOMETRYCOLLECTION は {name} では使えません。S_INTERSECTS か S_DISJOINT を使ってください。",
            f"A GEOMETRYCOLLECTION cannot be used with {name}. Use S_INTERSECTS or S_DISJOINT.",
        )
    moved = [_in_one_system(term, against, compiler) for term, against in ((one, other), (other, one))]
    test = sql.SQL("{}({}, {})").format(sql.SQL(FUNCTIONS[name]), *moved)
    given = next((t for t in (one, other) if t.srid != WGS84 and t.edges), None)
    if given and given.edges and (one.name or other.name):
        near = near_to(
            given.edges, compiler.system, f"near_{len(compiler.values.bound)}", compiler.values.bound
        )
        test = sql.SQL("({} AND {})").format(near, test) if near else test
    return Term("boolean", sql.SQL("(NOT {})").format(test) if name == "s_disjoint" else test)


def _in_one_system(term: Term, against: Term, compiler: Compiler) -> sql.Composable:
    if term.srid == WGS84 and against.srid != WGS84:
        return projected(term.sql, compiler.system)
    return term.sql


HANDLERS: Mapping[str, Handler] = dict.fromkeys(FUNCTIONS, _relation)

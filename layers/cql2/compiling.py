"""A filter turned into a condition.

Only the layer's visible fields can be named, every value is bound, and every operator is one of those in the
modules beside this one: nothing of the filter's own text gets into the SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psycopg import sql

from layers.catalogue import LayerInfo
from layers.conditions import Condition
from layers.cql2 import arrays, comparing, functions, reading, spatial, temporal
from layers.cql2.compiler import Compiler, Handler
from layers.cql2.terms import of_kind
from layers.systems import STORED, System

LANGUAGES: Mapping[str, Callable[[str], Any]] = {
    "cql2-text": reading.read_text,
    "cql2-json": reading.read_json,
}
HANDLERS: Mapping[str, Handler] = {
    **functions.HANDLERS,
    **comparing.HANDLERS,
    **spatial.HANDLERS,
    **temporal.HANDLERS,
    **arrays.HANDLERS,
}


def compile_filter(
    info: LayerInfo, text: str, language: str = "cql2-text", system: System = STORED
) -> Condition:
    """Return the condition that a filter means for a layer; its geometries are in `system`.

    Raises `BadParameter` for what cannot be read, names no visible field, or compares what cannot be compared.
    """
    compiler = Compiler(info, system, HANDLERS)
    term = of_kind(compiler.term(LANGUAGES[language](text)), "boolean")
    return Condition.of(sql.SQL("({})").format(term.sql), compiler.values.bound)

"""The walk through a filter's tree: each node becomes a term, by the handler of its operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psycopg import sql

from gis_core.crs_names import WGS84
from layers.catalogue import LayerInfo
from layers.cql2.faults import refused, shown, too_much
from layers.cql2.geometries import bbox, geometry
from layers.cql2.terms import FIELD_KINDS, Kind, Term, Values, day, literal, moment, of_kind
from layers.systems import System

# Each level takes some calls of Python's stack, each node some dozen letters of SQL.
DEEPEST = 100
MOST_NODES = 2_000

GEOMETRY = "geom"
ID = "id"


class Compiler:
    """One filter on its way to SQL: the layer, the system of its geometries, and the values it binds."""

    def __init__(self, info: LayerInfo, system: System, handlers: Mapping[str, Handler]) -> None:
        self.values = Values()
        self.system = system
        self._fields = {f.name: f for f in info.fields}
        self._handlers = handlers
        self._depth = 0
        self._nodes = 0

    def term(self, node: Any) -> Term:
        """Return the term of a node of the tree. Raises `BadParameter`."""
        self._nodes += 1
        if self._depth >= DEEPEST or self._nodes > MOST_NODES:
            raise too_much()
        self._depth += 1
        try:
            return self._term(node)
        finally:
            self._depth -= 1

    def terms(self, nodes: list[Any], kind: Kind) -> list[Term]:
        """Return the terms of nodes that must all be of one kind. Raises `BadParameter`."""
        return [of_kind(self.term(node), kind) for node in nodes]

    def _term(self, node: Any) -> Term:
        if isinstance(node, list):
            parts = tuple(self.term(part) for part in node)
            return Term("array", parts=parts, name=next((p.name for p in parts if p.name), ""))
        if not isinstance(node, dict):
            return literal(node, self.values)
        for key, make in _NODES.items():
            if key in node:
                return make(self, node)
        raise refused(
            f"filter の「{shown(node)}」が分かりません。", f"The filter's “{shown(node)}” is not understood."
        )

    def property(self, name: Any) -> Term:
        """Return the term of a visible field, the geometry or the id. Raises `BadParameter`."""
        if name == GEOMETRY:
            return Term("geometry", sql.Identifier(GEOMETRY), name=GEOMETRY, srid=WGS84)
        if name == ID:
            return Term("number", sql.Identifier(ID), name=ID)
        field = self._fields.get(name) if isinstance(name, str) else None
        if field is None:
            known = ", ".join([ID, *self._fields, GEOMETRY])
            raise refused(
                f"filter の項目「{shown(name)}」はこのレイヤにありません。使えるもの：{known}",
                f"The filter's property “{shown(name)}” is not in this layer. Known: {known}",
            )
        return Term(FIELD_KINDS[field.type], sql.Identifier(field.name), name=field.name)

    def operation(self, node: dict[str, Any]) -> Term:
        """Return the term of an operator or function with its arguments. Raises `BadParameter`."""
        name, arguments = node["op"], node.get("args")
        handler = self._handlers.get(name.lower()) if isinstance(name, str) else None
        if handler is None:
            raise refused(
                f"filter の関数「{shown(name)}」はありません。…/functions を見てください。",
                f"There is no function “{shown(name)}” for filters. See …/functions.",
            )
        if not isinstance(arguments, list):
            raise wrong_arguments(name)
        return handler(self, name.lower(), arguments)

    def interval(self, node: dict[str, Any]) -> Term:
        """Return the term of a period of two ends, each an instant or open. Raises `BadParameter`."""
        ends = node["interval"]
        if not isinstance(ends, list) or len(ends) != 2:
            raise wrong_arguments("interval")
        parts = tuple(self._end(end) for end in ends)
        if parts == (None, None):
            raise wrong_arguments("interval")
        return Term("interval", parts=parts, name=next((p.name for p in parts if p and p.name), ""))

    def _end(self, end: Any) -> Term | None:
        if end == "..":
            return None
        if isinstance(end, str):
            return (day if len(end) == len("2026-04-01") else moment)(end, self.values)
        term = self.term(end)
        return term if term.kind == "date" else of_kind(term, "timestamp")


Handler = Callable[[Compiler, str, list[Any]], Term]

_NODES: Mapping[str, Callable[[Compiler, dict[str, Any]], Term]] = {
    "op": Compiler.operation,
    "property": lambda compiler, node: compiler.property(node["property"]),
    "date": lambda compiler, node: day(node["date"], compiler.values),
    "timestamp": lambda compiler, node: moment(node["timestamp"], compiler.values),
    "interval": Compiler.interval,
    "bbox": lambda compiler, node: bbox(node["bbox"], compiler.system, compiler.values),
    "type": lambda compiler, node: geometry(node, compiler.system, compiler.values),
}


def wrong_arguments(name: str) -> Exception:
    """Return the error for an operator whose arguments are not those it takes."""
    return refused(
        f"filter の {shown(name)} に渡す値の数か形が違います。",
        f"The filter's {shown(name)} is given values of the wrong number or form.",
    )


def exactly(count: int, name: str, arguments: list[Any]) -> list[Any]:
    """Return the arguments if there are so many. Raises `BadParameter`."""
    if len(arguments) != count:
        raise wrong_arguments(name)
    return arguments

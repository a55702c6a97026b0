"""Rules within one row: two fields in their order."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import sql

from gis_core.definition import Rule
from gis_core.errors import Message
from layers.rules.stage import Breach, Stage, column, fetch

# The operator, and what its left side has to be to its right side (first of dates, in brackets of numbers).
_OPERATORS: dict[str, tuple[LiteralString, str, str]] = {
    "<": ("<", "より前（より小さい値）", "before (less than)"),
    "<=": ("<=", "と同じかそれより前（以下）", "not after (at most)"),
    ">": (">", "より後（より大きい値）", "after (more than)"),
    ">=": (">=", "と同じかそれより後（以上）", "not before (at least)"),
    "=": ("=", "と同じ値", "equal to"),
    "!=": ("<>", "と違う値", "other than"),
}


def compare(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows whose two fields, both filled, do not stand in the declared order."""
    left, right = rule.options["left"], rule.options["right"]
    if not stage.feeds(left, right):
        return []
    operator, ja, en = _OPERATORS[rule.options["operator"]]
    found = fetch(
        cursor,
        "SELECT stage_order, {left}::text, {right}::text FROM {stage}"
        " WHERE NOT ({left} {operator} {right}) ORDER BY stage_order",
        {},
        left=column(left),
        right=column(right),
        operator=sql.SQL(operator),
        stage=stage.table,
    )
    first, second = stage.header(left), stage.header(right)
    return [
        Breach(
            row,
            "fields.order",
            left,
            given,
            Message(
                ja=f"列「{first}」の「{given}」は、列「{second}」の「{other}」{ja}でなければなりません。どちらかを直してください。",
                en=f"“{given}” in column “{first}” must be {en} “{other}” in column “{second}”. Mend one of them.",
            ),
        )
        for row, given, other in found
    ]

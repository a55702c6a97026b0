"""A layer's declared rules over features that are written one by one or a few at a time.

The rules are those of deliveries. Rules that compare rows need those of the layer that could matter: features
near, or with equal values, join the stage before the written ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import sql

from gis_core.definition import LayerDefinition, Rule
from gis_core.errors import Message
from gis_core.issues import Issue
from layers import merge
from layers.delivery import copied
from layers.drafts import Fault, as_fault
from layers.rules.duplicates import same_values, usable_key
from layers.rules.judging import applicable, as_issue, judge
from layers.rules.stage import Stage, equal, reach
from layers.tables import table

_STAGE = sql.Identifier("pg_temp", "machizu_edit")


class Row(NamedTuple):
    """A feature to be written: its values, aligned with the layer's fields, and its geometry as hexadecimal WKB."""

    values: Sequence[Any]
    wkb: str


def judge_rows(
    cursor: Any, definition: LayerDefinition, rows: Sequence[Row], replaced: Sequence[int]
) -> tuple[list[Fault], list[Fault]]:
    """Return what the layer's rules refuse and what they warn of; `index` counts the rows from 0.

    `replaced`: ids of the features that the rows take the place of. The layer must be locked.
    """
    among = _among_rows(definition)
    if not rows or not (definition.rules or among.names):
        return [], []
    columns = tuple(f.name for f in definition.fields)
    stage = Stage(_STAGE, definition, columns, {})
    # Temporary: measured, an unlogged table as loads have costs a file to be synced, 25 ms for each edit.
    names = sql.SQL(", ").join(map(sql.Identifier, [*columns, "geom"]))
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE machizu_edit ON COMMIT DROP AS"
            " SELECT 0::bigint AS stage_order, {} FROM {} WITH NO DATA"
        ).format(names, table(definition.id))
    )
    values = list(zip(*(row.values for row in rows), strict=True))
    numbers, geometry = range(1, len(rows) + 1), [row.wkb for row in rows]
    merge.fill_stage(cursor, stage.table, copied(columns, numbers, values, geometry))
    issues = _issues(cursor, stage, among, replaced)
    cursor.execute(sql.SQL("DROP TABLE {}").format(_STAGE))
    return _told(issues, "error"), _told(issues, "warning")


class _Among(NamedTuple):
    """What the comparing rules of a layer look at: groups of fields, and the farthest distance in metres."""

    rules: list[Rule]
    names: list[tuple[str, ...]]
    metres: float | None


def _among_rows(definition: LayerDefinition) -> _Among:
    # Gaps are a matter of the layer as a whole; a delivery tells them.
    rules = [r for r in definition.rules if r.kind in ("unique", "near_duplicate", "no_overlap")]
    names = [(f.name,) for f in definition.fields if f.unique]
    names += [tuple(r.options["fields"]) for r in rules if r.kind == "unique"]
    metres = [float(r.options.get("within_m", 0)) for r in rules if r.kind != "unique"]
    return _Among(rules, [*names, *definition.keys], max(metres, default=None))


def _issues(cursor: Any, stage: Stage, among: _Among, replaced: Sequence[int]) -> list[Issue]:
    definition = stage.definition
    each_row = applicable(cursor, definition).each_row
    issues = judge(cursor, stage, each_row)
    if among.names or among.rules:
        key = usable_key(cursor, stage, definition.keys)
        _join_neighbours(cursor, stage, among, replaced)
        issues += judge(cursor, stage, among.rules)
        unique = [(f.name,) for f in definition.fields if f.unique]
        for names in unique:
            issues += [as_issue(stage, "error", breach) for breach in same_values(cursor, stage, names)]
        if key and key not in unique:
            # Deliveries can tell features of one key apart by their order alone: doubtful, and sometimes meant.
            issues += [as_issue(stage, "warning", breach) for breach in same_values(cursor, stage, key)]
    return issues


def _join_neighbours(cursor: Any, stage: Stage, among: _Among, replaced: Sequence[int]) -> None:
    """Add the layer's features that could matter to the rules; their places are their ids below zero.

    Joined, not looked for row by row: so the layer's own indexes serve, whichever side is the larger.
    """
    alike = [equal(names, "new", "there") for names in among.names]
    if among.metres is not None:
        alike.append(sql.SQL("there.geom && {}").format(reach(sql.Identifier("new", "geom"))))
    layer = table(stage.definition.id)
    found = sql.SQL(" UNION ").join(
        sql.SQL("SELECT there.id FROM {} AS new JOIN {} AS there ON {}").format(stage.table, layer, condition)
        for condition in alike
    )
    names = sql.SQL(", ").join(map(sql.Identifier, [*stage.columns, "geom"]))
    cursor.execute(sql.SQL("ANALYZE {}").format(stage.table))
    cursor.execute(
        sql.SQL(
            "INSERT INTO {stage} (stage_order, {names}) SELECT -id, {names} FROM {layer}"
            " WHERE id IN ({found}) AND id <> ALL(%(replaced)s)"
        ).format(stage=stage.table, names=names, layer=layer, found=found),
        {"replaced": list(replaced), "metres": among.metres},
    )


def _told(issues: Sequence[Issue], severity: str) -> list[Fault]:
    """Return the issues about written rows as faults."""
    return [
        as_fault(issue.row - 1, issue.field, issue.rule, _in_words_of_features(issue.message))
        for issue in issues
        if issue.severity == severity and issue.row is not None and issue.row > 0
    ]


def _in_words_of_features(message: Message) -> Message:
    """Return a sentence about rows of a file as one about features: a place below zero is a feature's id."""
    return Message(
        ja=re.sub(r"-(\d+) 行目", r"登録されている地物 \1 ", message.ja).replace(" 行目", " 番目"),
        en=re.sub(r"\brow -(\d+)", r"the feature \1 that is there", message.en, flags=re.IGNORECASE),
    )

"""Bringing a past state back: what differs from it is deleted, updated, or inserted again under its old id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg import sql

from gis_core.definition import LayerDefinition
from layers import past
from layers.history import history_table
from layers.tables import table


def differs(cursor: Any, definition: LayerDefinition, revision: int, ids: Sequence[int] | None) -> bool:
    """Tell whether the layer, or the features `ids`, differ from their state at `revision`."""
    cursor.execute(sql.SQL(_DIFFERS).format(**_parts(definition, revision)), _ids(ids))
    (found,) = cursor.fetchone()
    return bool(found)


def apply(
    cursor: Any, definition: LayerDefinition, revision: int, *, version: int, ids: Sequence[int] | None
) -> None:
    """Carry the return to `revision` out as the changes of revision `version`."""
    values = {**_ids(ids), "version": version}
    for statement in (_DELETE, _UPDATE, _INSERT):
        cursor.execute(sql.SQL(statement).format(**_parts(definition, revision)), values)


def forget(cursor: Any, layer_id: str, before: datetime) -> int:
    """Delete the rows whose validity ended before an instant; returns how many."""
    cursor.execute(
        sql.SQL("DELETE FROM {} WHERE version_end <= {}").format(
            history_table(layer_id), past.revision_at(layer_id, sql.Placeholder("before"))
        ),
        {"before": before},
    )
    return int(cursor.rowcount)


def _parts(definition: LayerDefinition, revision: int) -> dict[str, sql.Composable]:
    fields = [f.name for f in definition.fields]
    columns = [*fields, "geom"]

    def listed(pattern: LiteralString) -> sql.Composable:
        return sql.SQL(", ").join(sql.SQL(pattern).format(sql.Identifier(c)) for c in columns)

    return {
        "layer": table(definition.id),
        "past": past.rows_at(definition.id, sql.Literal(revision), fields),
        "names": listed("{}"),
        "assignments": listed("{0} = past.{0}"),
        "now_content": sql.SQL("ROW({})").format(listed("feature.{}")),
        "past_content": sql.SQL("ROW({})").format(listed("past.{}")),
    }


def _ids(ids: Sequence[int] | None) -> dict[str, Any]:
    return {"all": ids is None, "ids": list(ids or [])}


_DIFFERS = """
    SELECT EXISTS (SELECT 1 FROM {layer} AS feature FULL JOIN {past} AS past USING (id)
                   WHERE {now_content} IS DISTINCT FROM {past_content} AND (%(all)s OR id = ANY(%(ids)s)))"""

_DELETE = """
    DELETE FROM {layer} AS feature
    WHERE (%(all)s OR id = ANY(%(ids)s))
      AND NOT EXISTS (SELECT 1 FROM {past} AS past WHERE past.id = feature.id)"""

_UPDATE = """
    UPDATE {layer} AS feature
    SET {assignments}, version = %(version)s, load_id = NULL, changed_at = clock_timestamp()
    FROM {past} AS past
    WHERE past.id = feature.id AND {now_content} IS DISTINCT FROM {past_content}
      AND (%(all)s OR feature.id = ANY(%(ids)s))"""

_INSERT = """
    INSERT INTO {layer} (id, {names}, version)
    SELECT id, {names}, %(version)s FROM {past} AS past
    WHERE (%(all)s OR id = ANY(%(ids)s))
      AND NOT EXISTS (SELECT 1 FROM {layer} AS feature WHERE feature.id = past.id)"""

"""SQL of the past: a layer as it was at a revision, what changed since, what differs between two instants.

A read in the past obeys today's visibility and today's fields: a field that was withdrawn stays withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from layers.history import history_table
from layers.tables import table


def revision_at(layer_id: str, instant: sql.Composable) -> sql.Composable:
    """Return the expression of the layer's revision in force at an instant; null before the first."""
    return sql.SQL(
        "(SELECT max(revision) FROM layers_revision WHERE layer_id = {} AND at <= {}::timestamptz)"
    ).format(sql.Literal(layer_id), instant)


def rows_at(layer_id: str, revision: sql.Composable, columns: Sequence[str]) -> sql.Composable:
    """Return a sub-select of the layer's rows as they were at a revision, with id, version and geom.

    A current row ends at the last bigint. The condition stands outside of the union, because only so does the
    planner merge the two tables' indexes by id: a page of 20,000 features in 0.8 ms instead of 9.
    """
    return sql.SQL("""
        (SELECT id, version, geom {columns}
         FROM (SELECT id, version, 9223372036854775807 AS version_end, geom {columns} FROM {layer}
               UNION ALL
               SELECT id, version, version_end, geom {columns} FROM {history}) AS kept
         WHERE version <= {revision} AND version_end > {revision})""").format(
        columns=sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(c)) for c in columns),
        layer=table(layer_id),
        history=history_table(layer_id),
        revision=revision,
    )


def changes_after(layer_id: str, revision: sql.Composable) -> sql.Composable:
    """Return a sub-select `(op, id, revision)` of each feature's changes after a revision.

    `op` is create, update or delete; a feature changed twice occurs twice.
    """
    return sql.SQL("""
        (WITH written AS (
             SELECT id, version FROM {layer} WHERE version > {revision}
             UNION ALL SELECT id, version FROM {history} WHERE version > {revision}),
         ended AS (SELECT id, version_end FROM {history} WHERE version_end > {revision})
         SELECT CASE WHEN ended.id IS NULL THEN 'create' WHEN written.id IS NULL THEN 'delete' ELSE 'update' END AS op,
                id, version AS revision
         FROM written FULL JOIN (SELECT id, version_end AS version FROM ended) AS ended USING (id, version))""").format(
        layer=table(layer_id), history=history_table(layer_id), revision=revision
    )


def differences(layer_id: str, before: sql.Composable, after: sql.Composable) -> sql.Composable:
    """Return a sub-select `(op, id)` of what differs between two revisions of the layer."""
    return sql.SQL("""
        (SELECT CASE WHEN old.id IS NULL THEN 'create' WHEN new.id IS NULL THEN 'delete' ELSE 'update' END AS op, id
         FROM {old} AS old FULL JOIN {new} AS new USING (id)
         WHERE old.version IS DISTINCT FROM new.version)""").format(
        old=rows_at(layer_id, before, ()), new=rows_at(layer_id, after, ())
    )

"""Which staged row is which feature: `machizu_pairs (id, stage_order, changed)`, with one side null where there is none.

Rows are paired with features by the delivery's key and, within equal keys, by their order; with no key, by
their whole content. So the same file twice changes nothing, and duplicate keys cannot multiply rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from layers.rules.stage import all_filled, column
from layers.tables import is_empty, table

PAIRS = sql.Identifier("pg_temp", "machizu_pairs")
_PUBLISHED = sql.Identifier("pg_temp", "machizu_published")


class Pairing:
    """Pairs made part by part, while the delivery is still read. Of rows with one key only the first may stay.

    `key`: what the rows will most likely be known by; only who has all rows can tell. Raises django's
    `IntegrityError` where features share a key: then it takes all rows to tell which is which; `OperationalError`
    where a key is longer than an index takes.
    """

    def __init__(self, cursor: Any, layer_id: str, columns: Sequence[str], key: tuple[str, ...]) -> None:
        self.key = key
        self._cursor = cursor
        self._parts = {
            "pairs": PAIRS,
            "published": _PUBLISHED,
            "layer": table(layer_id),
            "key": _matched(key, columns),
            "filled": all_filled(key),
            "new_key": _matched(key, columns, "new"),
            "old": _content(columns, "old"),
            "new": _content(columns, "new"),
        }
        for statement in (
            "DROP TABLE IF EXISTS {pairs}, {published}",
            "CREATE TEMPORARY TABLE machizu_pairs (id bigint, stage_order bigint, changed boolean) ON COMMIT DROP",
            "CREATE TEMPORARY TABLE machizu_published ON COMMIT DROP AS SELECT id, {key} AS matched FROM {layer} WHERE {filled}",
            # Unique, so that the planner needs no statistics to look up each row by it.
            "CREATE UNIQUE INDEX ON {published} (matched)",
        ):
            cursor.execute(sql.SQL(statement).format(**self._parts))

    def add(self, stage: sql.Composable) -> None:
        """Pair the rows of a part."""
        self._cursor.execute(
            sql.SQL("""
                INSERT INTO {pairs}
                SELECT published.id, new.stage_order, {old} IS DISTINCT FROM {new}
                FROM {stage} AS new LEFT JOIN {published} AS published ON published.matched = {new_key}
                LEFT JOIN {layer} AS old ON old.id = published.id""").format(stage=stage, **self._parts)
        )

    def take_out(self, stage: sql.Composable, places: Sequence[int]) -> None:
        """Forget the rows at these places."""
        self._cursor.execute(
            sql.SQL("DELETE FROM {pairs} WHERE stage_order = ANY(%s)").format(**self._parts), [list(places)]
        )

    def finish(self) -> None:
        """Add the features that no row is paired with."""
        self._cursor.execute(
            sql.SQL("""
                INSERT INTO {pairs} SELECT id, NULL, true FROM {layer} AS old
                -- Most deliveries leave none out: to count is a quarter of the work of looking for each.
                WHERE (SELECT count(*) FROM {layer}) > (SELECT count(id) FROM {pairs})
                      AND NOT EXISTS (SELECT FROM {pairs} AS paired WHERE paired.id = old.id)""").format(
                **self._parts
            )
        )


def pair(
    cursor: Any, stage: sql.Composable, layer_id: str, columns: Sequence[str], key: Sequence[str]
) -> None:
    """Fill the temporary table of pairs `(id, stage_order, changed)`; unpaired rows have one side null."""
    content, matched = _content(columns), _matched(key, columns)
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(PAIRS))
    if is_empty(cursor, layer_id):
        cursor.execute(
            sql.SQL("""
                CREATE TEMPORARY TABLE machizu_pairs ON COMMIT DROP AS
                SELECT NULL::bigint AS id, stage_order, true AS changed FROM {}""").format(stage)
        )
        return
    cursor.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE machizu_pairs ON COMMIT DROP AS
            SELECT old.id, new.stage_order, old.content IS DISTINCT FROM new.content AS changed
            FROM (SELECT id, {content} AS content, {matched} AS matched,
                         row_number() OVER (PARTITION BY {matched} ORDER BY id) AS turn
                  FROM {layer}) AS old
            FULL JOIN
                 (SELECT stage_order, {content} AS content, {matched} AS matched,
                         row_number() OVER (PARTITION BY {matched} ORDER BY stage_order) AS turn
                  FROM {stage}) AS new
            USING (matched, turn)""").format(
            content=content, matched=matched, layer=table(layer_id), stage=stage
        )
    )


def count(cursor: Any) -> dict[str, int]:
    """Return the diff of the current pairs: added, changed, removed, unchanged."""
    cursor.execute(
        sql.SQL("""
            SELECT count(*) FILTER (WHERE id IS NULL),
                   count(*) FILTER (WHERE id IS NOT NULL AND stage_order IS NOT NULL AND changed),
                   count(*) FILTER (WHERE stage_order IS NULL),
                   count(*) FILTER (WHERE id IS NOT NULL AND stage_order IS NOT NULL AND NOT changed)
            FROM {}""").format(PAIRS)
    )
    return dict(zip(("added", "changed", "removed", "unchanged"), cursor.fetchone(), strict=True))


def fingerprint(cursor: Any) -> str:
    """Return a digest of the current pairs: the same rows would do the same to the same features."""
    cursor.execute(
        sql.SQL("""
            SELECT md5(coalesce(string_agg(concat_ws(',', id, '/', stage_order, changed), ';'
                                           ORDER BY id, stage_order), ''))
            FROM {}""").format(PAIRS)
    )
    return str(cursor.fetchone()[0])


def _content(columns: Sequence[str], alias: str | None = None) -> sql.Composable:
    return sql.SQL("ROW({})").format(sql.SQL(", ").join(column(name, alias) for name in (*columns, "geom")))


def _matched(key: Sequence[str], columns: Sequence[str], alias: str | None = None) -> sql.Composable:
    """Return the expression by which rows and features are paired."""
    # U+001F (unit separator) cannot occur in cleaned values, so joined keys cannot collide.
    joined = sql.SQL(" || E'\\x1f' || ").join(
        sql.SQL("coalesce({}::text, '')").format(column(name, alias)) for name in key
    )
    # Compared as bytes: texts are sorted three times as fast so as in the order of a language.
    return sql.SQL('({}) COLLATE "C"').format(
        joined if key else sql.SQL("md5(({})::text)").format(_content(columns, alias))
    )

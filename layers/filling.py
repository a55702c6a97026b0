"""Filling a new layer: its rows go in as they come, and what would slow them follows at the end.

Only who holds the layer's lock (`services.common.lock`) may fill it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from layers import merge, tables


class Filling:
    """A new layer, which nobody else writes to, on its way to its first rows, in one transaction.

    Until `finish`, its triggers rest: rows come with their version, and are booked all at once. Its indexes are built
    then, which is three times faster than row by row. `columns` are those that are staged; `version` is the revision
    that the transaction raises.
    """

    def __init__(
        self, cursor: Any, layer_id: str, columns: Sequence[str], *, version: int, load_id: int
    ) -> None:
        self._cursor = cursor
        self._layer = layer_id
        self._names = ["id", *columns, "geom"]
        self._version = version
        self._load_id = load_id
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(tables.table(layer_id)))

    def add(self, stage: sql.Composable) -> None:
        """Bring the rows of a numbered staging table into the layer."""
        names = sql.SQL(", ").join(map(sql.Identifier, self._names))
        self._cursor.execute(
            sql.SQL("INSERT INTO {} ({names}, version, load_id) SELECT {names}, %s, %s FROM {}").format(
                tables.table(self._layer), stage, names=names
            ),
            [self._version, self._load_id],
        )

    def take_out(self, stage: sql.Composable, places: Sequence[int]) -> None:
        """Take rows, which are still staged, out of the layer again."""
        self._cursor.execute(
            sql.SQL("DELETE FROM {} WHERE id IN (SELECT id FROM {} WHERE stage_order = ANY(%s))").format(
                tables.table(self._layer), stage
            ),
            [list(places)],
        )

    def finish(self, revision: int | None) -> None:
        """Book what came in, wake the triggers and build the indexes; `revision`: as raised, None where nothing came.

        Raises `RuntimeError` where the rows have another revision.
        """
        layer = tables.table(self._layer)
        self._cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(layer))
        if revision is None:
            return
        if revision != self._version:
            raise RuntimeError(f"{self._layer} was filled with revision {self._version}, not {revision}")
        self._cursor.execute(
            sql.SQL("SELECT history.book(%s, count(*), 0, 0, ST_Extent(geom)) FROM {}").format(layer),
            [self._layer],
        )
        with merge.large_work(self._cursor):
            tables.build_indexes(self._cursor, self._layer)

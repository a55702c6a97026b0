"""Filling a layer that is still empty: its rows go in as they come, and what would slow them follows at the end.

Only who holds the layer's lock (`services.common.lock`) may fill it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, transaction
from psycopg import sql

from layers import merge, tables


def take_new(cursor: Any, layer_id: str) -> bool:
    """Tell whether a layer is as it was made, and keep other writers away until the transaction ends if it is.

    Readers go on: a new layer has no indexes that would have to be dropped before their eyes.
    """
    if not tables.unindexed(cursor, [layer_id]):
        return False
    lock = sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE NOWAIT").format(tables.table(layer_id))
    try:
        # Who writes by hand at this moment holds the table and will wait for the layer's lock: so not to wait for him.
        with transaction.atomic():
            cursor.execute(lock)
    except OperationalError:
        return False
    return tables.is_empty(cursor, layer_id)


class Filling:
    """An empty layer on its way to its first rows, in one transaction.

    Until `finish`, its triggers rest: rows come with their version, and are booked all at once. So do its indexes,
    which are three times faster built afterwards. `columns` are those that are staged; `version` is the revision that
    the transaction raises.
    """

    def __init__(
        self, cursor: Any, layer_id: str, columns: Sequence[str], *, version: int, load_id: int
    ) -> None:
        self._cursor = cursor
        self._layer = layer_id
        self._names = [*columns, "geom"]
        self.version = version
        self._load_id = load_id
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(tables.table(layer_id)))
        tables.drop_indexes(cursor, layer_id)

    def add(self, stage: sql.Composable, *, numbered: bool = True) -> None:
        """Bring the rows of a staging table into the layer; `numbered` ones have their features' ids already."""
        names = sql.SQL(", ").join(map(sql.Identifier, ["id", *self._names] if numbered else self._names))
        self._cursor.execute(
            sql.SQL("INSERT INTO {} ({names}, version, load_id) SELECT {names}, %s, %s FROM {}").format(
                tables.table(self._layer), stage, names=names
            ),
            [self.version, self._load_id],
        )

    def take_out(self, stage: sql.Composable, places: Sequence[int]) -> None:
        """Take numbered rows, which are still staged, out of the layer again."""
        self._cursor.execute(
            sql.SQL("DELETE FROM {} WHERE id IN (SELECT id FROM {} WHERE stage_order = ANY(%s))").format(
                tables.table(self._layer), stage
            ),
            [list(places)],
        )

    def finish(self) -> None:
        """Book what came in, wake the triggers and build the indexes."""
        layer = tables.table(self._layer)
        self._cursor.execute(
            sql.SQL(
                "SELECT history.book(%s, count(*), 0, 0, ST_Extent(geom)) FROM {} HAVING count(*) > 0"
            ).format(layer),
            [self._layer],
        )
        self._cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(layer))
        with merge.large_work(self._cursor):
            tables.build_indexes(self._cursor, self._layer)

"""Rows from the database through a cursor on the server: a few hundred at a time, whatever the layer's size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from layers.reads import Statement

Row = tuple[Any, ...]


@contextmanager
def batches(
    connection: psycopg.Connection[Any], statement: Statement, rows: int
) -> Iterator[Iterator[list[Row]]]:
    """Give the statement's rows in lists of at most so many, all as of one moment, while the block runs.

    The first list is fetched before, so that a statement that fails has failed before anything is written.
    Raises `psycopg.Error`, as the iterator does.
    """
    with connection.cursor(name="export") as cursor:
        cursor.execute(statement.text, statement.parameters, binary=True)
        yield _all(cursor, cursor.fetchmany(rows), rows)


def _all(cursor: psycopg.ServerCursor[Row], batch: list[Row], rows: int) -> Iterator[list[Row]]:
    while batch:
        yield batch
        batch = cursor.fetchmany(rows)

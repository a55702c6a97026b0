"""Rows from the database through a cursor on the server: a few hundred at a time, whatever the layer's size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from layers.reads import Statement


def batches(
    connection: psycopg.Connection[Any], statement: Statement, rows: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the statement's rows in lists of at most so many, all as of one moment. Raises `psycopg.Error`."""
    with connection.cursor(name="export") as cursor:
        cursor.execute(statement.text, statement.parameters, binary=True)
        while batch := cursor.fetchmany(rows):
            yield batch

"""The mark that a store bears of the product that prepared it, so that only another one prepares it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import sql


def prepared_by() -> str | None:
    """Return the mark, None for a store that nobody has prepared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace('layer'), 'pg_namespace')")
        (mark,) = cursor.fetchone()
    return None if mark is None else str(mark)


@contextmanager
def preparing() -> Iterator[None]:
    """Have no other process prepare the store while the block runs; wait for one that does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('machizu.prepare'))")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('machizu.prepare'))")


def mark_prepared(mark: str) -> None:
    """Leave the mark."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON SCHEMA layer IS {}").format(sql.Literal(mark)))

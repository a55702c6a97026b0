"""The mark that a store bears of the product that prepared it, so that only another one prepares it again."""

from __future__ import annotations

from django.db import connection
from psycopg import sql


def prepared_by() -> str | None:
    """Return the mark, None for a store that nobody has prepared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace('layer'), 'pg_namespace')")
        (mark,) = cursor.fetchone()
    return None if mark is None else str(mark)


def mark_prepared(mark: str) -> None:
    """Leave the mark."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON SCHEMA layer IS {}").format(sql.Literal(mark)))

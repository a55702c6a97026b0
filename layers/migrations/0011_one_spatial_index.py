"""Tiles look a layer up in degrees: its second spatial index, in Mercator, goes."""

from typing import Any

from django.db import migrations
from psycopg import sql


def _drop(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace
            WHERE nspname = 'layer' AND relkind = 'i' AND relname LIKE '%\\_geom\\_3857'"""
        )
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier("layer", name)))


class Migration(migrations.Migration):
    """Of layers that are there already; new ones have one index from the start."""

    dependencies = [("layers", "0010_rings")]

    operations = [migrations.RunPython(_drop, migrations.RunPython.noop)]

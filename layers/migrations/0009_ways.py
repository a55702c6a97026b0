"""Walking ways: the network of roads."""

from pathlib import Path
from typing import Any

from django.db import migrations
from psycopg import sql

from layers.roles import PUBLIC_ROLE, STAFF_ROLE


def _open(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        readers = sql.SQL(", ").join(map(sql.Identifier, (PUBLIC_ROLE, STAFF_ROLE)))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA way TO {}").format(readers))
        cursor.execute(sql.SQL("GRANT SELECT ON way.edge TO {}").format(readers))


class Migration(migrations.Migration):
    """SQL is in `0009_ways.sql`."""

    dependencies = [("layers", "0008_exposure")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), "DROP SCHEMA way CASCADE"
        ),
        migrations.RunPython(_open, migrations.RunPython.noop),
    ]

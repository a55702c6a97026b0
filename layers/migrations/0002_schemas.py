"""The schemas of layers' tables, the functions of their history, and the role that reads what is public."""

from pathlib import Path
from typing import Any

from django.db import migrations

from layers.roles import open_to_public_role


def _open(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        open_to_public_role(cursor)


class Migration(migrations.Migration):
    """SQL is in `0002_schemas.sql`."""

    dependencies = [("layers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP SCHEMA stage CASCADE; DROP SCHEMA history CASCADE; DROP SCHEMA layer CASCADE",
        ),
        migrations.RunPython(_open, migrations.RunPython.noop),
    ]

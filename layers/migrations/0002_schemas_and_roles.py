"""The schemas of layers' tables and staged deliveries, and the role that reads what is public."""

from typing import Any

from django.db import migrations

from layers.roles import create_public_role


def _create_role(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        create_public_role(cursor)


class Migration(migrations.Migration):
    """`layer` holds one typed table a layer, `stage` one table a waiting load."""

    dependencies = [("layers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SCHEMA IF NOT EXISTS layer; CREATE SCHEMA IF NOT EXISTS stage;",
            "DROP SCHEMA stage CASCADE; DROP SCHEMA layer CASCADE;",
        ),
        migrations.RunPython(_create_role, migrations.RunPython.noop),
    ]

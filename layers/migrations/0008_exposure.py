"""Exposure: the areas of hazards, and what was counted in them."""

from pathlib import Path
from typing import Any

from django.db import migrations, models
from psycopg import sql

from layers.roles import PUBLIC_ROLE, STAFF_ROLE


def _open(apps: Any, schema_editor: Any) -> None:
    public, staff = sql.Identifier(PUBLIC_ROLE), sql.Identifier(STAFF_ROLE)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA area TO {}, {}").format(public, staff))
        cursor.execute(sql.SQL("GRANT SELECT ON public_exposure TO {}").format(public))
        cursor.execute(sql.SQL("GRANT SELECT ON layers_exposure TO {}").format(staff))


class Migration(migrations.Migration):
    """SQL is in `0008_exposure.sql`."""

    dependencies = [("layers", "0007_webhooks")]

    operations = [
        migrations.CreateModel(
            name="Exposure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hazard", models.CharField(max_length=48)),
                ("revision", models.BigIntegerField()),
                (
                    "counted",
                    models.CharField(
                        help_text="A layer, or the hazard itself: the areas' sizes", max_length=48
                    ),
                ),
                ("counted_revision", models.BigIntegerField()),
                ("content", models.JSONField()),
                ("made_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hazard", "revision", "counted"), name="one_exposure_a_revision"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP VIEW public_exposure; DROP SCHEMA area CASCADE",
        ),
        migrations.RunPython(_open, migrations.RunPython.noop),
    ]

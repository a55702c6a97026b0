"""Keys of the API, answers that are given again, and the role that reads for staff and keys."""

from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from psycopg import sql

from layers.roles import PUBLIC_ROLE, open_to_staff_role


def _open(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        open_to_staff_role(cursor)
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION api_key TO {}").format(sql.Identifier(PUBLIC_ROLE)))


class Migration(migrations.Migration):
    """SQL is in `0006_keys.sql`."""

    dependencies = [
        ("layers", "0005_feeds"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=48, unique=True)),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the key, hexadecimal", max_length=64, unique=True),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "Viewer"),
                            ("editor", "Editor"),
                            ("approver", "Approver"),
                            ("headquarters", "Headquarters"),
                            ("system", "System"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                ("layers", models.JSONField(blank=True, help_text="Ids of layers", null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("rate", models.PositiveIntegerField(blank=True, null=True)),
                ("quota", models.PositiveIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by", models.TextField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("used_on", models.DateField(blank=True, null=True)),
                ("used_today", models.BigIntegerField(default=0)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="layers.department",
                    ),
                ),
            ],
            options={"ordering": ("name",)},
        ),
        migrations.CreateModel(
            name="RepeatableRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("actor", models.TextField()),
                ("key", models.CharField(max_length=255)),
                ("digest", models.CharField(help_text="SHA-256 of the request, hexadecimal", max_length=64)),
                ("answer", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("actor", "key"), name="one_request_a_key")],
            },
        ),
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP FUNCTION history.forget_identities CASCADE; DROP FUNCTION api_key",
        ),
        migrations.RunPython(_open, migrations.RunPython.noop),
    ]

"""Webhooks; and what a stream of changes needs so that who comes back misses nothing."""

from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from psycopg import sql

from layers.roles import PUBLIC_ROLE, STAFF_ROLE


def _open(apps: Any, schema_editor: Any) -> None:
    public, staff = sql.Identifier(PUBLIC_ROLE), sql.Identifier(STAFF_ROLE)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT SELECT (xid) ON layers_revision TO {}").format(public))
        cursor.execute(
            sql.SQL("GRANT SELECT (id, name, opened_at, closed_at) ON layers_situation TO {}").format(public)
        )
        # What the public reads through views.
        cursor.execute(
            sql.SQL("GRANT SELECT ON layers_statusentry, layers_cameraimage, layers_alert TO {}").format(
                staff
            )
        )


class Migration(migrations.Migration):
    """SQL is in `0007_webhooks.sql`."""

    dependencies = [("layers", "0006_keys")]

    operations = [
        migrations.CreateModel(
            name="Webhook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.TextField()),
                ("layers", models.JSONField(help_text="Ids of layers")),
                ("secret", models.TextField()),
                ("told", models.JSONField(default=dict, help_text="The revision told, by layer")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by", models.TextField()),
                ("dead_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ("id",)},
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=48)),
                ("since", models.BigIntegerField()),
                ("until", models.BigIntegerField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "failure",
                    models.JSONField(
                        blank=True, help_text="Why the last attempt failed, by language", null=True
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="layers.webhook",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("delivered_at__isnull", True)),
                        fields=("webhook",),
                        name="one_delivery_waits_a_webhook",
                    )
                ],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
        migrations.RunPython(_open, migrations.RunPython.noop),
    ]

"""Feeds: the log of live status, alerts, camera images."""

from pathlib import Path
from typing import Any

import django.contrib.gis.db.models.fields
from django.db import migrations, models
from psycopg import sql

from layers.roles import PUBLIC_ROLE


def _open(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("GRANT SELECT ON public_status, public_camera, public_alert TO {}").format(
                sql.Identifier(PUBLIC_ROLE)
            )
        )


class Migration(migrations.Migration):
    """SQL is in `0005_feeds.sql`."""

    dependencies = [("layers", "0004_gazetteer")]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("name", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("enabled", models.BooleanField(default=False)),
                ("url", models.TextField(blank=True)),
                ("every_s", models.PositiveIntegerField()),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("last_at", models.DateTimeField(blank=True, null=True)),
                ("last_good_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0, help_text="Runs in a row that failed")),
                (
                    "result",
                    models.JSONField(
                        default=dict, help_text="What the last run did, or why it failed (ja, en)"
                    ),
                ),
                (
                    "memory",
                    models.JSONField(default=dict, help_text="ETag, Last-Modified and entries already read"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(help_text="jma or cap", max_length=16)),
                ("identifier", models.TextField()),
                ("sender", models.TextField()),
                (
                    "series",
                    models.TextField(
                        help_text="Of the messages of one series only the newest bulletin holds"
                    ),
                ),
                ("bulletin", models.TextField(help_text="The message that brought it, with others perhaps")),
                (
                    "reference",
                    models.TextField(
                        blank=True, help_text="What later messages call it by: sender,identifier,sent"
                    ),
                ),
                (
                    "refers_to",
                    models.JSONField(
                        default=list, help_text="The earlier messages that this one replaces or ends"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("actual", "Actual"), ("exercise", "Exercise"), ("test", "Test")],
                        max_length=8,
                    ),
                ),
                (
                    "message_type",
                    models.CharField(
                        choices=[("alert", "Alert"), ("update", "Update"), ("cancel", "Cancel")], max_length=6
                    ),
                ),
                ("category", models.CharField(default="Met", max_length=12)),
                (
                    "event",
                    models.CharField(
                        help_text="The hazard: rain, landslide, river_flood, quake, …", max_length=48
                    ),
                ),
                ("kind", models.CharField(blank=True, help_text="The issuer's code", max_length=48)),
                ("name", models.JSONField(default=dict, help_text="What it is called, by language")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        help_text="警戒レベル相当, where the hazard has levels", null=True
                    ),
                ),
                (
                    "transitional",
                    models.BooleanField(
                        default=False,
                        help_text="Old-style; gives way to a current message of the same hazard",
                    ),
                ),
                ("severity", models.CharField(max_length=8)),
                ("urgency", models.CharField(max_length=9)),
                ("certainty", models.CharField(max_length=8)),
                ("headline", models.JSONField(default=dict)),
                ("description", models.JSONField(default=dict)),
                ("instruction", models.JSONField(default=dict)),
                ("areas", models.JSONField(default=list, help_text="Objects with name and code")),
                ("area", django.contrib.gis.db.models.fields.GeometryField(blank=True, null=True, srid=4326)),
                ("sent", models.DateTimeField()),
                ("effective", models.DateTimeField()),
                ("expires", models.DateTimeField(blank=True, null=True)),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("published_by", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("-sent", "-id"),
                "indexes": [
                    models.Index(fields=["source", "series", "-sent"], name="alert_series"),
                    models.Index(fields=["superseded_at", "expires"], name="alert_end"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "identifier"), name="one_row_a_message")
                ],
            },
        ),
        migrations.CreateModel(
            name="CameraImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=48)),
                ("feature_id", models.BigIntegerField()),
                ("url", models.TextField()),
                ("checked_at", models.DateTimeField(help_text="The last poll, good or not")),
                ("fetched_at", models.DateTimeField(help_text="When the image on disk came", null=True)),
                (
                    "taken_at",
                    models.DateTimeField(
                        help_text="When it was taken, as the camera's server says", null=True
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "path",
                    models.TextField(blank=True, help_text="The last good image, below the camera store"),
                ),
                ("media_type", models.CharField(blank=True, max_length=16)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("etag", models.TextField(blank=True)),
                ("last_modified", models.TextField(blank=True)),
                (
                    "unchanged",
                    models.PositiveIntegerField(
                        default=0, help_text="Polls in a row that brought the same image"
                    ),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, help_text="Polls in a row that brought none"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("layer", "feature_id"), name="one_row_a_camera")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatusEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.CharField(max_length=48)),
                ("feature_id", models.BigIntegerField()),
                ("at", models.DateTimeField(help_text="Since when it is so")),
                ("state", models.CharField(max_length=32)),
                ("values", models.JSONField(default=dict)),
                (
                    "source",
                    models.CharField(help_text="The feed, page or system that says so", max_length=48),
                ),
                ("actor", models.TextField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-at", "-id"),
                "indexes": [
                    models.Index(
                        fields=["layer", "feature_id", "source", "-at", "-id"], name="status_of_feature"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            "DROP VIEW public_status, public_camera, public_alert; DROP FUNCTION public_layer;"
            " DROP FUNCTION history.keep_status CASCADE",
        ),
        migrations.RunPython(_open, migrations.RunPython.noop),
    ]

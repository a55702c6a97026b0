"""The runs of remembered sources."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("layers", "0002_schemas")]

    operations = [
        migrations.CreateModel(
            name="SourceRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=48)),
                ("layer", models.CharField(blank=True, max_length=48)),
                ("department", models.CharField(max_length=48)),
                (
                    "trigger",
                    models.CharField(
                        choices=[("schedule", "Schedule"), ("folder", "Folder"), ("hand", "Hand")],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("loaded", "Loaded"),
                            ("unchanged", "Unchanged"),
                            ("refused", "Refused"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=9,
                    ),
                ),
                ("actor", models.TextField()),
                ("file", models.TextField(help_text="The address it was fetched from, or the file's name")),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("etag", models.TextField(blank=True)),
                ("last_modified", models.TextField(blank=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                (
                    "message",
                    models.JSONField(
                        blank=True, help_text="Why it was refused or failed, by language", null=True
                    ),
                ),
                (
                    "load",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="layers.load",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(fields=["source", "-id"], name="layers_sour_source_d66d56_idx"),
                    models.Index(fields=["department", "-id"], name="layers_sour_departm_453a0e_idx"),
                ],
            },
        )
    ]

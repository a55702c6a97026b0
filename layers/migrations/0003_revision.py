"""Revisions: the log of committed changes."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0002_schemas_and_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.BigIntegerField()),
                ("at", models.DateTimeField(help_text="In the order of the revisions")),
                ("actor", models.TextField(help_text="The product's user, else the database's")),
                ("reason", models.TextField(blank=True)),
                ("added", models.BigIntegerField(default=0)),
                ("changed", models.BigIntegerField(default=0)),
                ("removed", models.BigIntegerField(default=0)),
                (
                    "envelope",
                    django.contrib.gis.db.models.fields.GeometryField(
                        blank=True, null=True, spatial_index=False, srid=4326
                    ),
                ),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="layers.layer",
                    ),
                ),
                (
                    "load",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="layers.load",
                    ),
                ),
            ],
            options={
                "ordering": ("layer", "-revision"),
                "constraints": [
                    models.UniqueConstraint(fields=("layer", "revision"), name="one_row_a_revision")
                ],
            },
        ),
    ]

"""The gazetteer. Anyone may read it: whoever reads public layers may search it."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

from layers.roles import PUBLIC_ROLE


class Migration(migrations.Migration):
    dependencies = [("layers", "0003_sources")]

    operations = [
        migrations.CreateModel(
            name="GazetteerTown",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(help_text="A key of layers.gazetteer.sources", max_length=16),
                ),
                (
                    "source_date",
                    models.DateField(blank=True, help_text="The day the source's data is of", null=True),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="全国地方公共団体コード, where the source has it", max_length=6
                    ),
                ),
                ("prefecture", models.CharField(max_length=4)),
                ("county", models.CharField(blank=True, help_text="郡", max_length=24)),
                (
                    "municipality",
                    models.CharField(help_text="With the ward of a designated city", max_length=48),
                ),
                ("town", models.CharField(help_text="大字・町名 with its 丁目", max_length=160)),
                ("koaza", models.CharField(blank=True, max_length=120)),
                (
                    "town_id",
                    models.CharField(
                        blank=True, help_text="町字ID of the address base registry", max_length=7
                    ),
                ),
                ("kana", models.CharField(blank=True, max_length=400)),
                (
                    "level",
                    models.CharField(
                        choices=[("oaza", "Oaza"), ("town_chome", "Town Chome"), ("koaza", "Koaza")],
                        max_length=10,
                    ),
                ),
                ("municipality_key", models.CharField(max_length=48)),
                ("town_key", models.CharField(max_length=160)),
                ("koaza_key", models.CharField(blank=True, max_length=120)),
                ("kana_key", models.CharField(blank=True, max_length=400)),
                ("point", django.contrib.gis.db.models.fields.PointField(srid=4326)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["prefecture", "municipality_key", "town_key"], name="gazetteer_town")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "source",
                            "prefecture",
                            "county",
                            "municipality",
                            "town",
                            "koaza",
                            "town_id",
                        ),
                        name="one_town_a_source",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GazetteerAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(help_text="4, 4-1 or 2703-182, without the 丁目", max_length=48),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("block", "Block"), ("residence", "Residence"), ("lot", "Lot")],
                        max_length=9,
                    ),
                ),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4326),
                ),
                (
                    "town",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
                        to="layers.gazetteertown",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("town", "number", "level"), name="one_number_a_town_and_level"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            f"GRANT SELECT ON layers_gazetteertown, layers_gazetteeraddress TO {PUBLIC_ROLE}",
            migrations.RunSQL.noop,
        ),
    ]

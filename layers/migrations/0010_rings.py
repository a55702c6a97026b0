"""What is drawn by QGIS or psql is as GeoJSON wants it: rings turned, and nothing that is nowhere."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """SQL is in `0010_rings.sql`."""

    dependencies = [("layers", "0009_ways")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]

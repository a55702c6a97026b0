"""The log of status is quick to read for the public, too, however long it is."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """SQL is in `0012_status_by_layer.sql`."""

    dependencies = [("layers", "0011_one_spatial_index")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
            migrations.RunSQL.noop,
        ),
    ]

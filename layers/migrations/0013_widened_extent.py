"""The extent of a layer that only gets more rows is widened, not read anew from all of them."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """SQL is in `0013_widened_extent.sql`."""

    dependencies = [("layers", "0012_status_by_layer")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]

"""The functions that every layer's history triggers share."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    """Functions live in the schema `history`."""

    dependencies = [("layers", "0003_revision")]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_name("0004_history_functions.sql").read_text(encoding="utf-8"),
            "DROP SCHEMA history CASCADE",
        )
    ]

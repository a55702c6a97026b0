"""The gazetteer's models: towns with their representative points, and the numbered places within them.

Rows are written by `layers.services.gazetteer` alone. The keys are those of `gis_core.addresses.town_key`.
"""

from __future__ import annotations

from django.contrib.gis.db import models


class GazetteerTown(models.Model):
    """A 大字, 町丁目 or 小字 as one source has it, with its representative point (EPSG:4326).

    A source of numbers only (such as 街区レベル位置参照情報) has towns too: their points are the middle of the numbers.
    """

    class Level(models.TextChoices):
        """How far down the name goes: 大字 or 町, 丁目, 小字."""

        OAZA = "oaza"
        TOWN_CHOME = "town_chome"
        KOAZA = "koaza"

    source = models.CharField(max_length=16, help_text="A key of layers.gazetteer.sources")
    source_date = models.DateField(null=True, blank=True, help_text="The day the source's data is of")
    code = models.CharField(
        max_length=6, blank=True, help_text="全国地方公共団体コード, where the source has it"
    )
    prefecture = models.CharField(max_length=4)
    county = models.CharField(max_length=24, blank=True, help_text="郡")
    municipality = models.CharField(max_length=48, help_text="With the ward of a designated city")
    town = models.CharField(max_length=160, help_text="大字・町名 with its 丁目")
    koaza = models.CharField(max_length=120, blank=True)
    town_id = models.CharField(max_length=7, blank=True, help_text="町字ID of the address base registry")
    kana = models.CharField(max_length=400, blank=True)
    level = models.CharField(max_length=10, choices=Level)
    municipality_key = models.CharField(max_length=48)
    town_key = models.CharField(max_length=160)
    koaza_key = models.CharField(max_length=120, blank=True)
    kana_key = models.CharField(max_length=400, blank=True)
    point = models.PointField(srid=4326)

    class Meta:
        """A source has each town once."""

        constraints = [
            models.UniqueConstraint(
                fields=("source", "prefecture", "county", "municipality", "town", "koaza", "town_id"),
                name="one_town_a_source",
            )
        ]
        indexes = [models.Index(fields=("prefecture", "municipality_key", "town_key"), name="gazetteer_town")]

    def __str__(self) -> str:
        """Return the full name."""
        return f"{self.prefecture}{self.county}{self.municipality}{self.town}{self.koaza}"


class GazetteerAddress(models.Model):
    """A numbered place of a town: a block (街区), a residence (住居番号) or a lot (地番), with its point (EPSG:4326)."""

    class Level(models.TextChoices):
        """What is numbered."""

        BLOCK = "block"
        RESIDENCE = "residence"
        LOT = "lot"

    town = models.ForeignKey(
        GazetteerTown, on_delete=models.CASCADE, related_name="addresses", db_index=False
    )
    number = models.CharField(max_length=48, help_text="4, 4-1 or 2703-182, without the 丁目")
    level = models.CharField(max_length=9, choices=Level)
    point = models.PointField(srid=4326, spatial_index=False)

    class Meta:
        """A town has each number of a kind once."""

        constraints = [
            models.UniqueConstraint(fields=("town", "number", "level"), name="one_number_a_town_and_level")
        ]

    def __str__(self) -> str:
        """Return town and number."""
        return f"{self.town} {self.number}"

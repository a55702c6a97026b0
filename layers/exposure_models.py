"""What lies in the areas of hazards, as counted for each version of a hazard."""

from __future__ import annotations

from django.db import models


class Exposure(models.Model):
    """What of one layer lies in the areas of one revision of a hazard, as `layers.exposure` counts it.

    Kept for each revision of the hazard; for the current one made anew when the counted layer changes.
    """

    hazard = models.CharField(max_length=48)
    revision = models.BigIntegerField()
    counted = models.CharField(max_length=48, help_text="A layer, or the hazard itself: the areas' sizes")
    counted_revision = models.BigIntegerField()
    content = models.JSONField()
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        """One row for each revision of a hazard and counted layer."""

        constraints = [
            models.UniqueConstraint(fields=("hazard", "revision", "counted"), name="one_exposure_a_revision")
        ]

    def __str__(self) -> str:
        """Return hazard, revision and what was counted."""
        return f"{self.hazard} r{self.revision}: {self.counted}"

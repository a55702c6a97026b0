"""What is known of the cameras' images: one row a camera, replaced at each poll."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from layers.feed_models import CameraImage

_KEY = ("layer", "feature_id")
_CHANGING = (
    "url", "checked_at", "fetched_at", "taken_at", "sha256", "path", "media_type", "width", "height", "etag",
    "last_modified", "unchanged", "failures",
)  # fmt: skip


def known(layer: str) -> dict[int, CameraImage]:
    """Return what is known of the layer's cameras, by feature."""
    return {row.feature_id: row for row in CameraImage.objects.filter(layer=layer)}


def keep(rows: Sequence[CameraImage]) -> None:
    """Store what the polls found."""
    CameraImage.objects.bulk_create(rows, update_conflicts=True, unique_fields=_KEY, update_fields=_CHANGING)


@transaction.atomic
def forget_others(layer: str, present: Collection[int]) -> list[str]:
    """Drop what is known of cameras that are no more; returns the paths of their images."""
    gone = CameraImage.objects.filter(layer=layer).exclude(feature_id__in=present)
    paths = [path for path in gone.values_list("path", flat=True) if path]
    gone.delete()
    return paths

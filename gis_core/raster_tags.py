"""What a raster's file says of itself beside its pixels: written when it is added, read when it is asked."""

from __future__ import annotations

from collections.abc import Mapping

# A GDAL metadata item: the values only stand for classes, since they were read from the colours of pictures.
CLASSES_ONLY: Mapping[str, str] = {"MACHIZU_VALUES": "classes"}


def is_classes_only(tags: Mapping[str, str]) -> bool:
    """Tell whether a file with these metadata holds values that only stand for their classes."""
    return CLASSES_ONLY.items() <= tags.items()

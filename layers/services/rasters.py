"""Rasters: a checked file becomes the raster's next revision."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db import connection, transaction
from django.utils import timezone

from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from layers.duties import check_publishable
from layers.models import Layer, Load
from layers.services import audit
from layers.services.common import confirm, lock, raise_revision
from layers.visibility import ADMINISTRATOR, Viewer, require


def add_raster(
    definition: RasterDefinition,
    cog: Path,
    *,
    extent: Box,
    report: dict[str, Any],
    actor: str,
    viewer: Viewer = ADMINISTRATOR,
) -> int:
    """Make a checked Cloud-Optimised GeoTIFF the raster's new revision; returns the revision.

    The file is copied to its revision's name in the raster store first and the registry is changed last, so
    readers see either the old raster or the new one. `extent` in degrees (EPSG:4326). Raises `Forbidden`, and
    `Conflict` when a duty is not met.
    """
    require(viewer, "approve", definition)
    check_publishable(definition)
    with transaction.atomic():
        layer = lock(definition.id)
        path = _keep_raster(definition.id, layer.revision + 1, cog)
        load = Load.objects.create(
            layer=layer,
            file=str(report.get("file", "")),
            state=Load.State.PUBLISHED,
            report=report,
            actor=actor,
            decided_by=actor,
            decided_at=timezone.now(),
        )
        with connection.cursor() as cursor:
            revision = raise_revision(cursor, layer.pk, actor=actor, load_id=load.pk)
            Layer.objects.filter(pk=layer.pk).update(
                path=str(path), extent=Polygon.from_bbox(extent.as_tuple())
            )
            confirm(cursor, layer, actor)
        audit.record(actor, "raster.publish", layer=layer.pk, subject=str(load.pk), file=load.file)
    return revision


def _keep_raster(raster_id: str, revision: int, cog: Path) -> Path:
    path = Path(settings.RASTER_STORE) / raster_id / f"{revision}.tif"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    shutil.copyfile(cog, partial)
    return partial.replace(path)

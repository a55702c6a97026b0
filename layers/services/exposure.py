"""Exposure kept fresh: the areas of hazards, and what was counted in them, made anew when either side has changed."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction
from rasterio.errors import RasterioError

from layers import exposure, exposure_areas, selectors
from layers.catalogue import LayerInfo
from layers.exposure_models import Exposure
from layers.hazards import Hazard, hazards_of
from layers.merge import large_work
from layers.reads import Statement
from layers.visibility import ADMINISTRATOR


def renew() -> list[str]:
    """Make all that is due anew; return the hazards of which something was. One at a time, whoever asks.

    Raises `RasterioError` for a raster whose file cannot be read, when the others are done.
    """
    catalogue = selectors.catalogue(ADMINISTRATOR)
    hazards = hazards_of(catalogue)
    counted = exposure.counted_layers(catalogue)
    _forget({hazard.id for hazard in hazards})
    renewed: list[str] = []
    failure: RasterioError | None = None
    for hazard in hazards:
        try:
            renewed += [hazard.id] if _renew(hazard, counted) else []
        except RasterioError as error:
            failure = error
    if failure is not None:
        raise failure
    return renewed


@transaction.atomic
def _renew(hazard: Hazard, counted: list[LayerInfo]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('machizu.exposure'))")
        made = exposure_areas.made_list(cursor, hazard.id)
        version = exposure_areas.version_of(hazard.info)
        public = hazard.info.definition.visibility == "public"
        stale = made is None or (made.version, made.public) != (version, public)
        with large_work(cursor):
            if stale or made is None:
                made = exposure_areas.make(cursor, hazard)
            return _count(cursor, hazard, made.revision, counted, anew=stale) or stale


def _count(cursor: Any, hazard: Hazard, revision: int, counted: list[LayerInfo], *, anew: bool) -> bool:
    """Count what is not counted yet, or of another revision of its layer; tell whether anything was."""
    rows = Exposure.objects.filter(hazard=hazard.id, revision=revision)
    known = {} if anew else dict(rows.values_list("counted", "counted_revision"))
    area = exposure_areas.pieces(hazard.id)
    wanted = {
        (hazard.id, revision): exposure.size_statement(area, {}),
        **{(info.id, info.revision): exposure.counting_statement(info, area, {}) for info in counted},
    }
    due = {key: made for key, made in wanted.items() if known.get(key[0]) != key[1]}
    for (layer, at), statement in due.items():
        Exposure.objects.update_or_create(
            hazard=hazard.id,
            revision=revision,
            counted=layer,
            defaults={"counted_revision": at, "content": _found(cursor, statement)},
        )
    gone = rows.exclude(counted__in=[layer for layer, _ in wanted]).delete()[0]
    return bool(due or gone)


def _found(cursor: Any, statement: Statement) -> Any:
    cursor.execute(statement.text, statement.parameters)
    (found,) = cursor.fetchone()
    return json.loads(found) if isinstance(found, str) else found


@transaction.atomic
def _forget(hazards: set[str]) -> None:
    """Drop the areas of what is no hazard layer any more."""
    with connection.cursor() as cursor:
        for layer_id in exposure_areas.known(cursor) - hazards:
            exposure_areas.drop(cursor, layer_id)

"""The moment of publication, shared by those who deliver and those who approve."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from layers import merge
from layers.filling import Filling
from layers.models import Layer, Load
from layers.services import audit, queueing
from layers.services.common import confirm, raise_revision
from layers.services.indexing import index_layer

# The states of a load that somebody may still approve.
WAITING = (Load.State.AWAITING_APPROVAL,)
DECISION = ("state", "decided_by", "decided_at")


def stage_name(load_id: int) -> str:
    """Return the name of the staging table of a load."""
    return f"load_{load_id}"


def stage_table(load_id: int) -> sql.Identifier:
    """Return the staging table of a load."""
    return merge.stage_table(stage_name(load_id))


def publish(cursor: Any, layer: Layer, load: Load, actor: str, *, filling: Filling | None = None) -> None:
    """Merge the paired stage into the layer, raise its revision, retire what the load overtakes.

    `filling`: the layer was new and has the rows already.
    """
    revision = None
    if any(load.diff[kind] for kind in ("added", "changed", "removed")):
        revision = raise_revision(cursor, layer.pk, actor=actor, load_id=load.pk)
        queueing.task("layers.refresh_statistics").defer(layer_id=layer.pk)
    if filling is not None:
        filling.finish(revision)
    elif revision is not None:
        merge.apply(cursor, stage_table(load.pk), layer.pk, load.columns, version=revision, load_id=load.pk)
        index_layer(cursor, layer.pk)
    decide(load, Load.State.PUBLISHED, actor)
    confirm(cursor, layer, load.actor)
    supersede_waiting(layer, actor, before=load.pk)
    audit.record(actor, "load.publish", layer=layer.pk, subject=str(load.pk), **load.diff)


def supersede_waiting(layer: Layer, actor: str, *, before: int | None = None) -> None:
    """Retire the layer's waiting and scheduled loads, or only those older than load `before`."""
    overtaken = layer.loads.filter(state__in=(*WAITING, Load.State.SCHEDULED))
    for load in overtaken.filter(pk__lt=before) if before is not None else overtaken:
        decide(load, Load.State.SUPERSEDED, actor)
        load.save(update_fields=DECISION)


def decide(load: Load, state: Load.State, actor: str) -> None:
    """Note a load's end and drop its staged rows; the caller saves the fields of `DECISION`."""
    load.state, load.decided_by, load.decided_at = state, actor, timezone.now()
    with connection.cursor() as cursor:
        merge.drop_stage(cursor, stage_name(load.pk))

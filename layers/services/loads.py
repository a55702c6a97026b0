"""Deliveries: staged, diffed, published or rejected. A killed process leaves the old layer or the new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection, transaction

from gis_core.definition import LayerDefinition
from gis_core.errors import Message
from layers import pairing, tables
from layers.delivery import Delivery, Quarantined
from layers.duties import check_publishable
from layers.filling import Filling
from layers.models import Layer, Load, QuarantinedRow
from layers.services import audit
from layers.services.common import lock_vector, next_revision, try_lock_table
from layers.services.publication import DECISION, decide, publish, stage_name
from layers.spool import Spool
from layers.staging import stage
from layers.visibility import ADMINISTRATOR, Viewer, require

Mode = Literal["dry_run", "stage", "publish"]


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery; `load` is None for a dry run.

    `report` is the delivery's report after the store's own rules; `refusal` says why it was rejected.
    """

    load: int | None
    diff: dict[str, int]
    state: str
    report: dict[str, Any]
    refusal: Message | None = None


def load_rows(
    layer_id: str,
    delivery: Delivery,
    *,
    actor: str,
    mode: Mode,
    viewer: Viewer = ADMINISTRATOR,
    allow_removal: bool = False,
) -> Outcome:
    """Stage a delivery, judge it by the layer's rules and diff it; with `publish`, make it the layer.

    A dry run leaves nothing behind. A layer that needs a second person's approval is never published at
    once: the load then waits. A delivery beyond the layer's limits is recorded as rejected, with all its
    quarantined rows, and the layer stays as it was; `allow_removal` lifts the guard against removing most of
    it. Raises `NotFound`, `Forbidden`, and `Conflict` when a duty is not met.
    """
    with transaction.atomic():
        layer, definition = lock_vector(layer_id)
        require(viewer, "deliver", definition)
        at_once = mode == "publish" and not definition.second_person
        if at_once:
            require(viewer, "approve", definition)
            check_publishable(definition)
        # The first real delivery replaces the samples, however few of them it keeps.
        allow_removal = allow_removal or layer.is_sample
        if mode == "dry_run":
            return _tried(definition, delivery, allow_removal)
        return _brought(layer, definition, delivery, actor, at_once, allow_removal)


def _tried(definition: LayerDefinition, delivery: Delivery, allow_removal: bool) -> Outcome:
    """Stage and judge a delivery, then undo all of it."""
    # The layer is locked, so its name makes the table's name unique.
    name = f"dry_run_{definition.id}"
    with connection.cursor() as cursor:
        staged = stage(
            cursor, name, definition, delivery,
            lasting=False, allow_removal=allow_removal, keep=lambda rows: None,
        )  # fmt: skip
    transaction.set_rollback(True)
    return Outcome(None, staged.diff, "checked", staged.report)


def _brought(
    layer: Layer,
    definition: LayerDefinition,
    delivery: Delivery,
    actor: str,
    at_once: bool,
    allow_removal: bool,
) -> Outcome:
    """Record a delivery as a load; stage and judge it; publish it, leave it waiting, or reject it."""
    load = _record(layer, delivery, actor)
    with connection.cursor() as cursor, Spool[Quarantined]() as quarantine:
        before = transaction.savepoint()
        filling = _filling(cursor, layer, delivery, load) if at_once else None
        staged = stage(
            cursor,
            stage_name(load.pk),
            definition,
            delivery,
            lasting=not at_once,
            allow_removal=allow_removal,
            keep=quarantine.add,
            filling=filling,
        )
        load.report, load.diff, load.key = staged.report, staged.diff, list(staged.key)
        if staged.refusal is not None:
            transaction.savepoint_rollback(before)
            decide(load, Load.State.REJECTED, actor)
        elif at_once:
            publish(cursor, layer, load, actor, filling=filling)
        else:
            load.pairing = pairing.fingerprint(cursor)
        _keep(load, quarantine)
        load.save(update_fields=["report", "diff", "key", "pairing", *DECISION])
    audit.record(actor, "load.deliver", layer=layer.pk, subject=str(load.pk), file=delivery.file)
    return Outcome(load.pk, load.diff, str(load.state), staged.report, staged.refusal)


def _filling(cursor: Any, layer: Layer, delivery: Delivery, load: Load) -> Filling | None:
    """Return the layer to be filled while the file is read, where it is as it was made; other writers then wait.

    Readers go on: a new layer has no indexes that would have to be dropped before their eyes.
    """
    if len(tables.missing_indexes(cursor, layer.pk)) < len(tables.INDEXES):
        return None
    if not try_lock_table(cursor, layer.pk, "SHARE ROW EXCLUSIVE") or not tables.is_empty(cursor, layer.pk):
        return None
    return Filling(cursor, layer.pk, delivery.columns, version=next_revision(cursor, layer), load_id=load.pk)


def _record(layer: Layer, delivery: Delivery, actor: str) -> Load:
    load = Load.objects.create(
        layer=layer,
        file=delivery.file,
        state=Load.State.AWAITING_APPROVAL,
        report={},
        columns=list(delivery.columns),
        actor=actor,
        base_revision=layer.revision,
    )
    return load


def _keep(load: Load, quarantine: Spool[Quarantined]) -> None:
    for rows in quarantine:
        kept = [QuarantinedRow(load=load, row=q.row, values=q.values, issues=q.issues) for q in rows]
        QuarantinedRow.objects.bulk_create(kept, batch_size=1000)

"""Approving, scheduling and rejecting the loads that wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from gis_core.definition import LayerDefinition
from gis_core.errors import Conflict, Forbidden, Message, NotFound
from layers import pairing
from layers.absent import no_load
from layers.duties import check_publishable
from layers.models import Layer, Load
from layers.services import audit
from layers.services.common import lock, vector_definition
from layers.services.publication import DECISION, WAITING, decide, publish, stage_table
from layers.visibility import ADMINISTRATOR, Viewer, require


def newest_waiting_load(layer_id: str) -> Load:
    """Return the layer's newest load that waits for approval. Raises `NotFound`."""
    load = Load.objects.filter(layer_id=layer_id, state=Load.State.AWAITING_APPROVAL).first()
    if load is None:
        raise NotFound(
            Message(
                ja=f"レイヤ「{layer_id}」に承認を待つ取り込みはありません。machizu load ファイル --layer {layer_id} で取り込んでください。",
                en=f"No load of “{layer_id}” waits for approval. Deliver one with: machizu load FILE --layer {layer_id}",
            )
        )
    return load


def publish_load(
    load_id: int, *, actor: str, viewer: Viewer = ADMINISTRATOR, at: datetime | None = None
) -> Load:
    """Approve a waiting load: it becomes the layer's content now, or at the future instant `at`.

    Raises `NotFound`; `Forbidden` for who may not approve it; `Conflict` when it is not waiting, when a duty
    of the layer is not met, or when the layer changed since the diff was made: the new diff is then recorded,
    to be looked at before approving again.
    """
    with transaction.atomic():
        layer, load = _waiting(load_id)
        definition = vector_definition(layer)
        _require_approver(viewer, definition, load, actor)
        check_publishable(definition)
        drifted = _drifted(layer, load)
        if not drifted:
            if at is not None and at > timezone.now():
                _schedule(load, at, actor)
            else:
                _publish_waiting(layer, load, actor)
    if drifted:
        raise _changed_meanwhile(load)
    return load


def publish_due_loads() -> list[int]:
    """Publish the scheduled loads whose moment has come; returns their numbers.

    One whose layer has changed since its approval waits for approval again.
    """
    due = Load.objects.filter(state=Load.State.SCHEDULED, publish_at__lte=timezone.now())
    return [
        load_id
        for load_id in due.order_by("publish_at", "pk").values_list("pk", flat=True)
        if _publish_due(load_id)
    ]


@transaction.atomic
def _publish_due(load_id: int) -> bool:
    layer = lock(Load.objects.get(pk=load_id).layer_id)
    load = Load.objects.get(pk=load_id)
    if load.state != Load.State.SCHEDULED:
        return False
    if _drifted(layer, load):
        load.state = Load.State.AWAITING_APPROVAL
        load.save(update_fields=["state"])
        audit.record(load.decided_by, "load.postponed", layer=layer.pk, subject=str(load_id))
        return False
    _publish_waiting(layer, load, load.decided_by)
    return True


@transaction.atomic
def reject_load(load_id: int, *, actor: str, viewer: Viewer = ADMINISTRATOR) -> Load:
    """Refuse a waiting or scheduled load and drop its staged rows. Raises `NotFound`, `Forbidden`, `Conflict`."""
    layer, load = _waiting(load_id, (*WAITING, Load.State.SCHEDULED))
    require(viewer, "approve", vector_definition(layer))
    decide(load, Load.State.REJECTED, actor)
    load.save(update_fields=DECISION)
    audit.record(actor, "load.reject", layer=layer.pk, subject=str(load_id))
    return load


def _waiting(load_id: int, states: Sequence[str] = WAITING) -> tuple[Layer, Load]:
    """Lock a waiting load and its layer: always the layer first, so that no two writers block each other."""
    load = Load.objects.filter(pk=load_id).first()
    if load is None:
        raise no_load(load_id)
    layer = lock(load.layer_id)
    load.refresh_from_db()
    if load.state not in states:
        raise Conflict(
            Message(
                ja=f"取り込み {load_id} は承認待ちではありません（{load.state}）。新しいファイルを取り込んでください。",
                en=f"Load {load_id} does not wait for approval (it is {load.state}). Deliver the file again.",
            )
        )
    return layer, load


def _require_approver(viewer: Viewer, definition: LayerDefinition, load: Load, actor: str) -> None:
    require(viewer, "approve", definition)
    if definition.second_person and load.actor == actor:
        raise Forbidden(
            Message(
                ja=f"レイヤ「{definition.id}」は、届けた人（{actor}）とは別の人の承認が必要です。別の承認者に依頼してください。",
                en=f"“{definition.id}” needs the approval of a second person; {actor} delivered this load. Ask another approver.",
            )
        )


def _drifted(layer: Layer, load: Load) -> bool:
    """Bring the load's diff up to date; tell whether it is another than the one that was looked at."""
    if layer.revision == load.base_revision:
        return False
    seen = load.pairing
    with connection.cursor() as cursor:
        pairing.pair(cursor, stage_table(load.pk), layer.pk, load.columns, load.key)
        load.diff, load.pairing = pairing.count(cursor), pairing.fingerprint(cursor)
    load.base_revision = layer.revision
    load.save(update_fields=["diff", "pairing", "base_revision"])
    return bool(load.pairing != seen)


def _changed_meanwhile(load: Load) -> Conflict:
    return Conflict(
        Message(
            ja=f"取り込み {load.pk} の検査の後に、レイヤ「{load.layer_id}」が変わりました。今の差分は {load.diff} です。確かめて、もう一度承認してください。",
            en=f"“{load.layer_id}” changed after load {load.pk} was checked. The diff is now {load.diff}. Look at it and approve again.",
        )
    )


def _schedule(load: Load, at: datetime, actor: str) -> None:
    load.state, load.publish_at, load.decided_by, load.decided_at = (
        Load.State.SCHEDULED,
        at,
        actor,
        timezone.now(),
    )
    load.save(update_fields=[*DECISION, "publish_at"])
    audit.record(actor, "load.schedule", layer=load.layer_id, subject=str(load.pk), at=at.isoformat())


def _publish_waiting(layer: Layer, load: Load, actor: str) -> None:
    with connection.cursor() as cursor:
        pairing.pair(cursor, stage_table(load.pk), layer.pk, load.columns, load.key)
        load.diff = pairing.count(cursor)
        publish(cursor, layer, load, actor)
    load.save(update_fields=["diff", *DECISION])

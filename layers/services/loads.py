"""Deliveries: staged, diffed, published or rejected. A killed process leaves the old layer or the new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from psycopg import sql

from gis_core.definition import LayerDefinition
from gis_core.errors import Conflict, Message, NotFound
from layers import merge
from layers.models import Layer, Load, QuarantinedRow
from layers.services.common import lock, lock_vector, raise_revision

Mode = Literal["dry_run", "stage", "publish"]


class Quarantined(NamedTuple):
    """A row kept out of the layer: its place, its values as they came, and its issues as data."""

    row: int
    values: dict[str, str | None]
    issues: list[dict[str, Any]]


@dataclass(frozen=True)
class Delivery:
    """A checked file, ready to become the layer's content.

    `columns` are the fields that the file feeds; fields it does not feed keep their value in matched
    features. `rows` are Python values aligned with `columns`, then the geometry as WKB bytes (2D, EPSG:4326,
    of the layer's geometry type). `key` names the fields that match rows to features; empty means that a row
    matches only its equal. `report` is the load report without diff, load and state.
    """

    file: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    report: dict[str, Any]
    quarantine: Sequence[Quarantined] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery; `load` is None for a dry run."""

    load: int | None
    diff: dict[str, int]
    state: str


def load_rows(layer_id: str, delivery: Delivery, *, actor: str, mode: Mode) -> Outcome:
    """Stage a delivery and diff it against the layer; with `publish`, make it the layer; all or nothing.

    A dry run leaves nothing behind. Raises `NotFound`.
    """
    with transaction.atomic():
        layer, definition = lock_vector(layer_id)
        if mode == "dry_run":
            with connection.cursor() as cursor:
                stage = sql.Identifier("pg_temp", "machizu_dry_run")
                diff = _staged_diff(cursor, stage, definition, delivery)
            transaction.set_rollback(True)
            return Outcome(None, diff, "checked")
        load = _record(layer, delivery, actor)
        with connection.cursor() as cursor:
            load.diff = _staged_diff(cursor, _stage(load.pk), definition, delivery)
            if mode == "publish":
                _publish(cursor, layer, load, actor)
            load.save(update_fields=["diff", "state", "decided_by", "decided_at"])
        return Outcome(load.pk, load.diff, str(load.state))


@transaction.atomic
def publish_load(load_id: int, *, actor: str) -> Load:
    """Make a waiting load the layer's content. Raises `NotFound`, or `Conflict` when it is not waiting."""
    layer, load = _waiting(load_id)
    with connection.cursor() as cursor:
        merge.pair(cursor, _stage(load.pk), layer.pk, load.columns, load.key)
        load.diff = merge.count(cursor)
        _publish(cursor, layer, load, actor)
    load.save(update_fields=["diff", "state", "decided_by", "decided_at"])
    return load


@transaction.atomic
def reject_load(load_id: int, *, actor: str) -> Load:
    """Refuse a waiting load and drop its staged rows. Raises `NotFound` or `Conflict`."""
    _, load = _waiting(load_id)
    _decide(load, Load.State.REJECTED, actor)
    load.save(update_fields=["state", "decided_by", "decided_at"])
    return load


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


def _stage(load_id: int) -> sql.Identifier:
    return sql.Identifier("stage", f"load_{load_id}")


def _staged_diff(
    cursor: Any, stage: sql.Identifier, definition: LayerDefinition, delivery: Delivery
) -> dict[str, int]:
    merge.create_stage(cursor, stage, definition, delivery.columns)
    merge.fill_stage(cursor, stage, delivery.columns, delivery.rows)
    merge.pair(cursor, stage, definition.id, delivery.columns, delivery.key)
    return merge.count(cursor)


def _record(layer: Layer, delivery: Delivery, actor: str) -> Load:
    load = Load.objects.create(
        layer=layer,
        file=delivery.file,
        state=Load.State.AWAITING_APPROVAL,
        report=delivery.report,
        columns=list(delivery.columns),
        key=list(delivery.key),
        actor=actor,
    )
    QuarantinedRow.objects.bulk_create(
        [QuarantinedRow(load=load, row=q.row, values=q.values, issues=q.issues) for q in delivery.quarantine],
        batch_size=1000,
    )
    return load


def _waiting(load_id: int) -> tuple[Layer, Load]:
    """Lock a waiting load and its layer: always the layer first, so that no two writers block each other."""
    load = Load.objects.filter(pk=load_id).first()
    if load is None:
        raise NotFound(
            Message(
                ja=f"取り込み {load_id} はありません。machizu load list で番号を確かめてください。",
                en=f"There is no load {load_id}. See: machizu load list",
            )
        )
    layer = lock(load.layer_id)
    load.refresh_from_db()
    if load.state != Load.State.AWAITING_APPROVAL:
        raise Conflict(
            Message(
                ja=f"取り込み {load_id} は承認待ちではありません（{load.state}）。新しいファイルを取り込んでください。",
                en=f"Load {load_id} does not wait for approval (it is {load.state}). Deliver the file again.",
            )
        )
    return layer, load


def _publish(cursor: Any, layer: Layer, load: Load, actor: str) -> None:
    """Merge the paired stage into the layer, raise its revision, retire what the load overtakes."""
    if any(load.diff[kind] for kind in ("added", "changed", "removed")):
        revision = raise_revision(cursor, layer.pk, actor=actor, load_id=load.pk)
        merge.apply(cursor, _stage(load.pk), layer.pk, load.columns, version=revision, load_id=load.pk)
        app.configure_task("layers.refresh_statistics").defer(layer_id=layer.pk)
    _decide(load, Load.State.PUBLISHED, actor)
    for overtaken in layer.loads.filter(state=Load.State.AWAITING_APPROVAL, pk__lt=load.pk):
        _decide(overtaken, Load.State.SUPERSEDED, actor)
        overtaken.save(update_fields=["state", "decided_by", "decided_at"])


def _decide(load: Load, state: Load.State, actor: str) -> None:
    load.state, load.decided_by, load.decided_at = state, actor, timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_stage(load.pk)))

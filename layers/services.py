"""Writes: registering layers, bringing deliveries in, publishing. One transaction each; a killed process
leaves either the old state or the new one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from psycopg import sql

from gis_core.boxes import Box
from gis_core.definition import Definition, LayerDefinition, RasterDefinition, parse_definition
from gis_core.errors import BadInput, Conflict, Message, NotFound
from layers import grants, history, merge, restore
from layers.models import Department, Layer, Load, QuarantinedRow
from layers.reads import CHANGE_CHANNEL
from layers.tables import create as create_table

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


@transaction.atomic
def register_departments(departments: Mapping[str, Mapping[str, str]]) -> None:
    """Make the city's departments known, or bring their names up to date."""
    for department_id, title in departments.items():
        Department.objects.update_or_create(pk=department_id, defaults={"title": dict(title)})


@transaction.atomic
def register_layer(definition: Definition, *, position: int = 0) -> bool:
    """Register a layer and create its table. Returns False when it is registered already.

    The owning department is registered under its id where the city has not named it.
    """
    Department.objects.get_or_create(
        pk=definition.department, defaults={"title": {"ja": definition.department}}
    )
    vector = isinstance(definition, LayerDefinition)
    _, created = Layer.objects.get_or_create(
        pk=definition.id,
        defaults={
            "kind": Layer.Kind.VECTOR if vector else Layer.Kind.RASTER,
            "department_id": definition.department,
            "definition": dict(definition.raw),
            "position": position,
        },
    )
    if not created:
        return False
    with connection.cursor() as cursor:
        if isinstance(definition, LayerDefinition):
            create_table(cursor, definition)
            history.create(cursor, definition)
            grants.grant_public(cursor, definition)
        _announce(cursor, definition.id, 0)
    return True


def load_rows(layer_id: str, delivery: Delivery, *, actor: str, mode: Mode) -> Outcome:
    """Stage a delivery and diff it against the layer; with `publish`, make it the layer; all or nothing.

    A dry run leaves nothing behind. Raises `NotFound`.
    """
    with transaction.atomic():
        layer, definition = _locked(layer_id)
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


@transaction.atomic
def rollback(
    layer_id: str, to: int | datetime, *, actor: str, reason: str = "", ids: Sequence[int] | None = None
) -> int:
    """Make the layer, or only the features `ids`, as it was at a revision or instant; itself a change.

    Returns the new revision, or the current one when nothing differs. Raises `NotFound`, or `BadInput` for
    a revision or instant that the layer does not have.
    """
    layer, definition = _locked(layer_id)
    target = _revision_at(layer, to)
    with connection.cursor() as cursor:
        if not restore.differs(cursor, definition, target, ids):
            return layer.revision
        revision = _raise_revision(
            cursor, layer_id, actor=actor, reason=reason or f"rollback to revision {target}"
        )
        restore.apply(cursor, definition, target, version=revision, ids=ids)
    return revision


def _revision_at(layer: Layer, to: int | datetime) -> int:
    known = layer.revisions.filter(revision=to) if isinstance(to, int) else layer.revisions.filter(at__lte=to)
    found = known.order_by("-revision").values_list("revision", flat=True).first()
    if found is None:
        raise BadInput(
            Message(
                ja=f"レイヤ「{layer.pk}」に {to} の時点の記録はありません。変更の一覧で時刻か版を確かめてください。",
                en=f"“{layer.pk}” has no state at {to}. See its changes for instants and revisions.",
            )
        )
    return found


def add_raster(
    definition: RasterDefinition, cog: Path, *, extent: Box, report: dict[str, Any], actor: str
) -> int:
    """Make a checked Cloud-Optimised GeoTIFF the raster's new revision; returns the revision.

    The file is copied to its revision's name in the raster store first and the registry is changed last, so
    readers see either the old raster or the new one. `extent` in degrees (EPSG:4326).
    """
    with transaction.atomic():
        layer = _lock(definition.id)
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
            revision = _raise_revision(cursor, layer.pk, actor=actor, load_id=load.pk)
            Layer.objects.filter(pk=layer.pk).update(
                path=str(path), extent=Polygon.from_bbox(extent.as_tuple())
            )
            _announce(cursor, layer.pk, revision)
    return revision


def _keep_raster(raster_id: str, revision: int, cog: Path) -> Path:
    path = Path(settings.RASTER_STORE) / raster_id / f"{revision}.tif"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    shutil.copyfile(cog, partial)
    return partial.replace(path)


def _lock(layer_id: str) -> Layer:
    """Lock the registry's row, so that changes of one layer queue up."""
    try:
        return Layer.objects.select_for_update().get(pk=layer_id, retired_at=None)
    except Layer.DoesNotExist:
        raise NotFound(
            Message(
                ja=f"レイヤ「{layer_id}」はありません。machizu layer list で ID を確かめてください。",
                en=f"There is no layer “{layer_id}”. See: machizu layer list",
            )
        ) from None


def _locked(layer_id: str) -> tuple[Layer, LayerDefinition]:
    layer = _lock(layer_id)
    definition = parse_definition(layer.definition, layer_id)
    assert isinstance(definition, LayerDefinition), "etl sends rows to vector layers only"
    return layer, definition


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
    layer = _lock(load.layer_id)
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
        revision = _raise_revision(cursor, layer.pk, actor=actor, load_id=load.pk)
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


def _raise_revision(
    cursor: Any, layer_id: str, *, actor: str, load_id: int | None = None, reason: str = ""
) -> int:
    """Open the layer's next revision for this transaction, saying who changes it and why."""
    cursor.execute(
        "SELECT set_config('machizu.actor', %s, true), set_config('machizu.load', %s, true),"
        " set_config('machizu.reason', %s, true)",
        [actor, str(load_id or ""), reason],
    )
    cursor.execute("SELECT history.revision(%s)", [layer_id])
    (revision,) = cursor.fetchone()
    return int(revision)


def _announce(cursor: Any, layer_id: str, revision: int) -> None:
    notice = json.dumps({"layer": layer_id, "revision": revision})
    cursor.execute("SELECT pg_notify(%s, %s)", [CHANGE_CHANNEL, notice])

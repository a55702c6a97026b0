"""Rasters: a checked file becomes the raster's next revision, goes back to a former one, and ends with its term."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Polygon
from django.db import connection, transaction
from django.utils import timezone

from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from gis_core.definition_file import build_definition
from gis_core.errors import BadInput, Forbidden, Message, NotFound
from layers.duties import check_publishable
from layers.models import Layer, Load, Revision
from layers.services import audit
from layers.services.common import confirm, lock, raise_revision
from layers.services.publication import DECISION
from layers.visibility import ADMINISTRATOR, Viewer, require

# A file that no load knows is what a killed process left; one this old belongs to nobody who still works on it.
_LEFT_BEHIND = timedelta(days=1)


@dataclass(frozen=True)
class RasterRevision:
    """One revision of a raster: when, who, why, the delivered file, its size in bytes, None where it is pruned."""

    revision: int
    at: datetime
    actor: str
    reason: str
    file: str
    size: int | None
    is_current: bool


def check_may_add(definition: RasterDefinition, viewer: Viewer, *, at_once: bool = True) -> None:
    """Raise `Forbidden` for who may not deliver (or, `at_once`, publish) it, `Conflict` for an unmet duty."""
    require(viewer, "deliver", definition)
    if at_once and not definition.second_person:
        require(viewer, "approve", definition)
        check_publishable(definition)


def add_raster(
    definition: RasterDefinition,
    cog: Path,
    *,
    extent: Box,
    report: dict[str, Any],
    actor: str,
    viewer: Viewer = ADMINISTRATOR,
    at_once: bool = True,
) -> int | None:
    """Make a checked Cloud-Optimised GeoTIFF the raster's new revision; returns the revision.

    The file is copied into the raster store first and the registry is changed last, so readers see either the
    old raster or the new one. Where a second person must approve it, or without `at_once`, the load waits and
    None is returned. `extent` in degrees (EPSG:4326). Raises `Forbidden`, and `Conflict` when a duty is not met.
    """
    check_may_add(definition, viewer, at_once=at_once)
    with transaction.atomic():
        layer = lock(definition.id)
        load = Load.objects.create(
            layer=layer,
            file=str(report.get("file", "")),
            state=Load.State.AWAITING_APPROVAL,
            report={**report, "extent": list(extent.as_tuple())},
            actor=actor,
            base_revision=layer.revision,
        )
        _keep(cog, _path(load))
        audit.record(actor, "load.deliver", layer=layer.pk, subject=str(load.pk), file=load.file)
        if at_once and not definition.second_person:
            return _publish(layer, load, actor)
    return None


def publish_raster(layer_id: str, *, actor: str, viewer: Viewer = ADMINISTRATOR) -> int:
    """Approve the newest delivery that waits; older ones that wait are superseded. Returns the new revision.

    Raises `NotFound` where none waits, `Forbidden` for who may not approve it, `Conflict` for an unmet duty.
    """
    with transaction.atomic():
        layer, definition = _lock_raster(layer_id)
        require(viewer, "approve", definition)
        check_publishable(definition)
        load = layer.loads.filter(state=Load.State.AWAITING_APPROVAL).first()
        if load is None:
            raise NotFound(
                Message(
                    ja=f"ラスタ「{layer_id}」に承認を待つ登録はありません。machizu raster add で登録してください。",
                    en=f"No delivery of the raster “{layer_id}” waits for approval. Deliver one with: machizu raster add",
                )
            )
        if definition.second_person and load.actor == actor:
            raise Forbidden(
                Message(
                    ja=f"ラスタ「{layer_id}」は、届けた人（{actor}）とは別の人の承認が必要です。別の承認者に依頼してください。",
                    en=f"“{layer_id}” needs the approval of a second person; {actor} delivered it. Ask another approver.",
                )
            )
        return _publish(layer, load, actor)


def rollback_raster(
    layer_id: str, to: int | datetime, *, actor: str, reason: str = "", viewer: Viewer = ADMINISTRATOR
) -> int:
    """Make the raster as it was at a revision or instant its next revision; returns that, or the current one
    where it shows that file already.

    Raises `NotFound`, `Forbidden`, and `BadInput` for a revision that it does not have or whose file is pruned.
    """
    with transaction.atomic():
        layer, definition = _lock_raster(layer_id)
        require(viewer, "roll_back", definition)
        target = _revision_at(layer, to)
        load = target.load
        if load is None or not _path(load).is_file():
            raise BadInput(
                Message(
                    ja=f"ラスタ「{layer_id}」の版 {target.revision} のファイルは保存期間を過ぎて残っていません。元のファイルを登録し直してください。",
                    en=f"The file of revision {target.revision} of “{layer_id}” is past its term and gone. Add the original again.",
                )
            )
        if layer.path == str(_path(load)):
            return layer.revision
        revision = _show(layer, load, actor, reason or f"rollback to revision {target.revision}")
        audit.record(
            actor, "raster.rollback", layer=layer.pk, to=target.revision, revision=revision, reason=reason
        )
    return revision


def raster_revisions(layer_id: str) -> list[RasterRevision]:
    """Return a raster's revisions, newest first. Raises `NotFound`, or `BadInput` for a vector layer."""
    with transaction.atomic():
        layer, _ = _lock_raster(layer_id)
    return [
        RasterRevision(
            revision=row.revision,
            at=row.at,
            actor=row.actor,
            reason=row.reason,
            file=row.load.file if row.load else "",
            size=_size(row.load),
            is_current=row.revision == layer.revision,
        )
        for row in layer.revisions.select_related("load")
    ]


def prune_rasters(now: datetime | None = None) -> list[Path]:
    """Remove the files that no revision has shown for as long as history is kept, and what was left behind.

    The registry keeps the revisions themselves. Returns the files that are gone.
    """
    now = now or timezone.now()
    gone: list[Path] = []
    for layer in Layer.objects.filter(kind=Layer.Kind.RASTER):
        with transaction.atomic():
            locked = Layer.objects.select_for_update().get(pk=layer.pk)
            removed = [*_outdated(locked, now)]
            for path in removed:
                path.unlink()
            if removed:
                names = [path.name for path in removed]
                audit.record("machizu", "raster.prune", layer=layer.pk, files=names)
        gone += removed
    return gone


def _outdated(layer: Layer, now: datetime) -> Iterator[Path]:
    definition = build_definition(layer.definition)
    years = definition.registration.retention_years
    term = None if years is None else now - timedelta(days=365.25 * years)
    kept = {Path(layer.path), *_wanted(layer, term)}
    folder = Path(settings.RASTER_STORE) / layer.pk
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        known = path.suffix == ".tif"
        age = now.timestamp() - path.stat().st_mtime
        if path not in kept and (known or path.suffix == ".partial") and age > _LEFT_BEHIND.total_seconds():
            yield path


def _wanted(layer: Layer, term: datetime | None) -> Iterator[Path]:
    """Yield the files of loads that wait, and of revisions that ended after `term` (None: of all)."""
    for load in layer.loads.filter(state=Load.State.AWAITING_APPROVAL):
        yield _path(load)
    ended = None
    for row in layer.revisions.select_related("load"):
        if row.load and (term is None or ended is None or ended > term):
            yield _path(row.load)
        ended = row.at


def _publish(layer: Layer, load: Load, actor: str) -> int:
    load.state, load.decided_by, load.decided_at = Load.State.PUBLISHED, actor, timezone.now()
    load.save(update_fields=DECISION)
    waiting = layer.loads.filter(state=Load.State.AWAITING_APPROVAL, pk__lt=load.pk)
    waiting.update(state=Load.State.SUPERSEDED, decided_by=actor, decided_at=load.decided_at)
    revision = _show(layer, load, actor)
    audit.record(actor, "raster.publish", layer=layer.pk, subject=str(load.pk), file=load.file)
    return revision


def _show(layer: Layer, load: Load, actor: str, reason: str = "") -> int:
    """Make a load's file the raster's content, as its next revision."""
    with connection.cursor() as cursor:
        revision = raise_revision(cursor, layer.pk, actor=actor, load_id=load.pk, reason=reason)
        extent = Polygon.from_bbox(load.report["extent"])
        Layer.objects.filter(pk=layer.pk).update(path=str(_path(load)), extent=extent)
        confirm(cursor, layer, load.actor)
    return revision


def _lock_raster(layer_id: str) -> tuple[Layer, RasterDefinition]:
    layer = lock(layer_id)
    definition = build_definition(layer.definition)
    if not isinstance(definition, RasterDefinition):
        raise BadInput(
            Message(
                ja=f"「{layer_id}」はベクタのレイヤです。machizu layer rollback などを使ってください。",
                en=f"“{layer_id}” is a vector layer. Use: machizu layer rollback …",
            )
        )
    return layer, definition


def _revision_at(layer: Layer, to: int | datetime) -> Revision:
    known = layer.revisions.filter(revision=to) if isinstance(to, int) else layer.revisions.filter(at__lte=to)
    found = known.select_related("load").order_by("-revision").first()
    if found is None:
        raise BadInput(
            Message(
                ja=f"ラスタ「{layer.pk}」に {to} の時点の記録はありません。machizu raster list で版を確かめてください。",
                en=f"“{layer.pk}” has no state at {to}. See its revisions with: machizu raster list",
            )
        )
    return found


def _path(load: Load) -> Path:
    return Path(settings.RASTER_STORE) / str(load.layer_id) / f"{load.pk}.tif"


def _size(load: Load | None) -> int | None:
    return _path(load).stat().st_size if load and _path(load).is_file() else None


def _keep(cog: Path, path: Path) -> None:
    """Copy a file into the store, on the disk as a whole before anything names it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with cog.open("rb") as source, partial.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1024 * 1024)
        sink.flush()
        os.fsync(sink.fileno())
    partial.replace(path)

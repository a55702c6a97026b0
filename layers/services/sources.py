"""The runs of remembered sources: begun, finished, and told to their department."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gis_core.errors import Message
from layers.models import SourceRun
from layers.services import audit
from layers.source_runs import Content

# So many runs of one source are kept: a week of one every quarter of an hour.
KEPT_RUNS = 700


def begin_run(source: str, *, layer: str, department: str, trigger: str, actor: str, file: str) -> int:
    """Note that a run has begun; returns its number. `file` is the address or the file's name."""
    run = SourceRun.objects.create(
        source=source, layer=layer, department=department, trigger=trigger, actor=actor, file=file
    )
    return int(run.pk)


@transaction.atomic
def finish_run(
    run_id: int,
    state: SourceRun.State,
    *,
    content: Content | None = None,
    load_id: int | None = None,
    message: Message | None = None,
) -> None:
    """Note what became of a run. What was refused or failed is audited; a load has its own entry."""
    run = SourceRun.objects.select_for_update().get(pk=run_id)
    content = content or Content()
    run.state, run.finished_at, run.load_id = state, timezone.now(), load_id
    run.etag, run.last_modified, run.digest = content.etag, content.last_modified, content.digest
    run.message = message.as_dict() if message else None
    run.save()
    if message is not None:
        audit.record(
            run.actor,
            f"source.{state}",
            layer=run.layer,
            subject=run.source or run.file,
            department=run.department,
            message=run.message,
        )
    _forget_old(run)


def _forget_old(run: SourceRun) -> None:
    if not run.source:
        return
    runs = SourceRun.objects.filter(source=run.source).order_by("-pk")
    oldest = runs.values_list("pk", flat=True)[KEPT_RUNS : KEPT_RUNS + 1].first()
    if oldest is not None:
        runs.filter(pk__lte=oldest).delete()

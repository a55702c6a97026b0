"""Reads of the runs of remembered sources: what became of each, for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from gis_core.errors import Message
from layers.models import SourceRun

_CAME = (SourceRun.State.LOADED, SourceRun.State.UNCHANGED)


@dataclass(frozen=True)
class Content:
    """Which content a run met: the server's validators and the SHA-256 of the file."""

    etag: str = ""
    last_modified: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Run:
    """One run of a source; `message` says why it was refused or failed, `load` is the load it made."""

    number: int
    source: str
    layer: str
    department: str
    trigger: str
    state: str
    file: str
    started_at: datetime
    finished_at: datetime | None
    message: Message | None
    load: int | None


def runs(*, source: str | None = None, department: str | None = None, limit: int = 50) -> list[Run]:
    """Return the newest runs, newest first: of all, of one source, or of those whose department is told."""
    found = SourceRun.objects.all()
    if source is not None:
        found = found.filter(source=source)
    if department is not None:
        found = found.filter(department=department)
    return _as_runs(found[:limit])


def last_runs() -> dict[str, Run]:
    """Return the last run of each source, by the source's id."""
    newest = SourceRun.objects.exclude(source="").order_by().values("source").annotate(last=Max("pk"))
    found = SourceRun.objects.filter(pk__in=newest.values("last"))
    return {run.source: run for run in _as_runs(found)}


def last_scheduled() -> dict[str, datetime]:
    """Return when each source's schedule last began a run, by the source's id."""
    scheduled = SourceRun.objects.filter(trigger=SourceRun.Trigger.SCHEDULE).order_by()
    return dict(scheduled.values_list("source").annotate(Max("started_at")))


def known_content(source: str, file: str) -> Content:
    """Return the content that last came whole from this address, empty when none did."""
    last = SourceRun.objects.filter(source=source, file=file, state__in=_CAME).first()
    return Content(last.etag, last.last_modified, last.digest) if last else Content()


def _as_runs(found: QuerySet[SourceRun] | Iterable[SourceRun]) -> list[Run]:
    return [
        Run(
            number=run.pk,
            source=run.source,
            layer=run.layer,
            department=run.department,
            trigger=run.trigger,
            state=run.state,
            file=run.file,
            started_at=run.started_at,
            finished_at=run.finished_at,
            message=Message(**run.message) if run.message else None,
            load=run.load_id,
        )
        for run in found
    ]

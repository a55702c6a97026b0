"""Deliveries that come by themselves: the worker fetches what is due, and looks into the folders, each minute."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import croniter
from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from etl.sources.home import Home
from etl.sources.reader import source_named, sources
from etl.sources.source import Source
from gis_core.errors import NotFound, Unavailable
from layers.source_runs import last_scheduled

# Again after 8 seconds, a minute, nine minutes, an hour, nine hours; then the next schedule.
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=8, retry_exceptions={Unavailable})
# Longer than any load takes.
_LEFT_SECONDS = 86_400


def home() -> Home:
    """Return the product's home, as its settings say."""
    return Home(settings.MACHIZU.home, settings.MACHIZU.city)


def is_due(source: Source, now: datetime, last: datetime | None, time_zone: str) -> bool:
    """Tell whether a moment of the source's schedule has come since its last run; the first run is due at once."""
    if source.schedule is None:
        return False
    # The moment itself counts: get_prev() looks only at what lies before.
    local = now.astimezone(ZoneInfo(time_zone)) + timedelta(seconds=1)
    return last is None or last < croniter(source.schedule, local).get_prev(datetime)


@app.periodic(cron="* * * * *")
@app.task(name="etl.defer_due_sources", queue="store", queueing_lock="defer_due_sources")
def defer_due_sources(timestamp: int) -> list[str]:
    """Queue the sources whose schedule says so; one that is queued or being retried is not queued again."""
    here, now, last = home(), datetime.fromtimestamp(timestamp, UTC), last_scheduled()
    due = [
        s.id for s in sources(here.sources).values() if is_due(s, now, last.get(s.id), here.city.time_zone)
    ]
    for source_id in due:
        with suppress(AlreadyEnqueued):
            defer(source_id)
    return due


def defer(source_id: str) -> None:
    """Queue one run of a source. Raises `AlreadyEnqueued`."""
    name = f"source:{source_id}"
    run_source.configure(lock=name, queueing_lock=name).defer(source_id=source_id)


@app.task(name="etl.run_source", queue="store", retry=_RETRY)
def run_source(source_id: str) -> str:
    """Fetch and load one source; a network that fails is tried again later, a file that is wrong is not."""
    # pandas and GDAL are loaded when there is something to load.
    from etl.sources.runs import run_url

    here = home()
    try:
        source = source_named(source_id, here.sources)
    except NotFound:
        return "forgotten"
    return str(run_url(source, here, trigger="schedule").state)


@app.periodic(cron="* * * * *")
@app.task(name="etl.watch_folders", queue="store", lock="watch_folders", queueing_lock="watch_folders")
def watch_folders(timestamp: int) -> int:
    """Load what departments have left in their folders."""
    from etl.folders import watch

    return len(watch(home()))


@app.periodic(cron="41 3 * * *")
@app.task(name="etl.clear_incoming", queue="store")
def clear_incoming(timestamp: int) -> None:
    """Remove what a killed worker left behind while it was loading, once a night."""
    for left in home().incoming.iterdir():
        if timestamp - left.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)

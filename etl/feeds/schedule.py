"""The worker's part: each minute the feeds whose time has come are run, each as a job of its own."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime

from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from etl.feeds import running
from gis_core.errors import MachizuError
from layers.services import feeds

# A queue of its own: a camera that does not answer must not hold up the publishing of loads.
QUEUE = "feeds"
_log = logging.getLogger("machizu.feeds")


def setting() -> running.Setting:
    """Return what this installation's settings say."""
    return running.Setting(settings.MACHIZU.city, settings.MACHIZU.home / "cameras")


@app.periodic(cron="* * * * *")
@app.task(name="feeds.start_due", queue=QUEUE, queueing_lock="feeds.start_due")
def start_due(timestamp: int) -> None:
    """Queue a run of each feed that is due; one that still waits is not queued twice."""
    running.known_feeds()
    for name in feeds.due(datetime.fromtimestamp(timestamp, UTC)):
        with suppress(AlreadyEnqueued):
            run_feed.configure(queueing_lock=f"feeds.{name}", lock=f"feeds.{name}").defer(name=name)


@app.task(name="feeds.run", queue=QUEUE)
def run_feed(name: str) -> None:
    """Run one feed. Its failure is noted with the feed, and its next run waits longer: the job need not fail too."""
    try:
        running.run(name, setting())
    except MachizuError as error:
        _log.warning("%s: %s", name, error.message.en)

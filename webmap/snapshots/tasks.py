"""The snapshot follows what is published: each minute it is compared, and made anew where it is behind."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(
    name="webmap.refresh_snapshot", queue="store", queueing_lock="refresh_snapshot", lock="refresh_snapshot"
)
def refresh_snapshot(timestamp: int) -> bool:
    """Make the snapshot of the setting anew where something was published since; tells whether it did."""
    target = settings.MACHIZU.snapshot
    if target is None:
        return False
    # Every process that knows the queue imports this module; what draws pictures and maps is only for who builds.
    from webmap.snapshots.building import build, is_current

    if is_current(target):
        return False
    build(target)
    return True

"""The feeds of this installation: switched on and off by people, and remembered between runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from gis_core.errors import Message
from layers.feed_models import Feed
from layers.services import audit

# After failures a feed waits twice as long each time, at most this long.
LONGEST_WAIT = timedelta(hours=1)


def feed(name: str, *, every_s: int, enabled: bool) -> Feed:
    """Return a feed, made with these defaults when it is asked for first."""
    row, _ = Feed.objects.get_or_create(name=name, defaults={"every_s": every_s, "enabled": enabled})
    return row


def due(now: datetime) -> list[str]:
    """Return the names of the feeds whose time has come."""
    enabled = Feed.objects.filter(enabled=True)
    return [row.name for row in enabled.order_by("next_at") if row.next_at is None or row.next_at <= now]


@transaction.atomic
def switch(row: Feed, *, enabled: bool, url: str | None, every_s: int | None, actor: str) -> Feed:
    """Switch a feed on or off, and set its address or interval where given; noted in the audit."""
    if url is not None and url != row.url:
        row.url, row.memory = url, {}
    row.enabled, row.every_s = enabled, every_s or row.every_s
    row.next_at, row.failures = None, 0
    row.save()
    audit.record(
        actor, "feed.on" if enabled else "feed.off", subject=row.name, url=row.url, every_s=row.every_s
    )
    return row


def note(
    row: Feed, now: datetime, result: Mapping[str, Any], memory: Mapping[str, Any] | None = None
) -> None:
    """Note a run that went well."""
    row.last_at = row.last_good_at = now
    row.next_at = now + timedelta(seconds=row.every_s)
    row.failures, row.result = 0, dict(result)
    if memory is not None:
        row.memory = dict(memory)
    _save(row)


def note_failure(row: Feed, now: datetime, message: Message, memory: Mapping[str, Any] | None = None) -> None:
    """Note a run that failed; the next waits longer."""
    row.failures += 1
    wait = timedelta(seconds=row.every_s) * 2 ** min(row.failures, 10)
    row.last_at, row.next_at = now, now + min(wait, LONGEST_WAIT)
    row.result = {"failed": message.as_dict()}
    if memory is not None:
        row.memory = dict(memory)
    _save(row)


def _save(row: Feed) -> None:
    """Write what a run learns and nothing else: somebody may have switched the feed off meanwhile."""
    row.save(update_fields=["last_at", "last_good_at", "next_at", "failures", "result", "memory"])

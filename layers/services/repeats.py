"""Requests that a client may send again when it never saw the answer: carried out once, answered alike.

An entry is written in the transaction of the change that it tells of, so there is none without the other. Who
comes second while the first is at work waits for its end at the entry's unique key.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

from django.utils import timezone

from gis_core.errors import Message, Reused
from layers.key_models import RepeatableRequest
from layers.written import Once, Written

KEPT = timedelta(hours=24)


def claim(actor: str, once: Once) -> Written | None:
    """Take the key for this request; return the answer instead when it was carried out before.

    Raises `Reused` when the key named another request.
    """
    entry, new = RepeatableRequest.objects.get_or_create(
        actor=actor, key=once.key, defaults={"digest": once.digest}
    )
    if new:
        return None
    if entry.created_at < timezone.now() - KEPT:
        expired = RepeatableRequest.objects.filter(pk=entry.pk, created_at=entry.created_at)
        taken = expired.update(digest=once.digest, created_at=timezone.now())
        # Taken by another meanwhile: then it is no longer expired.
        return None if taken else claim(actor, once)
    if entry.digest != once.digest:
        raise Reused(
            Message(
                f"Idempotency-Key「{once.key}」は、内容の違う別のリクエストに使われています。新しい値にしてください。",
                f"The Idempotency-Key “{once.key}” was given to another request with other content. Make a new one.",
            )
        )
    return replace(Written(**entry.answer), repeated=True)


def remember(actor: str, once: Once, written: Written) -> None:
    """Keep the answer of a request that was carried out."""
    RepeatableRequest.objects.filter(actor=actor, key=once.key).update(answer=asdict(written))


def forget() -> int:
    """Remove what is kept longer than it must; returns how many."""
    removed, _ = RepeatableRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return removed

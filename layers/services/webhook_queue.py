"""Queueing the deliveries of webhooks, apart from what carries them out: every change of a layer asks for it."""

from __future__ import annotations

import math
from contextlib import suppress

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from layers.services import queueing
from layers.webhook_models import Webhook

TASK = "layers.deliver_webhook"


def wake(layer_id: str) -> None:
    """Queue, once this transaction is committed, the webhooks that are told of the layer.

    Where that fails, the change is no less made: the worker looks for what is left each minute.
    """
    transaction.on_commit(lambda: _queue_all(layer_id), robust=True)


def queue(number: int, *, in_s: float = 0.0) -> None:
    """Queue one webhook's deliveries, now or in so many seconds, unless they are queued."""
    # A whole second later rather than earlier: what is not due yet would only be queued again.
    job = queueing.task(
        TASK, queueing_lock=f"webhook:{number}", schedule_in={"seconds": math.ceil(in_s)} if in_s else None
    )
    # In a savepoint: what is refused for being there already must not end a transaction around it.
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(number=number)


def _queue_all(layer_id: str) -> None:
    living = Webhook.objects.filter(dead_at=None, layers__contains=[layer_id])
    for number in living.values_list("pk", flat=True):
        queue(number)

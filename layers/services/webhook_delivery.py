"""What webhooks owe is sent in the order of the changes, tried again when refused, and given up after `TRIES`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from gis_core.errors import MachizuError
from layers.models import Layer, Revision
from layers.webhook_models import Webhook, WebhookDelivery
from layers.webhooks import LISTED, Target, changes_statement, send

# After the first refusal it is tried again in 4 seconds, then 16, 64, … : a receiver may be away for six hours.
TRIES = 8
_PAUSE_S = 4.0
# The first number of the advisory locks that keep a webhook's deliveries one after the other.
_LOCKS = 0x6D7A7768


def owing() -> list[int]:
    """Return the webhooks that live and have not told all there is."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT id FROM layers_webhook
            WHERE dead_at IS NULL AND EXISTS (
                SELECT FROM jsonb_each_text(told) AS t JOIN layers_layer AS l ON l.id = t.key
                WHERE l.revision > t.value::bigint)
            ORDER BY id""")
        return [number for (number,) in cursor.fetchall()]


def deliver(number: int, *, private_hosts: Collection[str] = ()) -> float | None:
    """Send what a webhook owes, one layer's changes a message, in order.

    Returns after how many seconds to come again for a message that was refused; None when nothing waits any
    more, or the webhook is dead.
    """
    with _alone(number) as alone:
        if not alone:
            return _PAUSE_S
        while (waiting := _next(number, private_hosts)) is not None:
            delivery, target = waiting
            if (left := _left(delivery)) > 0:
                return left
            try:
                send(target, str(delivery), _body(delivery))
            except MachizuError as error:
                _note_failure(delivery, error)
            else:
                _note_success(delivery)
    return None


@contextmanager
def _alone(number: int) -> Iterator[bool]:
    """Keep the webhook to this connection, if it is free; a killed worker's is when its connection ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, number])
        (free,) = cursor.fetchone()
        try:
            yield free
        finally:
            if free:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, number])


def _left(delivery: WebhookDelivery) -> float:
    """Return the seconds until a delivery may be tried again."""
    if not delivery.attempts or delivery.tried_at is None:
        return 0.0
    return _PAUSE_S**delivery.attempts - (timezone.now() - delivery.tried_at).total_seconds()


@transaction.atomic
def _next(number: int, private_hosts: Collection[str]) -> tuple[WebhookDelivery, Target] | None:
    """Return the delivery that waits, else a new one of the change that is longest untold."""
    row = Webhook.objects.select_for_update().filter(pk=number, dead_at=None).first()
    if row is None:
        return None
    waiting = row.deliveries.filter(delivered_at=None).first() or _new(row)
    return None if waiting is None else (waiting, Target(row.url, row.secret, private_hosts))


def _new(row: Webhook) -> WebhookDelivery | None:
    untold = [
        revision
        for layer, told in row.told.items()
        for revision in Revision.objects.filter(layer=layer, revision__gt=told).order_by("revision")[:1]
    ]
    if not untold:
        return None
    layer = min(untold, key=lambda revision: revision.at).layer_id
    until = Layer.objects.values_list("revision", flat=True).get(pk=layer)
    return WebhookDelivery.objects.create(webhook=row, layer=layer, since=row.told[layer], until=until)


def _body(delivery: WebhookDelivery) -> bytes:
    changes = _changes(delivery)
    content = {
        "id": str(delivery),
        "type": "layer.changed",
        "layer": delivery.layer,
        "since": delivery.since,
        "revision": delivery.until,
        # Of more changes than these the receiver asks the API: /api/collections/<layer>/changes?since=…
        "complete": len(changes) <= LISTED,
        "changes": changes[:LISTED],
    }
    return orjson.dumps(content)


def _changes(delivery: WebhookDelivery) -> list[dict[str, Any]]:
    if Layer.objects.get(pk=delivery.layer).kind == Layer.Kind.RASTER:
        return []
    statement = changes_statement(delivery.layer, delivery.since, delivery.until)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        names = ("op", "id", "revision", "at")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@transaction.atomic
def _note_success(delivery: WebhookDelivery) -> None:
    row = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
    if row is None:
        return
    row.told[delivery.layer] = delivery.until
    row.save(update_fields=["told"])
    delivery.attempts += 1
    delivery.tried_at = delivery.delivered_at = timezone.now()
    delivery.failure = None
    delivery.save()


@transaction.atomic
def _note_failure(delivery: WebhookDelivery, error: MachizuError) -> None:
    """Note an attempt; after the last one the webhook is dead."""
    attempts, now = delivery.attempts + 1, timezone.now()
    # An update only: the webhook may have been removed meanwhile.
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        attempts=attempts, tried_at=now, failure=error.message.as_dict()
    )
    if attempts >= TRIES:
        Webhook.objects.filter(pk=delivery.webhook_id).update(dead_at=now)

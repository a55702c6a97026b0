"""Webhooks: made, listed, removed, tested."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

import orjson
from django.db import transaction

from gis_core.errors import Message, NotFound
from gis_core.guarded_network import plain_url
from layers.absent import no_layer
from layers.models import Layer
from layers.services import audit
from layers.services.webhook_queue import queue
from layers.webhook_models import Webhook
from layers.webhooks import Target, check_secret, new_secret, send


@transaction.atomic
def add(url: str, layers: Sequence[str], *, actor: str, secret: str | None = None) -> dict[str, Any]:
    """Make a webhook that is told what changes in the layers from now on; returns `webhook` and its `secret`.

    Raises `BadInput` for an address or secret that cannot be used, `NotFound` for an unknown layer.
    """
    plain_url(url)
    secret = check_secret(secret) if secret else new_secret()
    told = dict(Layer.objects.filter(pk__in=layers, retired_at=None).values_list("pk", "revision"))
    for layer_id in layers:
        if layer_id not in told:
            raise no_layer(layer_id)
    row = Webhook.objects.create(
        url=url, layers=sorted(set(layers)), secret=secret, told=told, created_by=actor
    )
    audit.record(actor, "webhook.add", subject=str(row.pk), url=url, layers=row.layers)
    return {"webhook": row.pk, "secret": secret}


@transaction.atomic
def remove(number: int, *, actor: str) -> None:
    """Remove a webhook and what is known of its deliveries. Raises `NotFound`."""
    row = _row(number)
    audit.record(actor, "webhook.remove", subject=str(number), url=row.url)
    row.delete()


def all_webhooks() -> list[dict[str, Any]]:
    """Return all webhooks without their secrets, each with its `state` and what became of its newest delivery."""
    return [_told(row) for row in Webhook.objects.all()]


def test(number: int, *, actor: str, private_hosts: Collection[str] = ()) -> dict[str, Any]:
    """Send a message of type `ping`; a webhook that had been given up goes on where it stopped.

    Raises `NotFound`, `BadInput`, and `Unavailable` with what the receiver said.
    """
    row = _row(number)
    message = f"{number}.ping.{uuid.uuid4().hex}"
    body = orjson.dumps({"id": message, "type": "ping"})
    send(Target(row.url, row.secret, private_hosts), message, body)
    with transaction.atomic():
        row.deliveries.filter(delivered_at=None).update(attempts=0)
        Webhook.objects.filter(pk=number).update(dead_at=None)
        audit.record(actor, "webhook.test", subject=str(number))
    queue(number)
    return _told(_row(number))


def _row(number: int) -> Webhook:
    row = Webhook.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(
            Message(
                f"通知先 {number} はありません。machizu webhook list で番号を確かめてください。",
                f"There is no webhook {number}. See: machizu webhook list",
            )
        )
    return row


def _told(row: Webhook) -> dict[str, Any]:
    newest = row.deliveries.first()
    return {
        "webhook": row.pk,
        "url": row.url,
        "layers": row.layers,
        "state": "dead" if row.dead_at else "waiting" if newest and not newest.delivered_at else "idle",
        "told": row.told,
        "created_by": row.created_by,
        "created_at": row.created_at,
        "dead_at": row.dead_at,
        "delivery": None
        if newest is None
        else {
            "id": str(newest),
            "attempts": newest.attempts,
            "tried_at": newest.tried_at,
            "delivered_at": newest.delivered_at,
            "failure": newest.failure,
        },
    }

"""Webhooks managed by an administrator's key: listed, added, removed. The command line tests them."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from api import bodies
from api.answers import BASE_HEADERS
from api.asked import Asked, whole_number
from api.behind import Behind
from api.errors import Unauthenticated
from api.links import JSON
from gis_core.errors import BadInput, Forbidden, Message, NotFound
from layers.keys import Identity

FORMATS = {"json": JSON}
BODIES = {JSON: "newWebhook"}
HEADERS = {**BASE_HEADERS, "cache-control": "no-store"}


async def listing(asked: Asked) -> Response:
    """Answer with all webhooks and what became of their newest deliveries; never with secrets."""
    behind, _ = _administrator(asked)
    found = await asked.service.room.run(behind.webhooks)
    return Response(orjson.dumps({"webhooks": found}), 200, HEADERS, JSON)


async def add(asked: Asked) -> Response:
    """Add a webhook; its secret is told this once."""
    behind, who = _administrator(asked)
    url, layers, secret = _wanted(bodies.json_of(asked, BODIES))
    made = await asked.service.room.run(behind.add_webhook, url, layers, secret, who)
    return Response(orjson.dumps(made), 201, HEADERS, JSON)


async def remove(asked: Asked) -> Response:
    """Remove a webhook."""
    behind, who = _administrator(asked)
    number = whole_number(asked.path["webhookId"])
    await asked.service.room.run(behind.remove_webhook, number, who)
    return Response(None, 204, HEADERS)


def _administrator(asked: Asked) -> tuple[Behind, Identity]:
    """Return who asks. Raises `Unauthenticated`, `Forbidden`; `NotFound` where nothing keeps webhooks."""
    behind, who = asked.service.settings.behind, asked.identity
    if behind is None:
        raise NotFound(Message("この API に通知先はありません。", "This API keeps no webhooks."))
    if who is None:
        raise Unauthenticated(
            Message(
                "通知先の管理には、管理者の鍵が必要です（GIS 管理者が発行します）。",
                "Webhooks are managed with an administrator's key (the GIS administrator issues keys).",
            )
        )
    if who.viewer.role != "administrator" or who.viewer.layers is not None:
        raise Forbidden(
            Message(
                "通知先を管理できるのは、GIS 管理者だけです。GIS 管理者に依頼してください。",
                "Only the GIS administrator manages webhooks. Ask him.",
            )
        )
    return behind, who


def _wanted(content: Any) -> tuple[str, list[str], str | None]:
    known = {"url", "layers", "secret"}
    if (
        isinstance(content, dict)
        and content.keys() <= known
        and isinstance(content.get("url"), str)
        and isinstance(content.get("layers"), list)
        and content["layers"]
        and all(isinstance(layer, str) for layer in content["layers"])
        and isinstance(content.get("secret"), str | None)
    ):
        return content["url"], content["layers"], content.get("secret")
    raise BadInput(
        Message(
            "url（文字列）と layers（レイヤの ID の配列、一つ以上）を送ってください。secret は省けます。",
            "Send url (a string) and layers (an array of layers' ids, one or more). secret may be left out.",
        )
    )

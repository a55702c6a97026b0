"""What the server tells of itself to who runs it, and to nobody else."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

from starlette.responses import Response
from starlette.types import Scope

from api.asked import Asked
from api.errors import Unauthenticated
from api.metrics import TEXT, Jobs, Numbers
from api.service import Service
from gis_core.errors import Forbidden, MachizuError, Message
from layers.visibility import may_operate

FORMATS = {"text": TEXT}
# All processes' numbers are in an answer, those of the others at most this old.
NOTED_EVERY_S = 1.0
# Put in by proxies: behind one, everybody comes from the same machine.
FORWARDED = frozenset({b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip"})


async def metrics(asked: Asked) -> Response:
    """Answer with the numbers. Raises `Unauthenticated`, `Forbidden` for who is neither on this machine nor may operate."""
    _require_operator(asked)
    service = asked.service
    service.metrics.note(numbers(service))
    text = await asyncio.to_thread(service.metrics.text, Jobs(await _jobs(service)))
    return Response(text, 200, {"cache-control": "no-store"}, TEXT)


def numbers(service: Service) -> Numbers:
    """Return what this process counts by itself."""
    connections: dict[tuple[str, str], int] = {}
    waiting = {
        "long answers": service.long_lane.waiting,
        "exports": service.exporter.waiting,
        "writes": service.room.waiting,
    }
    for database in service.databases:
        size, idle, queue = database.connections()
        connections |= {(database.name, "busy"): size - idle, (database.name, "idle"): idle}
        waiting[f"connection {database.name}"] = queue
    cache = service.cache
    return Numbers(cache.hits, cache.misses, cache.weight, service.hub.listening, connections, waiting)


async def keep_noting(service: Service) -> None:
    """Note the numbers for ever, so that other processes can tell them."""
    while True:
        service.metrics.note(numbers(service))
        await asyncio.sleep(NOTED_EVERY_S)


async def _jobs(service: Service) -> dict[tuple[str, str], int] | None:
    behind = service.settings.behind
    if behind is None:
        return {}
    try:
        return await service.room.run(behind.jobs)
    except MachizuError:
        return None


def _require_operator(asked: Asked) -> None:
    if asked.identity is None:
        if not on_this_machine(asked.scope):
            raise Unauthenticated(
                Message(
                    "運用の数値は、このサーバー自身からか、役割 system または administrator の鍵で読めます。",
                    "These numbers are read from this machine itself, or with a key of the role system or administrator.",
                )
            )
    elif not may_operate(asked.viewer):
        raise Forbidden(
            Message(
                "運用の数値を読めるのは、役割 system または administrator の鍵だけです。GIS 管理者に依頼してください。",
                "Only keys of the role system or administrator may read these numbers. Ask the GIS administrator.",
            )
        )


def on_this_machine(scope: Scope) -> bool:
    """Tell whether who asks runs on this machine and nobody asks through him."""
    client = scope.get("client")
    if not client or any(name in FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False

"""Server-sent events: what changes, told at once to who listens, and again to who comes back.

An event's id is a place in the stream (`layers.streaming`); `Last-Event-ID` goes on from there, on any process.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import parameters
from api.answers import BASE_HEADERS
from api.asked import Asked
from api.hub import KINDS, Event, Listener, alert_event, layer_event, status_event
from gis_core.errors import BadParameter, MachizuError, Message
from layers.catalogue import PUBLIC, LayerInfo, RasterInfo
from layers.reads import Statement
from layers.streaming import Place, missed_statement, now_statement, place_of

EVENT_STREAM = "text/event-stream"
FORMATS = {"sse": EVENT_STREAM}
HEADERS = {
    **BASE_HEADERS,
    "cache-control": "no-store",
    # nginx would hold events back until its buffer is full.
    "x-accel-buffering": "no",
}
# Shorter than the minute after which proxies give a silent connection up.
HEARTBEAT_S = 15.0
# What comes within this time is told together.
PAUSE_S = 0.25
# A client comes back by itself; so rights are looked at again, and old connections do not pile up.
LIFETIME_S = 3600.0
RETRY_MS = 3000
DATABASE_PAUSE_S = 3.0


async def stream(asked: Asked) -> Response:
    """Answer with the stream of what the viewer may see. Raises `BadParameter`, `Unavailable`."""
    listener = Listener(asked.viewer, _kinds(asked), parameters.layers(asked.query, asked.catalogue))
    if asked.scope["method"] == "HEAD":
        return Response(None, 200, HEADERS, EVENT_STREAM)
    asked.service.hub.join(listener)
    return EventStream(asked, listener)


class EventStream(Response):
    """An answer without end, until the client goes, the process ends or its time is over."""

    def __init__(self, asked: Asked, listener: Listener) -> None:
        super().__init__(None, 200, HEADERS, EVENT_STREAM)
        self.raw_headers = [field for field in self.raw_headers if field[0] != b"content-length"]
        self._asked = asked
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events as they come."""
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._asked.service.hub.leave(self._listener)
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for chunk in _chunks(self._asked, self._listener):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _chunks(asked: Asked, listener: Listener) -> AsyncIterator[bytes]:
    named = asked.header(b"last-event-id")
    listener.place = listener.sent = place_of(named)
    yield b"retry: %d\n\n" % RETRY_MS
    if listener.sent is None:
        yield await _beginning(asked, listener, b"reset" if named else b"ready")
    ends = time.monotonic() + LIFETIME_S * random.uniform(0.8, 1.0)
    while not listener.ended and time.monotonic() < ends:
        chunk = await _missed(asked, listener) if listener.missed else _waiting(listener)
        if chunk:
            yield chunk
            await asyncio.sleep(PAUSE_S)
        elif not await _woken(listener):
            yield b":\n\n"


async def _beginning(asked: Asked, listener: Listener, said: bytes) -> bytes:
    """Find out where the stream stands now. What has passed since is then read as missed.

    `reset` says to who comes back that nobody knows what he missed: he should ask anew for what he shows.
    """
    listener.missed = True
    while not listener.ended:
        try:
            row = await asked.service.database.row(now_statement())
        except MachizuError:
            await asyncio.sleep(DATABASE_PAUSE_S)
            continue
        assert row is not None
        listener.place = listener.sent = Place(row[0])
        return b"event: %s\ndata: {}\nid: %s\n\n" % (said, str(listener.sent).encode())
    return b""


async def _missed(asked: Asked, listener: Listener) -> bytes:
    """Read what has passed since the listener's last id, and tell it instead of what waits.

    What comes meanwhile waits and is told next, perhaps a second time. While the database does not answer, only a
    sign of life is given.
    """
    assert listener.sent is not None
    listener.missed = False
    listener.take()
    try:
        row = await asked.service.database.row(_missed_statement(asked, listener, listener.sent))
        assert row is not None
        await _catch_up(asked, row[2] or ())
    except MachizuError:
        listener.missed = True
        await asyncio.sleep(DATABASE_PAUSE_S)
        return b":\n\n"
    now, plausible, changed, states, alerts = row
    if not plausible:
        return await _beginning(asked, listener, b"reset")
    listener.sent = Place(now)
    listener.place = listener.sent if listener.place is None else listener.place.at_least(now)
    events = [
        *(layer_event(**said) for said in changed or ()),
        *(status_event(**said) for said in states or ()),
        *(alert_event(**said) for said in alerts or ()),
    ]
    wanted = [event for event in events if event.kind in listener.kinds]
    for event in wanted:
        listener.know(event)
    return _frames(wanted, listener.sent)


def _missed_statement(asked: Asked, listener: Listener, place: Place) -> Statement:
    catalogue = asked.service.catalogues.of(listener.viewer)
    known = {*catalogue.layers, *catalogue.rasters}
    layers = known if listener.layers is None else known & listener.layers
    return missed_statement(place, layers, staff=listener.viewer != PUBLIC)


async def _catch_up(asked: Asked, changed: Iterable[Mapping[str, Any]]) -> None:
    """Let this process know of the changes before the client is told: it will ask for them at once."""
    catalogue = asked.service.catalogues.of(asked.viewer)
    known: dict[str, LayerInfo | RasterInfo] = {**catalogue.layers, **catalogue.rasters}
    behind = {said["layer"] for said in changed if known[said["layer"]].revision < said["revision"]}
    if behind:
        await asked.service.catalogues.reload(behind)


def _waiting(listener: Listener) -> bytes:
    events, listener.sent = listener.take(), listener.place
    return _frames(events, listener.place)


def _frames(events: Sequence[Event], place: Place | None) -> bytes:
    """Write events; the last one's id is the place where the client is when it has read them all."""
    if not events:
        return b""
    return b"\n".join(event.frame for event in events) + b"id: %s\n\n" % str(place).encode()


async def _woken(listener: Listener) -> bool:
    """Wait until something is to be done, or it is time for a sign of life."""
    try:
        await asyncio.wait_for(listener.wake.wait(), HEARTBEAT_S)
    except TimeoutError:
        return False
    return True


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _kinds(asked: Asked) -> frozenset[str]:
    wanted = frozenset(filter(None, asked.query.get("types", ",".join(KINDS)).split(",")))
    if not wanted or not wanted <= {*KINDS}:
        known = ", ".join(KINDS)
        raise BadParameter(
            "types", Message(f"types に使える値は {known} です。", f"types takes some of: {known}.")
        )
    return wanted

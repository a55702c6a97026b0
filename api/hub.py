"""Who listens to changes, and what waits for each: merged while he is slow, encoded once for all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import orjson

from api.catalogue import Catalogues
from api.database import Database
from api.notices import Notice, Notices
from gis_core.errors import Message, Unavailable
from layers.alerts import ALERT_CHANNEL
from layers.keys import IDENTITY_CHANNEL
from layers.reads import CHANGE_CHANNEL
from layers.status import STATUS_CHANNEL
from layers.streaming import NAMED_FEATURES, Place, published_alerts_statement
from layers.visibility import PUBLIC, Viewer

Kind = Literal["layer", "status", "alert"]
KINDS: tuple[Kind, ...] = ("layer", "status", "alert")
CHANNELS: Mapping[str, Kind] = {CHANGE_CHANNEL: "layer", STATUS_CHANNEL: "status", ALERT_CHANNEL: "alert"}
# One process serves 2,000 within half a second; twice as many is all that it should try.
LISTENERS = 4_000


@dataclass(frozen=True, eq=False)
class Event:
    """Something happened: what kind, where, and what is said of it."""

    kind: Kind
    layer: str
    data: Mapping[str, Any]

    @cached_property
    def frame(self) -> bytes:
        """The event as the stream writes it, without its id and the blank line that ends it."""
        return b"event: %s\ndata: %s\n" % (self.kind.encode(), orjson.dumps(self.data))

    @property
    def number(self) -> int:
        """How far the event goes: a layer's revision, or the newest entry of the log; 0 where neither is said."""
        return self.data.get("revision") or self.data.get("last") or 0


@lru_cache(maxsize=1024)
def merged(older: Event, newer: Event) -> Event:
    """Return one event that says what two of the same kind and place say; made once for all who are slow."""
    data = dict(newer.data)
    if newer.kind == "layer":
        data["envelope"] = _around(older.data["envelope"], newer.data["envelope"])
    else:
        name = "features" if newer.kind == "status" else "alerts"
        data[name] = _together(older.data[name], newer.data[name])
    return Event(newer.kind, newer.layer, data)


class Listener:
    """One client: what it wants to know, and what waits for it: at most one event of a kind and layer."""

    def __init__(self, viewer: Viewer, kinds: frozenset[str], layers: frozenset[str] | None) -> None:
        self.viewer = viewer
        self.kinds = kinds
        self.layers = layers
        # Where the client is when it has read what waits, and where it is by the last id that it was sent.
        self.place: Place | None = None
        self.sent: Place | None = None
        # Something may have passed unheard: only the database knows.
        self.missed = True
        self.ended = False
        self.wake = asyncio.Event()
        self._waiting: dict[tuple[Kind, str], Event] = {}
        # What the database has told already, and notices may yet tell.
        self._known: dict[tuple[Kind, str], int] = {}

    def wants(self, kind: str, layer: str) -> bool:
        """Tell whether the client asked for such events."""
        return kind in self.kinds and (not layer or self.layers is None or layer in self.layers)

    def offer(self, event: Event, payload: dict[str, Any]) -> None:
        """Let an event wait for the client."""
        if self.place is None or self.missed:
            # The database will be asked, which knows this one too.
            return
        key = (event.kind, event.layer)
        self.place = self.place.after(payload)
        if 0 < event.number <= self._known.get(key, 0):
            return
        before = self._waiting.pop(key, None)
        self._waiting[key] = event if before is None else merged(before, event)
        self.wake.set()

    def know(self, event: Event) -> None:
        """Note that the database has told an event, which no notice shall tell again."""
        key = (event.kind, event.layer)
        self._known[key] = max(event.number, self._known.get(key, 0))
        waits = self._waiting.get(key)
        if waits is not None and 0 < waits.number <= event.number:
            del self._waiting[key]

    def miss(self) -> None:
        """Note that something may have passed."""
        self.missed = True
        self.wake.set()

    def end(self) -> None:
        """Ask the stream to end."""
        self.ended = True
        self.wake.set()

    def take(self) -> list[Event]:
        """Return what waits, which then waits no more."""
        self.wake.clear()
        events, self._waiting = [*self._waiting.values()], {}
        return events


class Hub:
    """All listeners of this process."""

    def __init__(self, catalogues: Catalogues, database: Database) -> None:
        self._catalogues = catalogues
        self._database = database
        self._listeners: set[Listener] = set()
        self._closed = False

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def join(self, listener: Listener) -> None:
        """Tell the listener from now on. Raises `Unavailable` when there are too many, or the process ends."""
        if self._closed or len(self._listeners) >= LISTENERS:
            raise Unavailable(
                Message(
                    "いま受信中の相手が多すぎます。しばらくして、やり直してください。",
                    "Too many are listening now. Try again later.",
                )
            )
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        """Tell the listener no more."""
        self._listeners.discard(listener)

    def close(self) -> None:
        """End all streams, and take no new listeners."""
        self._closed = True
        for listener in self._listeners:
            listener.end()

    async def told(self, notices: Notices) -> None:
        """Pass on what the database tells; the catalogues must know it already. Raises `Unavailable`."""
        if notices is None:
            for listener in self._listeners:
                listener.miss()
            return
        ids = {i for n in notices if n.channel == ALERT_CHANNEL for i in n.payload.get("alerts", ())}
        rows = await self._database.rows(published_alerts_statement(ids)) if ids else []
        shown = {row[0] for row in rows}
        # Without a pause from here on: a listener's place stands for all that was told before.
        for notice in notices:
            if notice.channel == IDENTITY_CHANNEL:
                self._end_staff()
            else:
                self._pass_on(notice, shown)

    def _end_staff(self) -> None:
        """End the streams of all who are known by name: they come back with the rights they have now."""
        for listener in self._listeners:
            if listener.viewer != PUBLIC:
                listener.end()

    def _pass_on(self, notice: Notice, shown: set[int]) -> None:
        event = _event(notice, shown)
        if event is None:
            return
        visible: dict[Viewer, bool] = {}
        for listener in self._listeners:
            if not listener.wants(event.kind, event.layer):
                continue
            viewer = listener.viewer
            if viewer not in visible:
                visible[viewer] = not event.layer or self._catalogues.of(viewer).knows(event.layer)
            if visible[viewer]:
                listener.offer(event, notice.payload)


def _event(notice: Notice, shown: set[int]) -> Event | None:
    kind, payload = CHANNELS.get(notice.channel), notice.payload
    if kind == "alert":
        alerts = [alert for alert in payload.get("alerts", ()) if alert in shown]
        return Event("alert", "", {"alerts": alerts}) if alerts else None
    layer = payload.get("layer")
    if kind is None or not layer:
        return None
    if kind == "layer":
        return layer_event(layer, payload.get("revision"), payload.get("envelope"))
    return status_event(layer, payload.get("features"), payload.get("last"))


def layer_event(layer: str, revision: int | None, envelope: list[float] | None) -> Event:
    """Return the event of a layer's change; no envelope where all of it may have changed."""
    whole = None if envelope is None or None in envelope else envelope
    return Event("layer", layer, {"layer": layer, "revision": revision, "envelope": whole})


def status_event(layer: str, features: list[int] | None, last: int | None) -> Event:
    """Return the event of new entries in the log of live status; no features where they are too many."""
    return Event("status", layer, {"layer": layer, "features": features, "last": last})


def alert_event(alerts: list[int]) -> Event:
    """Return the event of alerts that came or ended; no numbers where they are too many."""
    return Event("alert", "", {"alerts": alerts if len(alerts) <= NAMED_FEATURES else None})


def _around(one: list[float] | None, other: list[float] | None) -> list[float] | None:
    if one is None or other is None:
        return None
    return [*map(min, one[:2], other[:2]), *map(max, one[2:], other[2:])]


def _together(one: list[int] | None, other: list[int] | None) -> list[int] | None:
    if one is None or other is None:
        return None
    both = sorted({*one, *other})
    return both if len(both) <= NAMED_FEATURES else None

"""How much one may ask: requests a minute and a day, and how many long answers are made at a time.

Written here, not taken from PyPI's `limits` 5.8: its memory storage starts a thread for cleaning up within the request,
which holds the event loop up for 0.3 ms (median; a tenth of them 1.6 ms) where requests come a hundredth of a second
apart; its asynchronous one looks through all counts at every request (0.55 ms with 2,000 addresses); neither is bounded
in memory. This takes 1 µs.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from api.behind import BackRoom, Behind
from api.errors import TooMany, log
from gis_core.errors import MachizuError, Message, Unavailable
from layers.keys import Identity

WINDOW_S = 60.0
ROUNDING_S = 1e-6
# Addresses and keys remembered; 50,000 take about 10 MB.
REMEMBERED = 50_000
NOTED_EVERY_S = 10.0
# A household has a whole /64 of IPv6 addresses.
IPV6_PREFIX = 64

Headers = list[tuple[bytes, bytes]]


class Rates:
    """Counts requests a minute by the generic cell rate algorithm: one number for each who asks.

    A whole minute's worth may come at once; then one more whenever its share of the minute has passed.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def admit(self, who: str, rate: int) -> Headers:
        """Count a request of one who may make `rate` a minute; return what he is told. Raises `TooMany`."""
        now = time.monotonic()
        interval = WINDOW_S / rate
        used = max(self._next.get(who, now), now) + interval - now
        if used > WINDOW_S + ROUNDING_S:
            raise TooMany(_too_fast(rate), max(1, math.ceil(used - WINDOW_S)), rate)
        if len(self._next) >= REMEMBERED and who not in self._next:
            self._clear(now)
        self._next[who] = now + used
        left = int((WINDOW_S - used) / interval + ROUNDING_S)
        # draft-ietf-httpapi-ratelimit-headers-06, whose fields clients know.
        return [
            (b"ratelimit-limit", b"%d" % rate),
            (b"ratelimit-remaining", b"%d" % left),
            (b"ratelimit-reset", b"%d" % math.ceil(used)),
        ]

    def spent(self, who: str, rate: int) -> bool:
        """Tell whether one more request would be refused."""
        now = time.monotonic()
        return self._next.get(who, now) + WINDOW_S / rate - now > WINDOW_S + ROUNDING_S

    def _clear(self, now: float) -> None:
        """Drop who has nothing counted any more; when all have, all: a flood of addresses fills no memory."""
        self._next = {who: until for who, until in self._next.items() if until > now}
        if len(self._next) >= REMEMBERED:
            self._next = {}


def address_of(client: tuple[str, int] | None) -> str:
    """Return what of a client's address requests are counted by."""
    host = client[0] if client else ""
    if ":" not in host:
        return host
    try:
        packed = ip_address(host.partition("%")[0]).packed
    except ValueError:
        return host
    return packed[: IPV6_PREFIX // 8].hex()


@dataclass
class _Day:
    """A key's requests of a day: those of all processes as last noted, and those not noted yet."""

    day: str
    noted: int
    unnoted: int = 0
    used: bool = False


class Quotas:
    """Counts keys' requests a day; the database, which adds the processes up, is told every few seconds."""

    def __init__(self, zone: str, behind: Behind | None, room: BackRoom) -> None:
        self._zone = ZoneInfo(zone)
        self._behind = behind
        self._room = room
        self._days: dict[int, _Day] = {}

    def count(self, who: Identity, *, counted: bool) -> None:
        """Note a request of a key, and count it where it counts. Raises `TooMany` when the day's quota is used up."""
        assert who.key is not None
        now = datetime.now(self._zone)
        today = now.date().isoformat()
        day = self._days.get(who.key)
        if day is None or day.day != today:
            day = self._days[who.key] = _Day(
                today, who.used_today if day is None else 0, day.unnoted if day else 0
            )
        day.used = True
        if not counted:
            return
        if who.quota is not None and day.noted + day.unnoted >= who.quota:
            midnight = datetime.combine(now.date() + timedelta(days=1), clock_time(), self._zone)
            raise TooMany(_used_up(who.quota), max(1, math.ceil((midnight - now).total_seconds())), who.quota)
        day.unnoted += 1

    async def note(self) -> None:
        """Tell the database what was counted since the last time; what cannot be told is told the next time."""
        told = {key: day.unnoted for key, day in self._days.items() if day.used}
        if self._behind is None or not told:
            return
        totals = await self._room.run(self._behind.note_use, told)
        for key, requests in told.items():
            day = self._days[key]
            day.used, day.unnoted = day.unnoted > requests, day.unnoted - requests
            day.noted = totals.get(key, day.noted + requests)

    async def keep_noting(self) -> None:
        """Note for ever."""
        while True:
            await asyncio.sleep(NOTED_EVERY_S)
            try:
                await self.note()
            except MachizuError as error:
                log.warning("The keys' use could not be noted, it will be: %s", error.detail or error)


class Lane:
    """Lets so many through at a time and so many wait; who comes then is told to come again."""

    def __init__(self, size: int, waiting: int) -> None:
        self._open = asyncio.Semaphore(size)
        self._most_waiting = waiting
        self._room = size + waiting

    @property
    def waiting(self) -> int:
        """How many wait."""
        return max(0, self._most_waiting - self._room)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a place while the block runs. Raises `Unavailable` when too many wait already."""
        if not self._room:
            raise Unavailable(BUSY_LANE)
        self._room -= 1
        try:
            async with self._open:
                yield
        finally:
            self._room += 1


BUSY_LANE = Message(
    "時間のかかる要求が重なっています。数秒おいてやり直してください。",
    "Too many long answers are being made. Try again in a few seconds.",
)


def _too_fast(rate: int) -> Message:
    return Message(
        f"要求が多すぎます（1 分に {rate} 回まで）。Retry-After の秒数を待ってやり直してください。",
        f"Too many requests (at most {rate} a minute). Wait for the seconds of Retry-After, then try again.",
    )


def _used_up(quota: int) -> Message:
    return Message(
        f"この鍵の今日の上限（{quota} 回）に達しました。日付が変わってからやり直すか、管理者に上限の変更を依頼してください。",
        f"Today's quota of this key ({quota} requests) is used up. Try again tomorrow, or ask the administrator for more.",
    )

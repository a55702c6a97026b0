"""How much one may ask: requests a minute and a day, and how many long answers are made at a time."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from functools import lru_cache
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.behind import BackRoom, Behind
from api.errors import TooMany, log
from gis_core.errors import MachizuError, Message, Unavailable
from layers.keys import Identity

# Counts remembered, two for each address and key.
REMEMBERED = 20_000
NOTED_EVERY_S = 10.0
# A household has a whole /64 of IPv6 addresses.
IPV6_PREFIX = 64

Headers = list[tuple[bytes, bytes]]


class Rates:
    """Counts requests a minute, in a window that slides: two numbers for each who asks.

    A whole minute's worth may come at once. Measured: 11 µs a request with its headers, 20 µs while 50,000 ask;
    tiles are not counted.
    """

    def __init__(self) -> None:
        self._counts = MemoryStorage()
        self._windows = SlidingWindowCounterRateLimiter(self._counts)

    def admit(self, who: str, rate: int) -> Headers:
        """Count a request of one who may make `rate` a minute; return what he is told. Raises `TooMany`."""
        limit = _a_minute(rate)
        # A flood of addresses fills no memory; the storage looks all through at every cleaning, too.
        if len(self._counts.storage) >= REMEMBERED:
            self._counts.reset()
        admitted = self._windows.hit(limit, who)
        until, left = self._windows.get_window_stats(limit, who)
        reset = max(1, math.ceil(until - time.time()))
        if not admitted:
            raise TooMany(_too_fast(rate), reset, rate)
        # draft-ietf-httpapi-ratelimit-headers-06, whose fields clients know.
        return [
            (b"ratelimit-limit", b"%d" % rate),
            (b"ratelimit-remaining", b"%d" % left),
            (b"ratelimit-reset", b"%d" % reset),
        ]

    def spent(self, who: str, rate: int) -> bool:
        """Tell whether one more request would be refused."""
        return not self._windows.test(_a_minute(rate), who)


@lru_cache(maxsize=256)
def _a_minute(rate: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(rate)


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

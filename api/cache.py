"""An in-process cache of bytes: weighed, least recently used goes first, each value made once at a time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

# What a key and its entry cost beside the bytes, roughly.
ENTRY_BYTES = 300


class ByteCache:
    """Holds values up to `capacity` bytes in all. Keys carry revisions, so nothing ever needs to be purged.

    `hits` and `misses` count what was asked for, `weight` is the bytes held.
    """

    def __init__(self, capacity: int) -> None:
        self.hits = 0
        self.misses = 0
        self.weight = 0
        self._capacity = capacity
        self._entries: OrderedDict[Hashable, bytes] = OrderedDict()
        self._flights: dict[Hashable, asyncio.Task[bytes]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the value of `key`, made by `make` where it is missing.

        All who ask for a missing key at the same time wait for one `make`; one who gives up takes nothing
        from the others. What `make` raises goes to all of them and is not kept.
        """
        found = self.peek(key)
        if found is not None:
            self.hits += 1
            return found
        self.misses += 1
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fill(key, make))
            self._flights[key] = flight
            flight.add_done_callback(_retrieve)
        return await asyncio.shield(flight)

    def peek(self, key: Hashable) -> bytes | None:
        """Return the value of `key` if it is there, counting nothing."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    async def _fill(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            value = await make()
            self._keep(key, value)
            return value
        finally:
            del self._flights[key]

    def _keep(self, key: Hashable, value: bytes) -> None:
        if len(value) + ENTRY_BYTES > self._capacity:
            return
        self._entries[key] = value
        self.weight += len(value) + ENTRY_BYTES
        while self.weight > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self.weight -= len(oldest) + ENTRY_BYTES


def _retrieve(flight: asyncio.Task[bytes]) -> None:
    """Take note of a failure even when nobody waits any more, so that asyncio does not report it as lost."""
    if not flight.cancelled():
        flight.exception()

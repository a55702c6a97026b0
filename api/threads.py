"""Threads that answer the event loop, each with something of its own that lives as long as it does.

Written here, not taken from `concurrent.futures`: measured, an executor's two futures and its wake-up cost as much as
reading a value from a raster does.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

Own = TypeVar("Own")
T = TypeVar("T")


class Threads(Generic[Own]):
    """Runs work in `count` threads; `own` makes what each thread hands to its work, and closes at its end."""

    def __init__(self, count: int, name: str, own: Callable[[], AbstractContextManager[Own]]) -> None:
        self._own = own
        self._jobs: SimpleQueue[Callable[[Own], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[Own], T]) -> T:
        """Return what `work` returns in one of the threads, or raise what it raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def job(own: Own) -> None:
            # Nobody waits any more: the client has gone.
            if future.cancelled():
                return
            settle: Callable[[Any], None]
            outcome: Any
            try:
                settle, outcome = future.set_result, work(own)
            except Exception as error:
                settle, outcome = future.set_exception, error
            # The loop may have closed meanwhile.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, future, settle, outcome)

        self._jobs.put(job)
        return await future

    def close(self) -> None:
        """Let the threads finish what they do, and end."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with self._own() as own:
            while (job := self._jobs.get()) is not None:
                job(own)


def _settle(future: asyncio.Future[Any], settle: Callable[[Any], None], outcome: Any) -> None:
    if not future.done():
        settle(outcome)

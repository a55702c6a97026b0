"""Threads answer the event loop, each with something of its own that ends with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.threads import Threads


class Own:
    """What each thread has; tells what became of it."""

    made: list[str]
    closed: list[str]

    def __init__(self) -> None:
        self.made, self.closed = [], []

    @contextmanager
    def open(self) -> Iterator[str]:
        name = threading.current_thread().name
        self.made.append(name)
        yield name
        self.closed.append(name)


def test_work_is_done_in_a_thread_with_its_own_and_returns_or_raises() -> None:
    own = Own()
    threads = Threads(2, "worker", own.open)

    async def asked() -> None:
        names = await asyncio.gather(*(threads.run(lambda name: name) for _ in range(20)))
        assert set(names) <= {"worker-0", "worker-1"}
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda _: 1 // 0)
        assert await threads.run(lambda _: 1) == 1

    asyncio.run(asked())
    threads.close()
    assert sorted(own.made) == sorted(own.closed) == ["worker-0", "worker-1"]


def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    threads = Threads(1, "worker", Own().open)
    done: list[str] = []
    go = threading.Event()

    async def asked() -> None:
        first = asyncio.create_task(threads.run(lambda _: go.wait(60)))
        second = asyncio.create_task(threads.run(lambda _: done.append("second")))
        third = asyncio.create_task(threads.run(lambda _: done.append("third")))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go.set()
        await asyncio.gather(first, third)

    asyncio.run(asked())
    threads.close()
    assert done == ["third"]

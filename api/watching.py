"""Noticing that a client has gone, so that nothing is worked out for nobody."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

# Most answers are made sooner; watching those would cost more than it saves.
WATCH_AFTER_S = 0.1


class Watch:
    """Cancels a request's task when its client goes while the answer is made; the running query goes with it."""

    __slots__ = ("_receive", "_task", "_timer", "_watcher", "gone")

    def __init__(self, receive: Receive) -> None:
        self.gone = False
        self._receive = receive
        self._task = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Watch from a moment later on. What the client sends is no longer read by anybody else."""
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._begin)

    def stop(self) -> None:
        """Watch no longer: the answer is made."""
        if self._timer is not None:
            self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()

    def _begin(self) -> None:
        self._watcher = asyncio.create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._task is not None:
            self._task.cancel()

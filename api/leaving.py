"""Learning at once that the process shall end: a server waits for its streams, and they wait for nothing."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType


def when_asked_to_leave(leave: Callable[[], None]) -> None:
    """Call `leave` in this loop as soon as SIGTERM or SIGINT comes, before the server's own handler goes on.

    ASGI tells an application of the end only after all its answers have ended. Where the server has no handler of
    its own, or does not run in the main thread, its way to end is another and nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        _before(number, lambda: loop.call_soon_threadsafe(leave))


def _before(number: signal.Signals, leave: Callable[[], object]) -> None:
    further = signal.getsignal(number)
    if not callable(further) or further is signal.default_int_handler:
        return

    def handle(signum: int, frame: FrameType | None) -> None:
        leave()
        further(signum, frame)

    signal.signal(number, handle)

"""Ending a command before its time: Ctrl-C and SIGTERM alike, tidily, with one message."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gis_core.errors import MachizuError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Cancelled(MachizuError):
    """Somebody ended the command; the command line exits with 130."""


@contextmanager
def cancellable() -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM raise `KeyboardInterrupt` in the block; further ones do not disturb its end.

    A signal that is ignored, as by `nohup` or in a shell's background, stays ignored.
    """
    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]

    def stop(number: int, frame: FrameType | None) -> None:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

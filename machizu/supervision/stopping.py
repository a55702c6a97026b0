"""Turns SIGTERM, SIGINT and SIGHUP into one question: are we asked to stop?"""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType, TracebackType
from typing import Any


def _signals() -> list[signal.Signals]:
    # `nohup` asks to outlive the terminal by ignoring SIGHUP.
    outlives_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGTERM, signal.SIGINT, *([] if outlives_terminal else [signal.SIGHUP])]


class StopRequest:
    """While entered, a stop signal is remembered and wakes `wait`; nothing is interrupted half-way."""

    def __init__(self) -> None:
        self.requested = False
        self._wake, self._woken = socket.socketpair()
        self._before: dict[signal.Signals, Any] = {}
        self._wakeup_before = -1

    def __enter__(self) -> StopRequest:
        """Take over the signals."""
        for end in (self._wake, self._woken):
            end.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._remember) for number in _signals()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._wake.close()
        self._woken.close()

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds`, less when a signal comes; tell whether to stop."""
        if not self.requested and select.select([self._woken], [], [], seconds)[0]:
            self._woken.recv(4096)
        return self.requested

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.requested = True

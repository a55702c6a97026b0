"""How far a long command is: one line on the standard error, in place on a terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_WIDTH = 100


class ProgressLine:
    """Says how many rows are done, how many in a second, and how long the rest will take.

    On a terminal the line is written over; elsewhere there is one line for each call. Nothing is written where
    the standard error is no terminal, unless `asked`.
    """

    def __init__(self, *, asked: bool, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._silent = not (asked or self._terminal)
        self._begun = time.monotonic()
        self._told = False

    def rows(self, done: int, total: int | None) -> None:
        """Say that so many rows are done, of about `total`."""
        rate = done / max(time.monotonic() - self._begun, 0.001)
        said = f"{done:,} 行 / rows  {rate:,.0f} 行/秒 / rows/s"
        if total is not None and total > done:
            said = f"{done:,} / {total:,} 行 / rows  {rate:,.0f} 行/秒 / rows/s  残り約 / left {_duration((total - done) / rate)}"
        self._write(said)

    def end(self) -> None:
        """Leave the line."""
        if self._told and self._terminal:
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, said: str) -> None:
        if self._silent:
            return
        self._told = True
        self._stream.write(f"\r{said:<{_WIDTH}}" if self._terminal else f"{said}\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"

"""File locks, which the kernel gives back however a process ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machizu.embedded.errors import Busy

WAIT_SECONDS = 180
STEP_SECONDS = 0.1


def open_lock(file: Path) -> int:
    """Open a lock file, making it if needed; the caller closes it, which gives the lock back."""
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, operation: int = fcntl.LOCK_EX) -> bool:
    """Take the lock if nobody stands against it."""
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive(file: Path) -> Iterator[None]:
    """Hold `file` alone, waiting for others up to `WAIT_SECONDS`. Raises `Busy`."""
    descriptor = open_lock(file)
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise Busy(file.parent)
            time.sleep(STEP_SECONDS)
        yield
    finally:
        os.close(descriptor)

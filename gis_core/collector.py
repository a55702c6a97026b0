"""Python's garbage collector, which walks all that is living, again and again, while much is being made."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """Keep the collector still while the block runs: a fifth of a load's time, a tenth of a command's start."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def spare_the_end() -> None:
    """Keep the collector from walking everything once more when the process ends: a quarter of a second."""
    atexit.register(gc.freeze)

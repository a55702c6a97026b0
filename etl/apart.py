"""Reading and cleaning in a process of its own.

It gets itself ready while the caller still connects to the store, and the two then run on two cores. It must be
begun before the caller has threads: it is a fork of the caller.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from etl.ahead import ahead
from etl.faults import fault
from etl.steps import Read, Request, steps
from gis_core.allocator import keep_what_is_freed

if TYPE_CHECKING:
    from etl.steps import CopiedPart, Outline

# What nearly every file needs.
_NEEDED = ("etl.pipeline", "etl.reading", "layers.delivery")
# A part takes a second or two; after so long the process hangs.
_END_SECONDS = 30


class _End:
    """What the process says last: nothing more, or why it failed."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


@contextmanager
def reader() -> Iterator[Read]:
    """Have the process running while the block runs; it reads one file, as `etl.steps.steps` would here."""
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, ours), name="etl-apart")
    process.start()
    theirs.close()
    try:
        yield partial(_read, ours)
    finally:
        # It learns by this that nobody takes what it makes, and puts away what it has unpacked.
        ours.close()
        process.join(_END_SECONDS)
        process.kill()


def _read(connection: Connection, request: Request) -> Iterator[Outline | CopiedPart]:
    return ahead(_received(connection, request))


def _received(connection: Connection, request: Request) -> Iterator[Outline | CopiedPart]:
    try:
        connection.send(request)
        while not isinstance(step := connection.recv(), _End):
            yield step
    except (EOFError, OSError) as error:
        raise fault("broken_off") from error
    if step.error is not None:
        raise step.error


def _serve(connection: Connection, callers_end: Connection) -> None:
    """Wait for the request and send its steps, until the caller is gone."""
    callers_end.close()
    # Ctrl-C, and SIGTERM to a service, reach every process of the command; it is the caller's to end this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    gc.disable()
    keep_what_is_freed()
    for module in _NEEDED:
        import_module(module)
    try:
        with closing(steps(connection.recv())) as made:
            _send_all(connection, made)
    except (EOFError, OSError):
        return


def _send_all(connection: Connection, made: Iterator[Outline | CopiedPart]) -> None:
    try:
        for step in made:
            connection.send(step)
    except Exception as error:
        connection.send(_End(error))
    else:
        connection.send(_End(None))

"""Reading and cleaning go on in a thread while the database stores and judges what came before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

# So many parts may wait for the database: more would only be more memory.
_WAITING = 2
_POLL_SECONDS = 0.1


class _End:
    """What the thread says last: nothing more, or why it failed."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items of an iterable which a thread runs ahead of us; its errors are raised here.

    The thread ends when the items do, or when nobody takes them any more.
    """
    queue: Queue[T | _End] = Queue(_WAITING)
    stopped = Event()
    thread = Thread(target=_fill, args=(items, queue, stopped), name="etl-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        while thread.is_alive():
            _discard(queue)


def _fill(items: Iterable[T], queue: Queue[T | _End], stopped: Event) -> None:
    end = _End(None)
    try:
        for item in items:
            if stopped.is_set():
                break
            queue.put(item)
    except BaseException as error:
        end = _End(error)
    queue.put(end)


def _discard(queue: Queue[T | _End]) -> None:
    """Make room for what the thread is still about to put."""
    try:
        queue.get(timeout=_POLL_SECONDS)
    except Empty:
        return

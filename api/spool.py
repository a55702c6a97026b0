"""A file that is read while it is still written: made at the database's speed, fetched at the client's."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

CHUNK = 256 * 1024


class Stopped(Exception):
    """Nobody wants the file any more."""


class Spool:
    """Bytes on the way from one thread to one reader, on a disk file without a name.

    Such a file goes with whoever holds it, also when the process is killed. Made in the event loop; `write`,
    `take` and `on_stop` are for the one thread that makes the file, all else is for the loop.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._size = 0
        self._done = False
        self._error: Exception | None = None
        self._stopped = threading.Event()
        self._stop: Callable[[], None] | None = None
        self._lock = threading.Lock()
        descriptor, name = tempfile.mkstemp(prefix="machizu-export-")
        Path(name).unlink()
        self._descriptor: int | None = descriptor

    def write(self, data: bytes) -> int:
        """Add to the file. Raises `Stopped` when nobody wants it any more."""
        with self._lock:
            if self._descriptor is None or self._stopped.is_set():
                raise Stopped
            left = memoryview(data)
            while left:
                left = left[os.write(self._descriptor, left) :]
        self._tell(self._grown, len(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there. Writers of archives ask for it."""

    def take(self, path: Path) -> None:
        """Have this file be the content; its name is taken away. Raises `Stopped`."""
        with self._lock:
            if self._descriptor is None or self._stopped.is_set():
                raise Stopped
            os.close(self._descriptor)
            self._descriptor = os.open(path, os.O_RDONLY)
            size = os.fstat(self._descriptor).st_size
        path.unlink()
        self._tell(self._grown, size)

    def on_stop(self, stop: Callable[[], None]) -> None:
        """Have `stop` called, from another thread, when nobody wants the file any more. Raises `Stopped`."""
        self._stop = stop
        if self._stopped.is_set():
            raise Stopped

    def finished(self, error: Exception | None = None) -> None:
        """Note that no more comes, for whatever reason."""
        self._done, self._error = True, error
        self._news.set()

    @property
    def given_up(self) -> bool:
        """Whether nobody wants the file any more."""
        return self._stopped.is_set()

    @property
    def size(self) -> int:
        """How many bytes there are by now."""
        return self._size

    async def begun(self, *, whole: bool) -> int:
        """Wait for the first bytes, or for the `whole` file; return how many there are. Raises what went wrong."""
        while not (self._done or (self._size and not whole)):
            await self._news.wait()
            self._news.clear()
        if self._error is not None and (whole or not self._size):
            raise self._error
        return self._size

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the file as it grows. Raises what went wrong in making it."""
        position = 0
        while True:
            self._news.clear()
            while position < self._size:
                chunk = await asyncio.to_thread(self._read, position, min(CHUNK, self._size - position))
                position += len(chunk)
                yield chunk
            if self._done and position == self._size:
                if self._error is not None:
                    raise self._error
                return
            await self._news.wait()

    def close(self) -> None:
        """Give the file up, finished or not."""
        if not self._done and not self._stopped.is_set():
            self._stopped.set()
            if self._stop is not None:
                # It may wait for the database or for another process.
                self._loop.run_in_executor(None, self._stop)
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _read(self, position: int, length: int) -> bytes:
        with self._lock:
            if self._descriptor is None:
                raise Stopped
            return os.pread(self._descriptor, length, position)

    def _grown(self, by: int) -> None:
        self._size += by
        self._news.set()

    def _tell(self, told: Callable[[int], None], value: int) -> None:
        try:
            self._loop.call_soon_threadsafe(told, value)
        except RuntimeError:
            # The loop is closed: the server has ended.
            raise Stopped from None

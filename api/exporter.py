"""Makes files for the API: a few at a time, in threads and processes of their own, into spools."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, cast

import psycopg

from api.database import translated
from api.errors import log
from api.formats.apart import write_apart
from api.formats.job import Job
from api.formats.lines import Sink
from api.limits import Lane
from api.spool import Spool
from gis_core.errors import MachizuError, Message, Unavailable

GZIP_LEVEL = 3
TOO_MANY = Message(
    "ダウンロードが混み合っています。少し待ってからやり直してください。",
    "Too many downloads at a time. Wait a moment, then try again.",
)


class Exporter:
    """Makes so many files `at_once`, lets so many wait, and keeps so many for clients that fetch them slowly."""

    def __init__(self, at_once: int, waiting: int, kept: int) -> None:
        self._lane = Lane(at_once, waiting)
        self._threads = ThreadPoolExecutor(at_once, "export")
        self._kept = kept
        self._spools: set[Spool] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many files wait to be made."""
        return self._lane.waiting

    async def make(self, job: Job, conninfo: str, *, compress: bool, whole: bool) -> Spool:
        """Return the file when its first bytes, or the `whole` of it, are there; `give_back` it afterwards.

        Raises `Unavailable` when too many are asked for, and what goes wrong in making it.
        """
        if len(self._spools) >= self._kept:
            raise Unavailable(TOO_MANY)
        spool = Spool()
        self._spools.add(spool)
        task = asyncio.create_task(self._run(spool, job, conninfo, compress))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await spool.begun(whole=whole)
        except BaseException:
            self.give_back(spool)
            raise
        return spool

    def give_back(self, spool: Spool) -> None:
        """Close a file; one that is still made is made no further."""
        self._spools.discard(spool)
        spool.close()

    def close(self) -> None:
        """Make no more files and give up those that there are."""
        for spool in [*self._spools]:
            self.give_back(spool)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, spool: Spool, job: Job, conninfo: str, compress: bool) -> None:
        error: Exception | None = None
        try:
            async with self._lane.taken():
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._threads, _make, spool, job, conninfo, compress)
        except Exception as failure:
            error = _as_told(failure)
        if isinstance(error, MachizuError) and error.detail and not spool.given_up:
            log.error("A file (%s of %s) failed: %s", job.wanted.format, job.wanted.info.id, error.detail)
        spool.finished(error)


def _as_told(failure: Exception) -> Exception:
    """Whatever it is, whoever waits for the file must hear of it."""
    try:
        return translated(failure) if isinstance(failure, psycopg.Error) else failure
    except psycopg.Error as unknown:
        return unknown


def _make(spool: Spool, job: Job, conninfo: str, compress: bool) -> None:
    if job.values is not None:
        with tempfile.TemporaryDirectory(prefix="machizu-export-") as folder:
            spool.take(write_apart(conninfo, job.values, Path(folder), spool.on_stop))
        return
    with psycopg.connect(conninfo) as connection:
        spool.on_stop(connection.cancel)
        with job.rows(connection) as rows, _packed(spool, compress) as sink:
            job.write(rows, sink)


@contextlib.contextmanager
def _packed(spool: Spool, compress: bool) -> Iterator[Sink]:
    if not compress:
        yield spool
        return
    with gzip.GzipFile(
        fileobj=cast(IO[bytes], spool), mode="wb", compresslevel=GZIP_LEVEL, mtime=0
    ) as packed:
        yield packed

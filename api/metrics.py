"""Numbers for Prometheus: how long answers take, what the cache saves, who waits for what.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder before this is imported, all processes of the server keep their
numbers in files there and each answers with the sum; without it a process answers for itself.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.tracing import Trace

# Prometheus's own text format, which every version reads.
TEXT = "text/plain; version=0.0.4; charset=utf-8"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
# Seconds. A kept tile takes a tenth of the first, a page of 10,000 features about 0.1 s; SQL ends at 10 s.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# This part of the library tells no types.
_shared: Any = multiprocess
_CLASSES = {number: f"{number}xx" for number in range(1, 6)}


@dataclass(frozen=True)
class Numbers:
    """What a process counts elsewhere: hits and misses since its start, all else as it is now.

    `connections` by pool and state, `waiting` by what is waited for.
    """

    cache_hits: int = 0
    cache_misses: int = 0
    cache_bytes: int = 0
    listeners: int = 0
    connections: Mapping[tuple[str, str], int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)


class Metrics:
    """The numbers of one API. Labels are names of operations, layers and pools: as many as there are of these."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "machizu_request_seconds",
            "Time until an answer begins, by operation (empty: pages and files), layer and class of status",
            ("route", "layer", "status"),
            buckets=BOUNDS,
            registry=registry,
        )
        self._sql = Histogram(
            "machizu_sql_seconds",
            "Time of a request in the database, waiting for a connection included, by operation and layer",
            ("route", "layer"),
            buckets=BOUNDS,
            registry=registry,
        )
        self._hits = Counter("machizu_tile_cache_hits", "Tiles answered from memory", registry=registry)
        self._misses = Counter("machizu_tile_cache_misses", "Tiles that had to be made", registry=registry)
        gauge = partial(Gauge, multiprocess_mode="livesum", registry=registry)
        self._bytes = gauge("machizu_tile_cache_bytes", "Bytes of the tiles kept, all processes together")
        self._listeners = gauge("machizu_stream_listeners", "Clients that listen to changes")
        self._connections = gauge("machizu_pool_connections", "Database connections", ("pool", "state"))
        self._waiting = gauge("machizu_waiting", "Requests that wait, by what they wait for", ("place",))
        self._before = Numbers()
        # Finding a labelled number costs as much as half its update.
        self._timed: dict[tuple[str, str, int], Histogram] = {}
        self._sql_timed: dict[tuple[str, str], Histogram] = {}

    def answered(self, trace: Trace, status: int, seconds: float) -> None:
        """Count an answered request."""
        key = trace.route, trace.layer, status // 100
        timed = self._timed.get(key)
        if timed is None:
            timed = self._timed[key] = self._requests.labels(key[0], key[1], _CLASSES.get(key[2], ""))
        timed.observe(seconds)
        if trace.sql_s:
            of = key[:2]
            spent = self._sql_timed.get(of)
            if spent is None:
                spent = self._sql_timed[of] = self._sql.labels(*of)
            spent.observe(trace.sql_s)

    def note(self, now: Numbers) -> None:
        """Take over what this process counts elsewhere."""
        self._hits.inc(now.cache_hits - self._before.cache_hits)
        self._misses.inc(now.cache_misses - self._before.cache_misses)
        self._before = now
        self._bytes.set(now.cache_bytes)
        self._listeners.set(now.listeners)
        for labels, count in now.connections.items():
            self._connections.labels(*labels).set(count)
        for place, count in now.waiting.items():
            self._waiting.labels(place).set(count)

    def text(self, *extra: Collector) -> bytes:
        """Return all numbers of all processes, and those of `extra`, as Prometheus reads them."""
        registry = self._registry
        folder = os.environ.get(SHARED)
        if folder:
            forget_the_dead(Path(folder))
            registry = CollectorRegistry()
            _shared.MultiProcessCollector(registry, folder)
        further = CollectorRegistry()
        for collector in extra:
            further.register(collector)
        return generate_latest(registry) + generate_latest(further)


class Jobs(Collector):
    """The queue of background work, read from the database when it is asked for; None: it does not answer."""

    def __init__(self, counts: Mapping[tuple[str, str], int] | None) -> None:
        self._counts = counts

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the families."""
        up = GaugeMetricFamily(
            "machizu_database_up", "Whether the database answers", float(self._counts is not None)
        )
        jobs = GaugeMetricFamily("machizu_jobs", "Background jobs", labels=("queue", "status"))
        for labels, count in (self._counts or {}).items():
            jobs.add_metric(labels, count)
        return [up, jobs]


def forget_the_dead(folder: Path) -> None:
    """Leave out what processes that were killed held when they died; what they had counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        number = path.stem.rpartition("_")[2]
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            with contextlib.suppress(FileNotFoundError):
                _shared.mark_process_dead(int(number), str(folder))

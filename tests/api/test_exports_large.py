"""Files of 200,000 features: the server's memory does not notice."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.api.conftest import bench_fields, definition
from tests.conftest import ROOT, Store, _connect_django, _free_port, _wait_until_ready

FEATURES = 200_000
# The files are 7 to 100 MB; what they need on their way is under five. The rest is for what else grows.
GROWTH_MB = 48
FILL = """
    INSERT INTO layer.benches (name, address, seats, height, covered, placed, inspector, geom)
    SELECT 'ベンチ' || n, '本町' || n || '丁目, "角"', n, n / 7.0, mod(n, 2) = 0, date '2026-01-01', '山田',
           ST_Point(139.9 + mod(n, 400) / 4000.0, 36.8 + n / 2000000.0, 4326)
    FROM generate_series(1, %s) AS n"""


@pytest.fixture(scope="module")
def large(new_store: Callable[[str], Store]) -> Iterator[tuple[str, int, str]]:
    """The items' address of a server with a large layer, its process, and its database."""
    from layers.services.registry import register_layer

    store = new_store("large_export")
    _connect_django("large_export")
    register_layer(definition("benches", bench_fields()))
    _connect_django("postgres")
    with psycopg.connect(store.url) as connection:
        connection.execute(FILL, [FEATURES])
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "machizu.asgi:application", "--port", str(port)]
    environ = os.environ | {"DATABASE_URL": store.url, "MACHIZU_HOME": str(store.home)}
    process = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=environ)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/api/health/ready", process)
        yield f"http://127.0.0.1:{port}/api/collections/benches/items", process.pid, store.url
    finally:
        process.terminate()
        process.wait(timeout=20)


def peak_mb(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def length(url: str) -> int:
    with urllib.request.urlopen(url) as answer:
        return sum(map(len, iter(lambda: answer.read(1 << 16), b"")))


@pytest.mark.parametrize(
    "name",
    [
        "csv",
        "xlsx",
        "gpkg",
        *(pytest.param(n, marks=pytest.mark.full) for n in ("geojson-file", "kml", "shp", "fgb", "parquet")),
    ],
)
def test_memory_stays_flat(large: tuple[str, int, str], name: str) -> None:
    address, process, _ = large
    length(f"{address}?limit=1000")
    before = peak_mb(process)
    assert length(f"{address}?f={name}") > 5_000_000
    assert peak_mb(process) - before < GROWTH_MB


def test_a_download_that_breaks_off_does_not_look_complete(large: tuple[str, int, str]) -> None:
    address, _, database = large
    with urllib.request.urlopen(f"{address}?f=kml") as answer, psycopg.connect(database) as connection:
        answer.read(1)
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'FETCH%'"
        ).fetchall()
        assert ended == [(True,)]
        with pytest.raises(http.client.IncompleteRead):
            answer.read()

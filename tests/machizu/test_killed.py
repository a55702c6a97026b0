"""A load that is killed, or whose PostgreSQL is, leaves the layer as it was and nothing half-done."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from machizu.embedded.cluster import Cluster
from tests.conftest import ROOT, Store

ROWS = 3000


def write_facilities(path: Path, rows: int, note: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ID", "名称", "緯度", "経度", "備考"])
        for n in range(rows):
            writer.writerow([f"K{n:06}", f"施設{n}", 36.8 + n % 100 / 1000, 140.0 + n // 100 / 1000, note])
    return path


def load(url: str, home: Path, file: Path) -> subprocess.Popen[bytes]:
    environ = os.environ | {"DATABASE_URL": url, "MACHIZU_HOME": str(home)}
    command = [sys.executable, "-m", "machizu", "load", str(file), "--layer", "facilities", "--publish"]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def load_whole(url: str, home: Path, file: Path) -> None:
    process = load(url, home, file)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output.decode()


def state(url: str) -> tuple[object, ...]:
    """Everything a half-done load could have touched."""
    with psycopg.connect(url) as connection:
        row = connection.execute("""
            SELECT (SELECT md5(string_agg(f::text, '' ORDER BY id)) FROM layer.facilities AS f),
                   (SELECT count(*) FROM history.facilities),
                   (SELECT revision FROM layers_layer WHERE id = 'facilities'),
                   (SELECT count(*) FROM layers_revision), (SELECT count(*) FROM layers_load),
                   (SELECT count(*) FROM pg_tables WHERE schemaname = 'stage')""").fetchone()
    assert row is not None
    return row


@contextmanager
def merge_held(url: str) -> Iterator[None]:
    """Hold whoever merges into the layer in the middle of his transaction."""
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE layer.facilities IN SHARE MODE")
        yield


def wait_until_merging(url: str, process: subprocess.Popen[bytes]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(1200):
            waiting = connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query ~ '(INSERT|UPDATE|DELETE)'"
            ).fetchone()
            if waiting:
                return
            assert process.poll() is None, process.stdout and process.stdout.read().decode()
            time.sleep(0.05)
    raise AssertionError("the load never came to its merge")


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate(timeout=30)


def test_kill_of_the_loading_process_leaves_the_layer_as_it_was(store: Store, tmp_path: Path) -> None:
    load_whole(store.url, store.home, write_facilities(tmp_path / "a.csv", ROWS, "前"))
    before = state(store.url)
    changed = write_facilities(tmp_path / "b.csv", ROWS, "後")
    with merge_held(store.url):
        process = load(store.url, store.home, changed)
        wait_until_merging(store.url, process)
        kill(process)
    assert state(store.url) == before
    load_whole(store.url, store.home, changed)
    assert state(store.url) != before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_load_that_is_cancelled_says_so_once_and_leaves_the_layer_as_it_was(
    store: Store, tmp_path: Path, number: signal.Signals
) -> None:
    load_whole(store.url, store.home, write_facilities(tmp_path / "a.csv", ROWS, "前"))
    before = state(store.url)
    with merge_held(store.url):
        process = load(store.url, store.home, write_facilities(tmp_path / "b.csv", ROWS, "後"))
        wait_until_merging(store.url, process)
        process.send_signal(number)
        output, _ = process.communicate(timeout=120)
    japanese, english = output.decode().strip().splitlines()
    assert (japanese[:4], english) == ("取り込み", "The load was cancelled. No data was changed.")
    assert process.returncode == 130
    assert state(store.url) == before


def test_kill_of_postgresql_leaves_the_layer_as_it_was(workspace: Path, tmp_path: Path) -> None:
    cluster = Cluster(workspace / "killed")
    cluster.start()
    try:
        url, home = cluster.url(), workspace / "killed-home"
        load_whole(url, home, write_facilities(tmp_path / "a.csv", ROWS, "前"))
        before = state(url)
        with pytest.raises(psycopg.OperationalError), merge_held(url):
            process = load(url, home, write_facilities(tmp_path / "b.csv", ROWS, "後"))
            wait_until_merging(url, process)
            pid = cluster.server_pid()
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            output, _ = process.communicate(timeout=60)
            assert process.returncode == 1
            assert "Traceback" not in output.decode()
            raise psycopg.OperationalError("the holder's connection is gone too")
        cluster.start()
        assert state(cluster.url()) == before
    finally:
        cluster.stop()


@pytest.mark.full
def test_a_kill_at_any_moment_leaves_exactly_the_old_or_the_new_layer(store: Store, tmp_path: Path) -> None:
    files = [write_facilities(tmp_path / f"{note}.csv", ROWS, note) for note in ("前", "後")]
    contents = []
    for file in files:
        began = time.monotonic()
        load_whole(store.url, store.home, file)
        seconds = time.monotonic() - began
        contents.append(content(store.url))
    moments = random.Random(20261122)
    for turn in range(50):
        process = load(store.url, store.home, files[turn % 2])
        time.sleep(moments.uniform(0.3, 1.0) * seconds)
        kill(process)
        assert content(store.url) in contents
        assert leftovers(store.url) == 0


def content(url: str) -> object:
    """What the layer shows, whichever revision wrote it."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT md5(string_agg(identifier || name || remarks || ST_AsText(geom), '' ORDER BY identifier))"
            " FROM layer.facilities"
        ).fetchone()


def leftovers(url: str) -> int:
    """Staged tables of loads that wait for nobody, and revisions that the layer does not count."""
    with psycopg.connect(url) as connection:
        row = connection.execute("""
            SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'stage')
                 + (SELECT revision FROM layers_layer WHERE id = 'facilities')
                 - (SELECT count(*) FROM layers_revision WHERE layer_id = 'facilities')""").fetchone()
    assert row is not None
    return int(row[0])

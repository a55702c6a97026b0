"""A file's parts cleaned on a Dask cluster: the same outcome, also when a worker dies midway."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import distributed
import pytest

from etl import cluster, reading
from etl.pipeline import CleanPart, Plan, clean_part, make_plan
from etl.table import Options, Table
from gis_core.city import City
from gis_core.errors import BadInput
from tests.etl.conftest import layer

PART_ROWS = 500
PARTS = 12
START_SECONDS = 120


def start(*command: str) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "dask", *command]
    return subprocess.Popen(program, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler and two worker processes on this machine."""
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
    assert scheduler.stderr is not None
    address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
    options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
    workers = [start("worker", address, *options) for _ in range(2)]
    with distributed.Client(address, set_as_default=False, timeout=START_SECONDS) as client:
        client.wait_for_workers(2, timeout=START_SECONDS)
    yield address, workers
    for process in [*workers, scheduler]:
        process.kill()
        process.communicate()


@pytest.fixture
def planned(tmp_path: Path, city: City, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, list[Table]]:
    monkeypatch.setattr("etl.parts.PART_ROWS", PART_ROWS)
    lines = (f"{n},施設{n},36.87{n:04d},140.01{n:04d},{n % 50 or 'x'}人\n" for n in range(PART_ROWS * PARTS))
    path = tmp_path / "多い.csv"
    path.write_text("ID,名称,緯度,経度,定員\n" + "".join(lines), encoding="utf-8")
    tables = list(reading.tables(path, layer(), Options()))
    assert len(tables) == PARTS
    return make_plan(tables[0], layer(), city, Options(), path.name), tables


def test_a_dead_worker_changes_nothing(
    running: tuple[str, list[subprocess.Popen[str]]], planned: tuple[Plan, list[Table]]
) -> None:
    (address, workers), (plan, tables) = running, planned
    expected = [clean_part(plan, table) for table in tables]
    cleaned: list[CleanPart] = []
    for part in cluster.clean_on(address, plan, tables):
        if len(cleaned) == 3:
            workers[0].send_signal(signal.SIGKILL)
        cleaned.append(part)
    assert cleaned == expected
    assert sum(len(part.refused) for part in cleaned) == PART_ROWS * PARTS // 50


def test_parts_that_the_scheduler_forgets_are_sent_again(
    running: tuple[str, list[subprocess.Popen[str]]], planned: tuple[Plan, list[Table]]
) -> None:
    (address, _), (plan, tables) = running, planned
    cleaned: list[CleanPart] = []
    for part in cluster.clean_on(address, plan, tables):
        if len(cleaned) == 3:
            forget_all(address)
        cleaned.append(part)
    assert cleaned == [clean_part(plan, table) for table in tables]


def forget_all(address: str) -> None:
    def forget(dask_scheduler: distributed.Scheduler) -> int:
        keys = [key for key, task in dask_scheduler.tasks.items() if task.who_wants]
        client = next(iter(dask_scheduler.clients))
        dask_scheduler.stimulus_cancel(keys, client, force=True, reason="forgotten", msg="")
        return len(keys)

    with distributed.Client(address, set_as_default=False) as other:
        assert other.run_on_scheduler(forget)


def test_a_cluster_that_is_not_there_is_named(planned: tuple[Plan, list[Table]]) -> None:
    with pytest.raises(BadInput, match="127"):
        next(cluster.clean_on("tcp://127.0.0.1:9", *planned))

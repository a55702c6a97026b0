"""`machizu up` keeps a real database and real processes alive, and leaves none behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from machizu.embedded.cluster import Cluster
from machizu.embedded.ports import free_port
from machizu.supervision.checks import check_port, reachable
from machizu.supervision.messages import PortRefused
from machizu.supervision.stopping import StopRequest
from machizu.supervisor import standard_plan

PRODUCT = Path(__file__).with_name("supervised.py")
PATIENCE = 60.0


@pytest.fixture(scope="module")
def machizu_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="machizu-test-") as made:
        Path(made).chmod(0o711)
        yield Path(made)
        Cluster(Path(made) / "postgres").stop()


@pytest.fixture
def cluster(machizu_home: Path) -> Cluster:
    return Cluster(machizu_home / "postgres")


class Run:
    """One `machizu up` in a process of its own, with its output in a file."""

    def __init__(self, home: Path, web: str = "serves", port: int | None = None) -> None:
        self.port = port or free_port()
        self.output = home / "output.txt"
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(PRODUCT), str(self.port), web],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=home,
                env=environment | {"MACHIZU_HOME": str(home), "PYTHONPATH": str(PRODUCT.parents[2])},
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_ready(self) -> None:
        wait_for(lambda: f"Machizu is ready: http://127.0.0.1:{self.port}\n" in self.said() or self.ended())
        assert not self.ended(), self.said()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def children(self) -> list[int]:
        """The web and worker processes of this run (web's arguments hold its port)."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def child(self, word: bytes) -> int:
        return next(pid for pid in self.children() if word in Path(f"/proc/{pid}/cmdline").read_bytes())

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@pytest.fixture
def start(machizu_home: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def starter(**options: object) -> Run:
        runs.append(Run(machizu_home, **options))  # type: ignore[arg-type]
        return runs[-1]

    yield starter
    for run in runs:
        run.process.terminate()
        run.process.wait(PATIENCE)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_is_ready_and_stops_without_leaving_a_process(
    start: Callable[..., Run], cluster: Cluster, machizu_home: Path
) -> None:
    run = start()
    run.wait_ready()
    assert (machizu_home / "prepared").exists()
    assert cluster.running()
    assert run.answers()
    children = run.children()
    assert len(children) == 2
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in children)
    assert not cluster.running()


def test_ctrl_c_before_it_is_ready_ends_it_too(start: Callable[..., Run], cluster: Cluster) -> None:
    run = start()
    wait_for(lambda: "Starting the database" in run.said())
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(PATIENCE) == 0
    assert not cluster.running()


def test_a_closed_terminal_ends_it_unless_it_was_to_outlive_it() -> None:
    for handling, stops in ((signal.SIG_DFL, True), (signal.SIG_IGN, False)):
        before = signal.signal(signal.SIGHUP, handling)
        try:
            with StopRequest() as stop:
                os.kill(os.getpid(), signal.SIGHUP)
                assert stop.wait(0.5) is stops
        finally:
            signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("word", [b"web-of-test", b"worker-of-test"])
def test_a_killed_process_starts_again(start: Callable[..., Run], word: bytes) -> None:
    run = start()
    run.wait_ready()
    killed = run.child(word)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: "it starts again in" in run.said())
    wait_for(lambda: len(run.children()) == 2 and killed not in run.children())
    wait_for(run.answers)


def test_a_killed_database_starts_again(start: Callable[..., Run], cluster: Cluster) -> None:
    run = start()
    run.wait_ready()
    killed = cluster.server_pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: cluster.running() and cluster.server_pid() != killed)
    assert run.answers()


def test_a_process_that_never_starts_ends_everything(start: Callable[..., Run], cluster: Cluster) -> None:
    run = start(web="dies")
    assert run.process.wait(PATIENCE) == 1
    assert "web ended 5 times in a row" in run.said()
    assert "Traceback" not in run.said()
    assert not cluster.running()


def test_a_second_one_over_the_same_folder_is_refused(start: Callable[..., Run]) -> None:
    first = start()
    first.wait_ready()
    second = start()
    assert second.process.wait(PATIENCE) == 1
    assert f"already running in {first.output.parent} (process {first.process.pid})" in second.said()


def test_a_busy_port_is_told_before_anything_starts(start: Callable[..., Run], cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = start(port=port)
        assert run.process.wait(PATIENCE) == 1
    assert f"Port {port} of 127.0.0.1 cannot be used (Address already in use)" in run.said()
    assert not cluster.running()


def test_when_it_is_killed_its_processes_end_and_the_next_one_cleans_up(
    start: Callable[..., Run], cluster: Cluster
) -> None:
    killed = start()
    killed.wait_ready()
    children = killed.children()
    killed.process.kill()
    wait_for(lambda: not any(alive(pid) for pid in children))
    following = start()
    following.wait_ready()
    following.process.terminate()
    assert following.process.wait(PATIENCE) == 0
    assert not cluster.running()


def test_a_port_that_needs_rights_or_a_wrong_host_is_told() -> None:
    with pytest.raises(PortRefused, match=r"no\.such\.host\.invalid"):
        check_port("no.such.host.invalid", 8000)


@pytest.mark.parametrize(
    ("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("::", "::1")]
)
def test_a_wildcard_address_is_reached_at_the_loopback(host: str, reached: str) -> None:
    assert reachable(host) == reached


def test_without_samples_no_samples_are_loaded() -> None:
    with_samples, without = (standard_plan("127.0.0.1", 8000, workers=1, samples=s) for s in (True, False))
    assert [step.command is None for step in with_samples.steps] == [False, False]
    assert [step.command is None for step in without.steps] == [False, True]

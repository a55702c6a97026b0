"""What `machizu up` does: database, migrations, samples, then a server and a worker that are kept alive."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gis_core.errors import Unavailable
from machizu import postgres
from machizu.embedded.cluster import Cluster
from machizu.supervision.checks import check_database, check_port, is_ready, only_one, reachable
from machizu.supervision.child import MAX_FAST_DEATHS, Child, end_process, spawn
from machizu.supervision.messages import KeepsDying, NeverReady, StepFailed, say, say_exactly
from machizu.supervision.stopping import StopRequest

LOOK_SECONDS = 0.5
READY_SECONDS = 300.0
# Long-lived streams never end by themselves: the server drops them after the first, we kill after the second.
DRAIN_SECONDS = 5
STOP_SECONDS = 15.0
DATABASE_PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Step:
    """Something to be done before the start: what to tell people, and the command (None: left out)."""

    ja: str
    en: str
    command: Sequence[str] | None


@dataclass(frozen=True)
class Plan:
    """All that `machizu up` runs, and the address it serves."""

    host: str
    port: int
    steps: Sequence[Step]
    web: Sequence[str]
    worker: Sequence[str]


def up(host: str, port: int, *, workers: int = 1, samples: bool = True) -> int:
    """Run Machizu on `host`:`port` until SIGTERM, SIGINT or SIGHUP; return the exit code.

    `workers` is the number of web processes. Prints `Machizu is ready: http://…` once the server reports
    itself ready. Raises `MachizuError` with one clear sentence when it cannot start or go on.
    """
    return run_plan(standard_plan(host, port, workers=workers, samples=samples))


def standard_plan(host: str, port: int, *, workers: int, samples: bool) -> Plan:
    """Return what a city's machine runs."""
    machizu = [sys.executable, "-m", "machizu"]
    return Plan(
        host,
        port,
        steps=[
            Step("データベースの準備", "Preparing the database", [*machizu, "migrate"]),
            Step("見本データの確認", "Loading the samples", [*machizu, "samples"] if samples else None),
        ],
        web=[*_uvicorn(host, port), "--workers", str(workers)],
        worker=[*machizu, "worker"],
    )


def run_plan(plan: Plan) -> int:
    """Carry out `plan` over this `MACHIZU_HOME`; see `up`."""
    with StopRequest() as stop, only_one(postgres.make_home()):
        check_port(plan.host, plan.port)
        # The web processes of the last time, which count there, are no more.
        shutil.rmtree(postgres.home() / "metrics", ignore_errors=True)
        say("データベースを開始します", "Starting the database")
        with postgres.use() as url:
            if not postgres.is_embedded():
                check_database(url)
            _Supervisor(plan, stop).run()
    say("停止しました", "Stopped")
    return 0


def _uvicorn(host: str, port: int) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "machizu.asgi:application",
        "--host",
        host,
        "--port",
        str(port),
    ]
    options = ["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", str(DRAIN_SECONDS)]
    return [*command, *options]


class _Supervisor:
    def __init__(self, plan: Plan, stop: StopRequest) -> None:
        self._plan = plan
        self._stop = stop
        self._web = Child("web", plan.web)
        self._worker = Child("worker", plan.worker)
        self._cluster = postgres.embedded_cluster() if postgres.is_embedded() else None

    def run(self) -> None:
        """Do the steps, then watch until asked to stop."""
        self._tell_where_the_data_is()
        if not all(self._do(step) for step in self._plan.steps if step.command):
            return
        try:
            self._watch()
        finally:
            say("停止します", "Stopping")
            self._end_children()

    def _do(self, step: Step) -> bool:
        say(step.ja, step.en)
        process = spawn(step.command or ())
        while process.poll() is None:
            if self._stop.wait(0.05):
                end_process(process, time.monotonic() + STOP_SECONDS)
                return False
        if process.returncode != 0:
            raise StepFailed(step.ja, step.en)
        return True

    def _watch(self) -> None:
        ready = False
        ready_until = time.monotonic() + READY_SECONDS
        while not self._stop.requested:
            self._tend_database()
            self._web.tend()
            self._worker.tend()
            if not ready and (ready := is_ready(self._plan.host, self._plan.port)):
                say_exactly(f"Machizu is ready: http://{_authority(self._plan)}")
            if not ready and time.monotonic() > ready_until:
                raise NeverReady(READY_SECONDS)
            self._stop.wait(LOOK_SECONDS if ready else LOOK_SECONDS / 5)

    def _tend_database(self) -> None:
        cluster = self._cluster
        if cluster is None or cluster.running():
            return
        before = cluster.url()
        say("データベースが終了したため、再開します", "The database ended; starting it again")
        self._start_database(cluster)
        if cluster.url() != before:
            self._end_children()
        self._web.forgive()
        self._worker.forgive()

    def _start_database(self, cluster: Cluster) -> None:
        for _ in range(MAX_FAST_DEATHS):
            try:
                cluster.start()
            except Unavailable as refused:
                say(refused.message.ja, refused.message.en)
                if self._stop.wait(DATABASE_PAUSE_SECONDS):
                    return
            else:
                return
        raise KeepsDying("PostgreSQL", MAX_FAST_DEATHS)

    def _end_children(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in (self._web, self._worker):
            child.ask_to_stop()
        for child in (self._web, self._worker):
            child.end(deadline)

    def _tell_where_the_data_is(self) -> None:
        if self._cluster and not self._cluster.root.is_relative_to(postgres.home()):
            say(
                f"postgres 利用者が {postgres.home()} に入れないため、データは {self._cluster.root} にあります",
                f"The user postgres cannot enter {postgres.home()}, so the data is in {self._cluster.root}",
            )


def _authority(plan: Plan) -> str:
    host = reachable(plan.host)
    return f"[{host}]:{plan.port}" if ":" in host else f"{host}:{plan.port}"

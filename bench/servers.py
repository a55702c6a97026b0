"""What the benches of servers share: a store with made-up layers, servers over it, and their comparison by `wrk`.

The servers have two processes each, over 100,000 points, 300,000 areas and 100,000 lines in a private PostGIS under a
temporary MACHIZU_HOME. `ref_psycopg` of the shared bench is a bare service through psycopg, `ref_cached` the same
from a dictionary, `tipg` TiTiler's feature server; a peer whose environment is not there is left out.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import yaml

from bench.clock import postmaster
from bench.running import MACHIZU, Server, measure, run_command, script, start
from gis_core.boxes import Box

PLAN = "from machizu import bootstrap; bootstrap.setup_django(); from layers.services.tiling import renew_plans; renew_plans()"
LAYERS: dict[str, tuple[str, dict[str, str]]] = {
    "facilities": (
        "Point",
        {
            "name": "string",
            "category": "string",
            "category_ja": "string",
            "capacity": "integer",
            "opened": "date",
        },
    ),
    "parcels": ("Polygon", {"lot": "string", "landuse": "string", "area_m2": "number"}),
    "roads": ("LineString", {"name": "string", "class": "string", "width_m": "number"}),
}
CODES = ("category", "landuse", "class")
EXTENT = Box(139.7001, 36.5701, 140.2999, 37.1699)
REFERENCES = ("ref_psycopg", "ref_cached")


@dataclass(frozen=True)
class Bench:
    """A run: where its files are, the servers' database, how many clients at a time, how many rounds."""

    home: Path
    url: str
    peers: Path
    clients: Sequence[int]
    rounds: int
    stack: ExitStack

    def own(self, application: str) -> Server:
        """Start our API by its factory's address."""
        return self._server("machizu", sys.executable, application, "--factory")

    def reference(self) -> Server | None:
        """Start the bare service, None where it is not there."""
        python = self.peers / "venvs/ref/bin/python"
        if not python.exists():
            return None
        folder = str(self.peers / "servers")
        return self._server("ref_psycopg", python, "ref_app:app", "--app-dir", folder, DSN=self.url)

    def tipg(self) -> Server | None:
        """Start TiTiler's feature server, None where it is not there."""
        python = self.peers / "venvs/tipg/bin/python"
        if not python.exists():
            return None
        settings = {
            "DATABASE_URL": self.url,
            "TIPG_DB_SCHEMAS": '["bench"]',
            "TIPG_MAX_FEATURES_PER_TILE": "10000",
        }
        return self._server("tipg", python, "tipg.main:app", **settings)

    def _server(self, name: str, python: str | Path, *command: str, **environ: str) -> Server:
        port, pid = start(self.stack, python, *command, **environ)
        return Server(name, port, (pid, postmaster(self.url)))

    def compare(self, what: str, asked: Mapping[Server, Sequence[str]], goals: Mapping[str, float]) -> bool:
        """Measure all servers in turn, several rounds; print medians; tell whether ours meets its goals.

        `asked` are the paths for each; `goals` the least share of another server's rate, by its name.
        """
        scripts = {server: script(self.home, server.name, paths) for server, paths in asked.items()}
        met = True
        for clients in self.clients:
            rates: dict[str, list[tuple[float, float]]] = {server.name: [] for server in asked}
            order = [*scripts.items()]
            for turn in range(self.rounds + 1):
                for server, written in (*order[turn % len(order) :], *order[: turn % len(order)]):
                    measured = measure(server, written, clients)
                    if turn:
                        rates[server.name].append(measured)
            medians = {name: _medians(measured) for name, measured in rates.items()}
            met &= _tell(what, clients, medians, goals)
        return met


def run(name: str, description: str | None, work: Callable[[Bench], bool]) -> int:
    """Read the command line, have the store and do the work. Returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
    parser.add_argument(
        "--peers", type=Path, default=os.environ.get("BENCH", ""), help="where the shared bench was set up"
    )
    parser.add_argument("--clients", nargs="*", type=int, default=[1, 16, 64])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    # Stopped from outside, it stops what it has started all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if not shutil.which("wrk"):
        sys.exit("wrk is missing. Install wrk.")
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        # The database's own user must be able to pass through.
        home.chmod(0o755)
        url = stack.enter_context(_store(home))
        sys.stdout.write(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n\n")
        sys.stdout.write(
            "| what      | clients | server      | answers/s | of the reference | CPU ms/answer |\n"
        )
        met = work(Bench(home, url, Path(chosen.peers), chosen.clients, chosen.rounds, stack))
    return 0 if met else 1


def application(**changes: Any) -> Any:
    """Return our API over the store of MACHIZU_HOME with settings changed."""
    from machizu import bootstrap

    bootstrap.setup_django()
    from api.app import create_app
    from machizu.api_settings import api_settings

    # Under this load many answers are slow; the table is what tells of it.
    logging.getLogger("machizu.requests").setLevel(logging.ERROR)
    return create_app(replace(api_settings(), **changes))


def _medians(measured: Sequence[tuple[float, float]]) -> tuple[float, float]:
    rates, costs = zip(*measured, strict=True)
    return statistics.median(rates), statistics.median(costs)


def _tell(
    what: str, clients: int, medians: Mapping[str, tuple[float, float]], goals: Mapping[str, float]
) -> bool:
    """Print a row for each server; tell whether ours meets its goals."""
    reference = next((medians[n][0] for n in REFERENCES if n in medians), 0.0)
    for name, (rate, cpu) in medians.items():
        share = f"{rate / reference:16.2f}" if reference else " " * 16
        sys.stdout.write(f"| {what:<9} | {clients:7} | {name:<11} | {rate:9.0f} | {share} | {cpu:13.3f} |\n")
    sys.stdout.flush()
    own = medians["machizu"][0]
    return all(own >= share * medians[name][0] for name, share in goals.items() if name in medians)


@contextmanager
def _store(home: Path) -> Iterator[str]:
    """Have a store with the bench's layers running; give its URL."""
    os.environ["MACHIZU_HOME"] = str(home / "store")
    os.environ["MACHIZU_SAMPLES"] = "0"
    os.environ["MACHIZU_API_RATE"] = "0"
    run_command(*MACHIZU, "db", "start")
    try:
        run_command(*MACHIZU, "migrate")
        for name, (geometry, fields) in LAYERS.items():
            file = home / f"{name}.yaml"
            file.write_text(yaml.safe_dump(_definition(name, geometry, fields)))
            run_command(*MACHIZU, "layer", "create", str(file))
        url = subprocess.run(
            [*MACHIZU, "db", "url"], check=True, capture_output=True, text=True
        ).stdout.strip()
        with psycopg.connect(url) as connection:
            connection.execute(Path(__file__).with_name("tiles.sql").read_text(encoding="utf-8"))
        run_command(sys.executable, "-c", PLAN)
        yield url
    finally:
        run_command(*MACHIZU, "db", "stop")


def _definition(name: str, geometry: str, fields: dict[str, str]) -> dict[str, Any]:
    described: list[dict[str, Any]] = [{"name": n, "type": t, "title": {"ja": n}} for n, t in fields.items()]
    described[0]["role"] = "name"
    for field in described:
        if field["name"] in CODES:
            field["choices"] = [{"value": "other", "title": {"ja": "その他"}}]
    return {
        "id": f"bench_{name}",
        "title": {"ja": name},
        "theme": "facility",
        "department": "planning",
        "visibility": "public",
        "geometry": geometry,
        "style": {"color": "#336699"},
        "fields": described,
    }

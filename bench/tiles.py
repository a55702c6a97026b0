"""Times vector tiles against other servers over the same PostGIS, in one run.

    .venv/bin/python -m bench.tiles [--peers FOLDER] [--zooms 8 11 14] [--clients 1 16 64] [--rounds 3]

FOLDER is where the shared bench's `setup.sh` put the peers' environments (default: $BENCH); a peer that is not there
is left out. `ref_psycopg` makes tiles with ST_Transform, all attributes and at most 10,000 features through
psycopg; `ref_cached` sends the same from a dictionary; `tipg` is TiTiler's feature server. Each of the servers has
two processes. "cold" is without any cache (of Machizu too, though those who ask for the same tile at the same time
share one query); "warm" asks for twelve tiles again and again. All over 100,000 points, 300,000 areas and 100,000
lines in a private PostGIS under a temporary MACHIZU_HOME. Needs `wrk`. Returns 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import yaml

from bench.clock import postmaster
from gis_core.boxes import Box
from gis_core.tiles import MERCATOR

MACHIZU = (sys.executable, "-m", "machizu")
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
# Of ref_psycopg's rate (cold) and ref_cached's (warm).
GOALS = {"z8 cold": 3.0, "z11 cold": 3.0, "z14 cold": 0.9, "z14 warm": 0.8}
WARM_TILES = 12
SECONDS = 3
START_SECONDS = 60
SCRIPT = """
local paths, at = {}, 0
for line in io.lines("FILE") do paths[#paths + 1] = line end
function init() math.randomseed(os.time()); at = math.random(#paths) end
function request() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
"""


@dataclass(frozen=True)
class Server:
    """A server under test: where it answers, the address of a tile, its processes and the database's."""

    name: str
    port: int
    path: str
    processes: tuple[int, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table. Returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.tiles", description=__doc__)
    parser.add_argument("--peers", type=Path, default=os.environ.get("BENCH"))
    parser.add_argument("--zooms", nargs="*", type=int, default=[8, 11, 14])
    parser.add_argument("--clients", nargs="*", type=int, default=[1, 16, 64])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
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
        cold, warm = _servers(stack, url, chosen.peers)
        sys.stdout.write("| tiles    | clients | server      | tiles/s | of the reference | CPU ms/tile |\n")
        met = [_compare(home, cold, f"z{zoom} cold", _tiles(zoom), chosen) for zoom in chosen.zooms]
        met.append(_compare(home, warm, "z14 warm", _tiles(14)[:WARM_TILES], chosen))
    return 0 if all(met) else 1


def cold_application() -> Any:
    """Return our API without a cache, over the store of MACHIZU_HOME: what uvicorn starts for the bench."""
    return _application(cache_bytes=0)


def warm_application() -> Any:
    """Return our API as it runs."""
    return _application()


def _application(**changes: Any) -> Any:
    from machizu import bootstrap

    bootstrap.setup_django()
    from api.app import create_app
    from machizu.api_settings import api_settings

    return create_app(replace(api_settings(), **changes))


def _compare(
    home: Path, servers: Sequence[Server], what: str, tiles: Sequence[tuple[str, int, int, int]], chosen: Any
) -> bool:
    """Measure all servers in turn, several rounds; print medians; tell whether ours meets its goal."""
    files = {server.name: _script(home, server, tiles) for server in servers}
    met = True
    for clients in chosen.clients:
        rates: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
        for turn in range(chosen.rounds + 1):
            for server in (*servers[turn % len(servers) :], *servers[: turn % len(servers)]):
                measured = _measure(server, files[server.name], clients)
                if turn:
                    rates[server.name].append(measured)
        medians = {
            name: tuple(statistics.median(column) for column in zip(*measured, strict=True))
            for name, measured in rates.items()
        }
        reference = next((medians[n][0] for n in ("ref_psycopg", "ref_cached") if n in medians), 0.0)
        for name, (rate, cpu) in medians.items():
            share = f"{rate / reference:16.2f}" if reference else " " * 16
            sys.stdout.write(
                f"| {what:<8} | {clients:7} | {name:<11} | {rate:7.0f} | {share} | {cpu:11.3f} |\n"
            )
        sys.stdout.flush()
        met &= medians["machizu"][0] >= GOALS.get(what, 0.0) * reference
    return met


def _measure(server: Server, script: Path, clients: int) -> tuple[float, float]:
    """Return tiles a second, and the CPU milliseconds a tile cost the server and the database."""
    command = ["wrk", "-t", str(min(2, clients)), "-c", str(clients), "-d", f"{SECONDS}s", "--timeout", "30s"]
    before = _busy(server.processes)
    done = subprocess.run(
        [*command, "-s", str(script), f"http://127.0.0.1:{server.port}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in done or "Socket errors" in done:
        sys.exit(f"{server.name} did not answer every request:\n{done}")
    count = int(re.findall(r"(\d+) requests in", done)[0])
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", done)[0])
    return rate, 1000 * (_busy(server.processes) - before) / max(count, 1)


def _busy(roots: Sequence[int]) -> float:
    """Return the processor seconds used so far by these processes and those below them (proc(5))."""
    below: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            below.setdefault(int(fields[1]), []).append(int(entry.name))
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    found = [*roots]
    for pid in found:
        found.extend(below.get(pid, ()))
    return sum(ticks.get(pid, 0) for pid in found) / os.sysconf("SC_CLK_TCK")


def _tiles(zoom: int) -> list[tuple[str, int, int, int]]:
    """Return each layer's tiles of the made-up municipality, shuffled always alike."""
    top, bottom, left, right = MERCATOR.limits(EXTENT, zoom)
    places = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    found = [(layer, zoom, row, column) for row, column in places for layer in LAYERS]
    random.Random(5).shuffle(found)
    return found


def _script(home: Path, server: Server, tiles: Sequence[tuple[str, int, int, int]]) -> Path:
    paths = home / f"{server.name}.paths"
    paths.write_text("\n".join(server.path.format(layer=n, z=z, y=y, x=x) for n, z, y, x in tiles) + "\n")
    script = home / f"{server.name}.lua"
    script.write_text(SCRIPT.replace("FILE", str(paths)))
    return script


def _servers(stack: ExitStack, url: str, peers: Path | None) -> tuple[list[Server], list[Server]]:
    """Start ours and the peers that are there; return those for cold and those for warm tiles."""
    database = postmaster(url)

    def start(name: str, path: str, python: str | Path, *command: str, **environ: str) -> Server:
        port, pid = _start(stack, python, *command, **environ)
        return Server(name, port, path, (pid, database))

    own = "/api/collections/bench_{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}"
    cold = [start("machizu", own, sys.executable, "bench.tiles:cold_application", "--factory")]
    warm = [start("machizu", own, sys.executable, "bench.tiles:warm_application", "--factory")]
    folder = Path(peers) if peers else Path()
    reference = folder / "venvs/ref/bin/python"
    if reference.exists():
        bare = start("ref_psycopg", "/p/tiles/{layer}/{z}/{x}/{y}", reference, "ref_app:app", "--app-dir",
                     str(folder / "servers"), DSN=url)  # fmt: skip
        cold.append(bare)
        warm.append(replace(bare, name="ref_cached", path="/ctiles/{layer}/{z}/{x}/{y}"))
    tipg = folder / "venvs/tipg/bin/python"
    if tipg.exists():
        settings = {
            "DATABASE_URL": url,
            "TIPG_DB_SCHEMAS": '["bench"]',
            "TIPG_MAX_FEATURES_PER_TILE": "10000",
        }
        path = "/collections/bench.{layer}/tiles/WebMercatorQuad/{z}/{x}/{y}"
        cold.append(start("tipg", path, tipg, "tipg.main:app", **settings))
    return cold, warm


def _start(stack: ExitStack, python: str | Path, *command: str, **environ: str) -> tuple[int, int]:
    """Run an application in two processes until the bench ends; return its port and pid once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [
            str(python),
            "-m",
            "uvicorn",
            *command,
            "--port",
            str(port),
            "--workers",
            "2",
            "--log-level",
            "warning",
            "--no-access-log",
        ],
        env=os.environ | environ,
    )
    stack.callback(_stop, process)
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            pass
        except OSError:
            time.sleep(0.1)
            continue
        return port, process.pid
    sys.exit(f"{command[0]} did not start.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


@contextmanager
def _store(home: Path) -> Iterator[str]:
    """Have a store with the bench's layers running; give its URL."""
    os.environ["MACHIZU_HOME"] = str(home / "store")
    os.environ["MACHIZU_SAMPLES"] = "0"
    _run(*MACHIZU, "db", "start")
    try:
        _run(*MACHIZU, "migrate")
        for name, (geometry, fields) in LAYERS.items():
            file = home / f"{name}.yaml"
            file.write_text(yaml.safe_dump(_definition(name, geometry, fields)))
            _run(*MACHIZU, "layer", "create", str(file))
        url = subprocess.run(
            [*MACHIZU, "db", "url"], check=True, capture_output=True, text=True
        ).stdout.strip()
        with psycopg.connect(url) as connection:
            connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        _run(sys.executable, "-c", PLAN)
        yield url
    finally:
        _run(*MACHIZU, "db", "stop")


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


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())

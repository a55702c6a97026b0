"""Times raster tiles and values at points against titiler on the same file, in one run.

    .venv/bin/python -m bench.rasters [--titiler PYTHON] [--clients 1 16] [--rounds 3]

PYTHON is an environment with `titiler.application` and uvicorn (default: $BENCH/venvs/titiler/bin/python); where it is
not there, only Machizu is measured. Both serve one Cloud-Optimised GeoTIFF of depths, 8192 × 8192 pixels in a plane
zone, in two processes and without a cache of tiles (Machizu's is off); titiler has its own settings for speed (GDAL's
cache, no look at the folder). Ours come from a private PostGIS under a temporary MACHIZU_HOME. Needs `wrk`. Returns 1
when a goal is missed: tiles at ten times titiler's rate, values at fifteen times, at most 250 MiB a process of ours.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window

from bench import running
from bench.running import MACHIZU, below, measure, run_command, script, start
from gis_core.tiles import tile_at

LAYER = "flood_depth"
CENTRE = (140.0, 36.87)
SIDE, STEP_M = 8192, 6.5
# The file's middle in zone IX (EPSG:6677), metres.
X_M, Y_M = 14_860.0, 96_640.0
REACH = (0.22, 0.18)
ZOOMS = (12, 13, 14, 15)
REQUESTS = 600
GOALS = {"tiles": 10.0, "values": 15.0}
MOST_MIB = 250


@dataclass(frozen=True)
class Server(running.Server):
    """A server under test: where it answers, its processes, and the addresses of a tile and of a value."""

    paths: Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """Requests a second, CPU milliseconds a request, and the largest process's own memory (PSS) in MiB."""

    rate: float
    cpu: float
    memory: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table. Returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.rasters", description=__doc__)
    there = os.environ.get("BENCH")
    default = Path(there) / "venvs/titiler/bin/python" if there else None
    parser.add_argument("--titiler", type=Path, default=default)
    parser.add_argument("--clients", nargs="*", type=int, default=[1, 16])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    if not shutil.which("wrk"):
        sys.exit("wrk is missing. Install wrk.")
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        # The database's own user must be able to pass through.
        home.chmod(0o755)
        servers = _servers(stack, stack.enter_context(_store(home)), chosen.titiler)
        sys.stdout.write(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n\n")
        sys.stdout.write(
            "| what   | clients | server  | requests/s | of titiler | CPU ms/request | MiB/process |\n"
        )
        met = [
            _compare(home, servers, what, clients, chosen.rounds)
            for what in GOALS
            for clients in chosen.clients
        ]
    return 0 if all(met) else 1


def _compare(home: Path, servers: Sequence[Server], what: str, clients: int, rounds: int) -> bool:
    """Measure all servers in turn, several rounds; print medians; tell whether ours meets its goals."""
    scripts = {s.name: script(home, f"{s.name}.{what}", _paths(s, what)) for s in servers}
    found: dict[str, list[Measured]] = {server.name: [] for server in servers}
    for turn in range(rounds + 1):
        for server in (*servers[turn % len(servers) :], *servers[: turn % len(servers)]):
            measured = _measure(server, scripts[server.name], clients)
            if turn:
                found[server.name].append(measured)
    rates = {name: statistics.median(m.rate for m in measured) for name, measured in found.items()}
    base = rates.get("titiler", 0.0)
    for name, measured in found.items():
        share = f"{rates[name] / base:10.1f}" if base else " " * 10
        cpu, memory = statistics.median(m.cpu for m in measured), max(m.memory for m in measured)
        sys.stdout.write(
            f"| {what:<6} | {clients:7} | {name:<7} | {rates[name]:10.0f} | {share} | {cpu:14.2f} | {memory:11.0f} |\n"
        )
    sys.stdout.flush()
    lean = max(m.memory for m in found["machizu"]) <= MOST_MIB
    return lean and rates["machizu"] >= GOALS[what] * base


def _measure(server: Server, requests: Path, clients: int) -> Measured:
    rate, cpu = measure(server, requests, clients)
    return Measured(rate, cpu, max(map(_pss, below(server.processes))))


def _pss(pid: int) -> float:
    """Return a process's memory in MiB, what it shares with others parted among them."""
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        return int(re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)[0]) / 1024
    return 0.0


def _paths(server: Server, what: str) -> list[str]:
    """Return the requests, the same for each server."""
    chance = random.Random(7)
    paths = []
    for _ in range(REQUESTS):
        lon, lat = (c + chance.uniform(-r, r) for c, r in zip(CENTRE, REACH, strict=True))
        zoom = chance.choice(ZOOMS)
        row, column = tile_at(lon, lat, zoom)
        paths.append(server.paths[what].format(z=zoom, y=row, x=column, lon=f"{lon:.6f}", lat=f"{lat:.6f}"))
    return paths


def _servers(stack: ExitStack, cog: Path, titiler: Path | None) -> list[Server]:
    """Start ours, and titiler where it is there, on the same file."""
    port, process = start(stack, sys.executable, "bench.tiles:cold_application", "--factory")
    path = f"/api/rasters/{LAYER}"
    own = {
        "tiles": path + "/tiles/WebMercatorQuad/{z}/{y}/{x}.png",
        "values": path + "/value?lon={lon}&lat={lat}",
    }
    servers = [Server("machizu", port, (process,), own)]
    if titiler is None or not titiler.exists():
        return servers
    settings = {
        "GDAL_CACHEMAX": "200",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "VSI_CACHE": "TRUE",
    }
    port, process = start(stack, titiler, "titiler.application.main:app", **settings)
    theirs = {
        "tiles": "/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.png?rescale=0,5&colormap_name=blues&url=" + str(cog),
        "values": "/cog/point/{lon},{lat}?url=" + str(cog),
    }
    return [*servers, Server("titiler", port, (process,), theirs)]


@contextmanager
def _store(home: Path) -> Iterator[Path]:
    """Have a store with the bench's raster running; give the raster's file."""
    os.environ["MACHIZU_HOME"] = str(home / "store")
    os.environ["MACHIZU_SAMPLES"] = "0"
    os.environ["MACHIZU_API_RATE"] = "0"
    run_command(*MACHIZU, "db", "start")
    try:
        run_command(*MACHIZU, "migrate")
        run_command(*MACHIZU, "raster", "add", str(_depths(home / "depth.tif")), "--layer", LAYER)
        yield next((home / "store" / "rasters" / LAYER).glob("*.tif"))
    finally:
        run_command(*MACHIZU, "db", "stop")


def _depths(path: Path) -> Path:
    """Write depths that vary as water over hilly ground does, to the centimetre, nodata where none is."""
    place = Affine(STEP_M, 0, X_M - SIDE * STEP_M / 2, 0, -STEP_M, Y_M + SIDE * STEP_M / 2)
    profile = {
        "driver": "GTiff", "width": SIDE, "height": SIDE, "count": 1, "dtype": "float32", "crs": "EPSG:6677",
        "transform": place, "nodata": -9999, "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate",
    }  # fmt: skip
    chance = np.random.default_rng(7)
    waves = [(2**n * chance.normal(size=2) / SIDE, chance.uniform(0, 6), 1.6**-n) for n in range(2, 9)]
    across = np.arange(SIDE, dtype=np.float32)
    with rasterio.open(path, "w", **profile) as sink:
        for top in range(0, SIDE, 512):
            down = across[top : top + 512, None]
            heights = sum(
                size * np.sin(6.28 * (x * across[None, :] + y * down) + at) for (x, y), at, size in waves
            )
            depths = np.round(np.clip((heights - 0.05) * 12, 0, 12), 2)
            sink.write(
                np.where(depths > 0, depths, -9999).astype(np.float32), 1, window=Window(0, top, SIDE, 512)
            )
    return path


if __name__ == "__main__":
    sys.exit(main())

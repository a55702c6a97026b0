"""Times a first and an unchanged second load of a big list of facilities against plain `ogr2ogr`, in one run.

    .venv/bin/python -m bench.load [--rows 100000]

`ogr2ogr` copies the file into a bare table with a GiST index. Machizu reads the same file, cleans and checks
it, runs the layer's rules in the store, publishes it in one transaction and keeps the history. The database
is a private PostGIS under a temporary MACHIZU_HOME, or the one of DATABASE_URL, which must be made for this and
run on this machine. Returns 1 when a goal is missed: the first load within three times ogr2ogr, the second faster.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.clock import Cost, postmaster, run
from bench.facilities import write_facilities
from data_samples.generate import write_deliveries

LAYER = "facilities"
BASE_LAYERS = ("city_boundary", "town_areas")
GOAL = 3.0
MACHIZU = (sys.executable, "-m", "machizu")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table. Returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as folder:
        home = Path(folder)
        # The server's own user must be able to pass through.
        home.chmod(0o755)
        file = write_facilities(home / "facilities.csv", chosen.rows)
        with _store(home) as url:
            return _compare(url, postmaster(url), file, home)


def _compare(url: str, server: int, file: Path, home: Path) -> int:
    _load_base_layers(home)
    begin = os.getloadavg()[0]
    # Before, between and after: the machine's other work falls on both.
    plain = [run(_ogr2ogr(url, file), server, PG_USE_COPY="YES")[0]]
    first, first_report = _machizu_load(file, server)
    plain.append(run(_ogr2ogr(url, file), server, PG_USE_COPY="YES")[0])
    second, second_report = _machizu_load(file, server)
    plain.append(run(_ogr2ogr(url, file), server, PG_USE_COPY="YES")[0])
    peer = Cost(*(statistics.median(costs) for costs in zip(*plain, strict=True)))
    out = sys.stdout.write
    out(
        f"{file.stat().st_size / 1e6:.1f} MB, {os.cpu_count()} cores, load average {begin:.1f} to {os.getloadavg()[0]:.1f}\n"
    )
    for report in (first_report, second_report):
        out(f"{report['rows']} {report['diff']}\n")
    out("| what                     |     wall | ratio |      CPU | ratio |\n")
    out("|--------------------------|----------|-------|----------|-------|\n")
    for name, cost in (
        ("ogr2ogr, median of three", peer),
        ("first load", first),
        ("second, unchanged load", second),
    ):
        out(
            f"| {name:<24} | {cost.wall:6.2f} s | {cost.wall / peer.wall:5.2f} | {cost.cpu:6.2f} s | {cost.cpu / peer.cpu:5.2f} |\n"
        )
    return 0 if first.wall <= GOAL * peer.wall and second.wall < first.wall else 1


@contextmanager
def _store(home: Path) -> Iterator[str]:
    """Have an empty store running, with the base layers that the rules look at; give its URL."""
    os.environ["MACHIZU_HOME"] = str(home / "store")
    os.environ["MACHIZU_SAMPLES"] = "0"
    _run(*MACHIZU, "db", "start")
    try:
        url = subprocess.run(
            [*MACHIZU, "db", "url"], check=True, capture_output=True, text=True
        ).stdout.strip()
        _refuse_a_store_in_use(url)
        yield url
    finally:
        _run(*MACHIZU, "db", "stop")


def _refuse_a_store_in_use(url: str) -> None:
    with psycopg.connect(url) as connection:
        known = connection.execute("SELECT to_regclass('layers_layer')").fetchone()
        if known != (None,):
            sys.exit("DATABASE_URL names a store in use. Give the bench a database of its own, or unset it.")


def _load_base_layers(home: Path) -> None:
    folder = home / "samples"
    folder.mkdir()
    for delivery in write_deliveries(folder):
        if delivery.layer in BASE_LAYERS:
            _run(*MACHIZU, "load", str(delivery.path), "--layer", delivery.layer, "--publish")


def _ogr2ogr(url: str, file: Path) -> list[str]:
    program = shutil.which("ogr2ogr")
    if program is None:
        sys.exit("ogr2ogr is missing. Install gdal-bin.")
    target = psycopg.conninfo.make_conninfo(url)
    options = ["-oo", "X_POSSIBLE_NAMES=経度", "-oo", "Y_POSSIBLE_NAMES=緯度", "-a_srs", "EPSG:4326"]
    table = ["-nln", "bench_facilities", "-nlt", "POINT", "-lco", "GEOMETRY_NAME=geom", "-overwrite"]
    return [program, "-q", "-f", "PostgreSQL", f"PG:{target}", str(file), *options, *table]


def _machizu_load(file: Path, server: int) -> tuple[Cost, dict[str, object]]:
    cost, printed = run([*MACHIZU, "load", str(file), "--layer", LAYER, "--publish", "--json"], server)
    return cost, json.loads(printed)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())

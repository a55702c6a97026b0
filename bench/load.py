"""Times a first and an unchanged second load of a big list of facilities against plain `ogr2ogr`, in one run.

    .venv/bin/python -m bench.load [--rows 100000]

`ogr2ogr` copies the file into a bare table with a GiST index. Machizu reads the same file, cleans and checks
it, runs the layer's rules in the store, publishes it in one transaction and keeps the history. The database
is a private PostGIS under a temporary MACHIZU_HOME, or the one of DATABASE_URL, which must be made for this.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.facilities import write_facilities
from data_samples.generate import write_deliveries

ROOT = Path(__file__).resolve().parents[1]
LAYER = "facilities"
BASE_LAYERS = ("city_boundary", "town_areas")
GOAL = 3.0
MACHIZU = (sys.executable, "-m", "machizu")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table. Returns 1 when a goal of the issue is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as folder:
        home = Path(folder)
        # The server's own user must be able to pass through.
        home.chmod(0o755)
        file = write_facilities(home / "facilities.csv", chosen.rows)
        with _store(home) as url:
            return _compare(url, file, home)


def _compare(url: str, file: Path, home: Path) -> int:
    _load_base_layers(home)
    plain = _timed(_ogr2ogr(url, file))
    first, first_report = _machizu_load(file)
    second, second_report = _machizu_load(file)
    _tell(file, first_report, second_report)
    for name, seconds in (("ogr2ogr", plain), ("first load", first), ("second load", second)):
        sys.stdout.write(f"| {name:<12} | {seconds:7.2f} s | {seconds / plain:5.2f} |\n")
    return 0 if first <= GOAL * plain and second < first else 1


def _tell(file: Path, *reports: dict[str, object]) -> None:
    load = os.getloadavg()
    sys.stdout.write(
        f"{file.stat().st_size / 1e6:.1f} MB, load average {load[0]:.1f}, {os.cpu_count()} cores\n"
    )
    for report in reports:
        sys.stdout.write(f"{report['rows']} {report['diff']}\n")
    sys.stdout.write("| what         |      time | ratio |\n|--------------|-----------|-------|\n")


@contextmanager
def _store(home: Path) -> Iterator[str]:
    """Have an empty store running, with the base layers that the rules look at; give its URL."""
    os.environ["MACHIZU_HOME"] = str(home / "store")
    os.environ["MACHIZU_SAMPLES"] = "0"
    _run(*MACHIZU, "db", "start")
    try:
        url = subprocess.run(
            [*MACHIZU, "db", "url"], cwd=ROOT, check=True, capture_output=True, text=True
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
    table = ["-nln", "bench_facilities", "-nlt", "POINT", "-lco", "GEOMETRY_NAME=geom"]
    return [program, "-q", "-f", "PostgreSQL", f"PG:{target}", str(file), *options, *table]


def _machizu_load(file: Path) -> tuple[float, dict[str, object]]:
    command = [*MACHIZU, "load", str(file), "--layer", LAYER, "--publish", "--json"]
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return time.perf_counter() - begin, json.loads(done.stdout)


def _timed(command: Sequence[str]) -> float:
    begin = time.perf_counter()
    _run(*command, PG_USE_COPY="YES")
    return time.perf_counter() - begin


def _run(*command: str, **environ: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=os.environ | environ)


if __name__ == "__main__":
    sys.exit(main())

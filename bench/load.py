"""Times loads of a big list of facilities against `ogr2ogr` and `geopandas.to_postgis`, in one run.

    .venv/bin/python -m bench.load [--rows 100000] [--rounds 5] [--formats csv geojson gpkg] [--curve 10000 100000]

The peers copy the file into a bare table with a GiST index. Machizu reads the same file, cleans and checks it,
runs the layer's rules in the store, publishes it in one transaction and keeps the history; then it loads the
unchanged file again. Told are the medians of the rounds, with the least and the most: one load alone says more of
the machine's other work than of the road. `--curve` loads so many rows of CSV each, for time and memory by size. The
database is a private PostGIS under a temporary MACHIZU_HOME, or the one of DATABASE_URL, which must be made for this
and run on this machine. Returns 1 when a goal is missed: the first load of CSV within three times ogr2ogr, the second
faster, every format no slower than to_postgis.
"""

from __future__ import annotations

import argparse
import json
import os
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
from bench.peers import convert, geopandas_to_postgis, ogr2ogr
from data_samples.generate import write_deliveries

LAYER = "facilities"
BASE_LAYERS = ("city_boundary", "town_areas")
FORMATS = ("csv", "geojson", "gpkg")
GOAL = 3.0
FIRST, SECOND = "Machizu, first load", "Machizu, second, unchanged load"
MACHIZU = (sys.executable, "-m", "machizu")
HEADER = (
    "| what                            |     wall |   least to most | of ogr2ogr |      CPU |   memory |\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its tables. Returns 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--formats", nargs="*", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--curve", nargs="*", type=int, default=[])
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as folder:
        home = Path(folder)
        # The server's own user must be able to pass through.
        home.chmod(0o755)
        with _store(home) as url:
            _load_base_layers(home)
            sys.stdout.write(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n")
            file = write_facilities(home / "facilities.csv", chosen.rows)
            met = [_compare(url, convert(file, suffix), chosen.rounds) for suffix in chosen.formats]
            _curve(url, home, chosen.curve)
    return 0 if all(met) else 1


def _compare(url: str, file: Path, rounds: int) -> bool:
    """Load a file by all roads, round by round; print the medians and tell whether the goals were met."""
    costs: dict[str, list[Cost]] = {name: [] for name in ("ogr2ogr", "geopandas.to_postgis", FIRST, SECOND)}
    for _ in range(rounds):
        _round(url, file, costs)
    medians = {name: _median(of_name) for name, of_name in costs.items()}
    bare, to_postgis, first, second = medians.values()
    sys.stdout.write(f"\n{file.suffix} {file.stat().st_size / 1e6:.1f} MB, {rounds} rounds\n{HEADER}")
    for name, cost in medians.items():
        walls = [each.wall for each in costs[name]]
        sys.stdout.write(
            f"| {name:<31} | {cost.wall:6.2f} s | {min(walls):5.2f} to {max(walls):5.2f} s | {cost.wall / bare.wall:10.2f} "
            f"| {cost.cpu:6.2f} s | {cost.memory:4.0f} MiB |\n"
        )
    within = file.suffix != ".csv" or first.wall <= GOAL * bare.wall
    return within and second.wall < first.wall and first.wall <= to_postgis.wall


def _round(url: str, file: Path, costs: dict[str, list[Cost]]) -> None:
    """Load a file once by each road, into an empty layer and again; raises where the second load changes a row."""
    server = postmaster(url)
    plain, pandas, first, second = costs.values()
    plain.append(_peer(ogr2ogr(url, file), server))
    # Not before the peer, which would feel what emptying leaves to be written.
    _empty(url)
    cost, new = _machizu_load(file, server)
    first.append(cost)
    pandas.append(_peer(geopandas_to_postgis(url, file), server))
    cost, again = _machizu_load(file, server)
    second.append(cost)
    # The bench's own check: a load that left rows out, or did twice what was done, would be fast.
    assert new["diff"]["added"] == new["rows"]["accepted"] == again["diff"]["unchanged"] > 0, (new, again)


def _curve(url: str, home: Path, sizes: Sequence[int]) -> None:
    """Load lists of growing size into the empty layer; print time and memory of each."""
    if sizes:
        sys.stdout.write("\n|      rows |     wall | rows/s |      CPU |   memory |\n")
    for rows in sizes:
        _empty(url)
        cost, _ = _machizu_load(write_facilities(home / "curve.csv", rows), postmaster(url))
        sys.stdout.write(
            f"| {rows:9,} | {cost.wall:6.1f} s | {rows / cost.wall:6,.0f} | {cost.cpu:6.1f} s | {cost.memory:4.0f} MiB |\n"
        )


def _peer(command: Sequence[str], server: int) -> Cost:
    return run(command, server, PG_USE_COPY="YES")[0]


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(parts) for parts in zip(*costs, strict=True)))


def _empty(url: str) -> None:
    """Make the layer new again: without rows, and without the indexes that come with the first ones."""
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE layer.facilities")
        connection.execute("DROP INDEX IF EXISTS layer.facilities_version_idx, layer.facilities_geom_idx")


@contextmanager
def _store(home: Path) -> Iterator[str]:
    """Have an empty store running; give its URL."""
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
    """Load what the rules look at."""
    folder = home / "samples"
    folder.mkdir()
    for delivery in write_deliveries(folder):
        if delivery.layer in BASE_LAYERS:
            _run(*MACHIZU, "load", str(delivery.path), "--layer", delivery.layer, "--publish")


def _machizu_load(file: Path, server: int) -> tuple[Cost, dict[str, dict[str, int]]]:
    cost, printed = run([*MACHIZU, "load", str(file), "--layer", LAYER, "--publish", "--json"], server)
    return cost, json.loads(printed)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())

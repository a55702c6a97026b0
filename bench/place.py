"""Times `/api/place` against one bare round trip to PostGIS, in one run over the samples.

    .venv/bin/python -m bench.place [--requests 400] [--rounds 5]

One client asks for random points of the city, in turn: `/api/place` over HTTP (one process, no cache of answers);
one round trip to PostGIS by the same road, the nearest site; that road without PostGIS, the depth of the flood; and
without HTTP, as prepared statements by psycopg, all that vector layers say of the place, and only the town there.
Rounds alternate, so that a busy machine slows all of them. The store is made for the bench, with the product's
samples. Returns 1 when the goal is missed: p95 of a place within three times p95 of one round trip by the same road;
the shares of the bare ones are printed beside it.

What keeps it above three times its own statement without HTTP (0.21 ms): of 1.4 ms, all medians, the road takes 0.35,
the statement through the pool of connections and the event loop 0.43, the choice of sites 0.15, words in one language
and JSON 0.25; the rest was not told apart.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.running import MACHIZU, run_command, start
from layers.catalogue import PUBLIC, parse_catalogue
from layers.places import place_layers, place_text
from layers.reads import catalogue_statement

# Within the sample city, degrees.
CENTRE, REACH = (140.03, 36.86), (0.06, 0.05)
GOAL = 3.0
WARM_UP = 50
TOWN = (
    "SELECT id FROM layer.town_areas WHERE ST_Intersects(geom, ST_SetSRID(ST_Point(%(lon)s, %(lat)s), 4326))"
)
PLACE, NEAREST, ROAD = "place", "nearest site", "the road"
BARE, SHORT = "bare, place", "bare, town"
# As many sites and shelters as an answer asks the states of.
STATES = {"sites": [*range(1, 31)], "shelters": [1, 2, 3]}

Point = tuple[float, float]
Ask = Callable[[Point], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table. Returns 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.place", description=__doc__)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="machizu-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        # The database's own user must be able to pass through.
        home.chmod(0o755)
        url = stack.enter_context(_store(home))
        port, _ = start(stack, sys.executable, "bench.tiles:warm_application", "--factory", workers=1)
        asks = {
            PLACE: _http(stack, port, "/api/place?lon={:.6f}&lat={:.6f}"),
            NEAREST: _http(stack, port, "/api/collections/evacuation_sites/nearest?limit=1&lon={:.6f}&lat={:.6f}"),
            ROAD: _http(stack, port, "/api/rasters/flood_depth/value?lon={:.6f}&lat={:.6f}"),
            BARE: _database(stack, url, _place_text(url), STATES),
            SHORT: _database(stack, url, TOWN, {}),
        }  # fmt: skip
        found = _measure(asks, chosen.requests, chosen.rounds)
        sys.stdout.write(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n\n")
        return _told(found)


def _measure(asks: dict[str, Ask], requests: int, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each request, the round that warms up left out."""
    chance = random.Random(7)
    found: dict[str, list[float]] = {name: [] for name in asks}
    for turn in range(rounds + 1):
        points = [_point(chance) for _ in range(requests // rounds if turn else WARM_UP)]
        for name, ask in asks.items():
            taken = [_timed(ask, point) for point in points]
            found[name] += taken if turn else []
    return found


def _point(chance: random.Random) -> Point:
    longitude, latitude = (c + chance.uniform(-r, r) for c, r in zip(CENTRE, REACH, strict=True))
    return longitude, latitude


def _timed(ask: Ask, point: Point) -> float:
    before = time.perf_counter()
    ask(point)
    return 1000 * (time.perf_counter() - before)


def _told(found: dict[str, list[float]]) -> int:
    cuts = {name: statistics.quantiles(taken, n=20) for name, taken in found.items()}
    place = cuts[PLACE][18]
    sys.stdout.write("| what         | p50 ms | p95 ms | place's p95 is so many times it |\n")
    for name, cut in cuts.items():
        sys.stdout.write(f"| {name:<12} | {cut[9]:6.2f} | {cut[18]:6.2f} | {place / cut[18]:31.1f} |\n")
    return 0 if place <= GOAL * cuts[NEAREST][18] else 1


def _http(stack: ExitStack, port: int, path: str) -> Ask:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    stack.callback(connection.close)

    def ask(point: Point) -> None:
        connection.request("GET", path.format(*point))
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            sys.exit(f"The API answered {response.status}: {body[:500]!r}")

    return ask


def _database(stack: ExitStack, url: str, text: str, more: dict[str, Any]) -> Ask:
    connection = stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=0))
    query = text.encode()

    def ask(point: Point) -> None:
        connection.execute(query, {"lon": point[0], "lat": point[1], **more}, binary=True).fetchall()

    return ask


def _place_text(url: str) -> str:
    """Return the statement with which the API asks all that vector layers say of a place."""
    statement = catalogue_statement()
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.text.encode(), statement.parameters).fetchone()
    return place_text(place_layers(parse_catalogue(row[0] if row else None, PUBLIC)))


@contextmanager
def _store(home: Path) -> Iterator[str]:
    """Have a store with the samples running; give its URL."""
    os.environ["MACHIZU_HOME"] = str(home / "store")
    os.environ["MACHIZU_API_RATE"] = "0"
    run_command(*MACHIZU, "db", "start")
    try:
        run_command(*MACHIZU, "migrate")
        run_command(*MACHIZU, "samples")
        url = subprocess.run([*MACHIZU, "db", "url"], check=True, capture_output=True, text=True).stdout
        yield url.strip()
    finally:
        run_command(*MACHIZU, "db", "stop")


if __name__ == "__main__":
    sys.exit(main())

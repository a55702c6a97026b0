"""Times pages of features, filters and single features against other servers over the same PostGIS, in one run.

    .venv/bin/python -m bench.items [--peers FOLDER] [--clients 1 16 64] [--rounds 3]

FOLDER is where the shared bench's `setup.sh` put the peers' environments (default: $BENCH). `ref_psycopg` writes
the same features as GeoJSON in SQL and sends the bytes, with neither links nor counts, revisions or limits. Ours runs
as it is, but for the rate limits; of the answers only the number of matches is remembered. Needs `wrk`. Returns 1 when
a goal is missed.

What limits "box" and "filter": a page is in the order of ids, so that one can go on from it, and the first says how many
match. So all that the box holds is read (538 points in the mean), or features by id until a hundred match (8,900); the
reference takes any hundred, and counts nothing. PostgreSQL's own time, mean of the 200 paths: box 0.9 ms, of the
reference's statement 0.28 ms, of the same with that order 0.8 ms; filter 2.6, 0.7 and 2.1 ms.

What limits "100" and "item": PostgreSQL takes as long as for the reference (0.20 and 0.19 ms for 100 features). What is
left is Python beside the statement: 0.19 ms for a page and 0.11 ms for a feature, of the reference 0.015 ms. Of a page's,
a fifth each goes to the way to the endpoint, to reading what is asked for and to the links; the rest to the ETag, the
headers and the statement's text. The pool hands out the connection that rested longest, whose process is the coldest:
a tenth of a single feature. With 64 clients the ten connections of each process share two cores: with four, as the
reference has, single features come a fifth faster, but slow questions would hold up the others sooner.
"""

from __future__ import annotations

import json
import random
import sys
import urllib.request
from urllib.parse import quote

from bench.running import Server, memory
from bench.servers import EXTENT, Bench, run

OWN = "/api/collections/bench_facilities/items"
BARE = "/p/items/facilities"
TIPG = "/collections/bench.facilities/items"
PAGES = (100, 1_000, 10_000)
CATEGORIES = ("school", "clinic", "park", "library")
COUNT = 100_000
# Of the first page's rate; of megabytes.
DEEP_GOAL = 0.9
MEMORY_GOAL = 250
PATHS = 200
# Degrees, as in the shared bench.
SMALL, LARGE = 0.04, 0.2

Paths = tuple[list[str], list[str], list[str]]


def work(bench: Bench) -> bool:
    """Compare each kind of question; tell whether all goals are met."""
    own, bare, tipg = bench.own("bench.tiles:warm_application"), bench.reference(), bench.tipg()

    def compare(what: str, paths: Paths, share: float) -> bool:
        servers = zip((own, bare, tipg), paths, strict=True)
        asked = {server: listed for server, listed in servers if server is not None and listed}
        return bench.compare(what, asked, {"ref_psycopg": share, "tipg": 8.0})

    met = [compare(f"{limit:,}", _pages(limit), 0.9) for limit in PAGES]
    met.append(compare("box", _in_boxes(), 0.9))
    met.append(compare("filter", _filters(), 0.9))
    met.append(compare("item", _items(), 0.7))
    met.append(_deep(bench, own))
    sizes = memory(own)
    sys.stdout.write(f"\nMemory of our processes, MB: {', '.join(f'{size:.0f}' for size in sizes)}\n")
    return all(met) and max(sizes) < MEMORY_GOAL


def _boxes(side: float) -> list[str]:
    """Boxes of so many degrees in the municipality, always the same."""
    dice = random.Random(7)
    corners = [
        (dice.uniform(EXTENT.west, EXTENT.east - side), dice.uniform(EXTENT.south, EXTENT.north - side))
        for _ in range(PATHS)
    ]
    return [f"{x:.5f},{y:.5f},{x + side:.5f},{y + side:.5f}" for x, y in corners]


def _pages(limit: int) -> Paths:
    return _asked([f"?limit={limit}"])


def _in_boxes() -> Paths:
    return _asked([f"?bbox={box}&limit=100" for box in _boxes(SMALL)])


def _asked(queries: list[str]) -> Paths:
    return (
        [f"{OWN}{query}&f=json" for query in queries],
        [BARE + query for query in queries],
        [f"{TIPG}{query}&f=geojson" for query in queries],
    )


def _filters() -> Paths:
    own, bare, tipg = [], [], []
    for number, box in enumerate(_boxes(LARGE)):
        category, least = CATEGORIES[number % len(CATEGORIES)], 50 + number
        said = quote(f"category='{category}' AND capacity>{least}")
        own.append(f"{OWN}?bbox={box}&limit=100&filter={said}&f=json")
        bare.append(f"{BARE}?bbox={box}&limit=100&category={category}&mincap={least}")
        tipg.append(f"{TIPG}?bbox={box}&limit=100&f=geojson&filter-lang=cql2-text&filter={said}")
    return own, bare, tipg


def _items() -> Paths:
    numbers = random.Random(9).sample(range(1, COUNT + 1), PATHS)
    return (
        [f"{OWN}/{n}?f=json" for n in numbers],
        [f"{BARE}/{n}" for n in numbers],
        [f"{TIPG}/{n}?f=geojson" for n in numbers],
    )


def _deep(bench: Bench, own: Server) -> bool:
    """Compare our own page after 90,000 features with the first, each of 100."""
    place = f"http://127.0.0.1:{own.port}{OWN}?limit=10000&f=json"
    for _ in range(9):
        with urllib.request.urlopen(place) as answer:
            links = json.load(answer)["links"]
        place = next(link["href"] for link in links if link["rel"] == "next")
    deep = place.partition(str(own.port))[2].replace("limit=10000", "limit=100")
    asked = {own: [deep], Server("first page", own.port, own.processes): [f"{OWN}?limit=100&f=json"]}
    return bench.compare("deep page", asked, {"first page": DEEP_GOAL})


if __name__ == "__main__":
    sys.exit(run("bench.items", __doc__, work))

"""Times vector tiles against other servers over the same PostGIS, in one run.

    .venv/bin/python -m bench.tiles [--peers FOLDER] [--clients 1 16 64] [--rounds 3]

FOLDER is where the shared bench's `setup.sh` put the peers' environments (default: $BENCH). `ref_psycopg` makes tiles
with ST_Transform, all attributes and at most 10,000 features. "cold" is without any cache (of Machizu too, though
those who ask for the same tile at the same time share one query); "warm" asks for twelve tiles again and again.
Needs `wrk`. Returns 1 when a goal is missed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench.servers import EXTENT, LAYERS, Bench, application, run
from gis_core.tiles import MERCATOR

OWN = "/api/collections/bench_{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}"
BARE = "/p/tiles/{layer}/{z}/{x}/{y}"
CACHED = "/ctiles/{layer}/{z}/{x}/{y}"
TIPG = "/collections/bench.{layer}/tiles/WebMercatorQuad/{z}/{x}/{y}"
# The least share of each server's rate, by zoom.
COLD_GOALS = {
    8: {"ref_psycopg": 3.0, "tipg": 2.0},
    11: {"ref_psycopg": 3.0, "tipg": 2.0},
    14: {"ref_psycopg": 0.9, "tipg": 2.0},
}
WARM_GOALS = {"ref_cached": 0.8}
WARM_TILES = 12

Tiles = Sequence[tuple[str, int, int, int]]


def work(bench: Bench) -> bool:
    """Compare cold and warm tiles; tell whether all goals are met."""
    cold = {bench.own("bench.tiles:cold_application"): OWN}
    warm = {bench.own("bench.tiles:warm_application"): OWN}
    if (bare := bench.reference()) is not None:
        cold[bare] = BARE
        warm[replace(bare, name="ref_cached")] = CACHED
    if (tipg := bench.tipg()) is not None:
        cold[tipg] = TIPG
    met = [
        bench.compare(f"z{zoom} cold", _asked(cold, _tiles(zoom)), goals)
        for zoom, goals in COLD_GOALS.items()
    ]
    met.append(bench.compare("z14 warm", _asked(warm, _tiles(14)[:WARM_TILES]), WARM_GOALS))
    return all(met)


def cold_application() -> Any:
    """Return our API without a cache: what uvicorn starts for the bench."""
    return application(cache_bytes=0)


def warm_application() -> Any:
    """Return our API as it runs."""
    return application()


def _asked(servers: Any, tiles: Tiles) -> Any:
    return {s: [path.format(layer=n, z=z, y=y, x=x) for n, z, y, x in tiles] for s, path in servers.items()}


def _tiles(zoom: int) -> Tiles:
    """Return each layer's tiles of the made-up municipality, shuffled always alike."""
    top, bottom, left, right = MERCATOR.limits(EXTENT, zoom)
    places = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    found = [(layer, zoom, row, column) for row, column in places for layer in LAYERS]
    random.Random(5).shuffle(found)
    return found


if __name__ == "__main__":
    sys.exit(run("bench.tiles", __doc__, work))

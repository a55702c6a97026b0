"""What two processes do at the same time for the first time is done once."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import shapely

from machizu.embedded.cluster import Cluster
from tests.api.conftest import definition
from tests.conftest import ROOT, Store

# More than a layer that is shown whole at every zoom may have.
MANY = 2_100


def test_two_that_prepare_an_empty_store_at_once_both_succeed(cluster: Cluster, tmp_path: Path) -> None:
    environ = os.environ | {
        "DATABASE_URL": cluster.create_database("together"),
        "MACHIZU_HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "machizu", "migrate"]
    both = [subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        (registered,) = connection.execute("SELECT count(*) FROM layers_layer").fetchone() or ()
    assert registered >= 20
    cluster.drop_database("together")


def test_two_that_make_the_first_plans_at_once_both_succeed(store: Store) -> None:
    from django.db import connection

    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer
    from layers.services.tiling import renew_plans

    rows = [(f"{n}", shapely.Point(140 + n % 50 / 1000, 36.8 + n // 50 / 1000).wkb) for n in range(MANY)]
    for layer in ("trees", "lamps"):
        register_layer(definition(layer, []))
        load_rows(layer, Delivery.whole("x.csv", ("name",), (), rows, {}), actor="tests", mode="publish")

    def renew(_: int) -> list[str]:
        try:
            return renew_plans()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        made = [*threads.map(renew, range(2))]
    assert sorted([*made[0], *made[1]]) == ["lamps", "trees"]

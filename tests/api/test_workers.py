"""Several processes are one server: what one learns all know, and none falls with the database."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import pytest
from prometheus_client.parser import text_string_to_metric_families

from gis_core.tiles import tile_at
from machizu.embedded.cluster import Cluster
from tests.conftest import ROOT
from tests.served import served

WORKERS = 2
NEAR, FAR = (140.00, 36.80), (140.04, 36.84)
ITEMS = "/collections/facilities/items"

Check = Callable[[httpx.Response], bool]


@dataclass(frozen=True)
class Product:
    """The API of two processes, their database, and a key that may write."""

    api: str
    cluster: Cluster
    key: dict[str, str]
    log: Path

    def ask(self, path: str, **headers: str) -> httpx.Response:
        # A connection of its own, which either process may take.
        return httpx.get(self.api + path, headers=headers, timeout=60)

    def everywhere(self, path: str, check: Check, **headers: str) -> None:
        """Wait until the answers of all processes pass; the test's own limit ends what never does."""
        passed: dict[str, bool] = {}
        with ThreadPoolExecutor(8) as threads:
            while len(passed) < WORKERS or not all(passed.values()):
                for answer in threads.map(lambda _: self.ask(path, **headers), range(8)):
                    # Names of requests begin with what tells processes apart.
                    passed[answer.headers["x-request-id"].partition("-")[0]] = check(answer)


@pytest.fixture(scope="module")
def product(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Twenty facilities in a row to the north-east, in a cluster of their own: the tests kill it."""
    home = tmp_path_factory.mktemp("workers")
    cluster = Cluster(workspace / "workers", fast=True)
    cluster.start()
    file = home / "facilities.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        rows = [[f"K{n:03}", f"施設{n}", 36.8 + n / 500, 140 + n / 500] for n in range(21)]
        csv.writer(target).writerows([["ID", "名称", "緯度", "経度"], *rows])
    try:
        for command in ("migrate", f"load {file} --layer facilities --publish"):
            machizu(cluster, home, *command.split())
        options = "--name writer --role administrator"
        key = machizu(cluster, home, "apikey", "create", *options.split()).strip()
        with served(cluster.url(), home, workers=WORKERS, MACHIZU_LOG_REQUESTS="1") as api:
            yield Product(api, cluster, {"X-API-Key": key}, home / "server.log")
    finally:
        cluster.stop()


def machizu(cluster: Cluster, home: Path, *arguments: str) -> str:
    environ = os.environ | {"DATABASE_URL": cluster.url(), "MACHIZU_HOME": str(home)}
    command = [sys.executable, "-m", "machizu", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def tile(place: tuple[float, float]) -> str:
    return "/collections/facilities/tiles/WebMercatorQuad/14/{}/{}".format(*tile_at(*place, 14))


def rename(product: Product, name: str) -> None:
    headers = {**product.key, "Content-Type": "application/merge-patch+json"}
    content = {"type": "Feature", "properties": {"name": name}}
    answer = httpx.patch(f"{product.api}{ITEMS}/1", json=content, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text


def names_in(answer: httpx.Response) -> set[Any]:
    if answer.status_code != 200:
        return set()
    features = mapbox_vector_tile.decode(answer.content)["facilities"]["features"]
    return {feature["properties"].get("name") for feature in features}


def test_an_edit_is_seen_in_every_kind_of_answer_from_every_process(product: Product) -> None:
    product.everywhere(tile(NEAR), lambda answer: answer.status_code == 200)
    untouched = product.ask(tile(FAR)).headers["etag"]
    rename(product, "改称した施設")
    seen: list[tuple[str, Check]] = [
        (tile(NEAR), lambda answer: "改称した施設" in names_in(answer)),
        (f"{ITEMS}/1", lambda answer: "改称した施設" in answer.text),
        (f"{ITEMS}?limit=1", lambda answer: "改称した施設" in answer.text),
        ("/search?q=改称した施設", lambda answer: answer.json()["numberReturned"] == 1),
        (f"{ITEMS}?f=csv", lambda answer: "改称した施設" in answer.text),
    ]
    for path, check in seen:
        product.everywhere(path, check)
    product.everywhere(tile(FAR), lambda answer: answer.status_code == 304, **{"If-None-Match": untouched})


def test_the_numbers_are_those_of_all_processes(product: Product) -> None:
    def asked(answer: httpx.Response) -> float:
        families = text_string_to_metric_families(answer.text)
        samples = [sample for family in families for sample in family.samples]
        return sum(
            s.value
            for s in samples
            if s.name == "machizu_request_seconds_count" and s.labels["route"] == "getLive"
        )

    before = asked(product.ask("/metrics"))
    product.everywhere("/health/live", lambda answer: answer.status_code == 200)
    asked_again = asked(product.ask("/metrics")) - before
    assert asked_again >= 8 and asked_again % 8 == 0
    product.everywhere("/metrics", lambda answer: asked(answer) == before + asked_again)


def test_a_killed_database_is_told_cached_tiles_go_on_and_all_comes_back(product: Product) -> None:
    product.everywhere(tile(FAR), lambda answer: answer.status_code == 200)
    pid = product.cluster.server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    product.everywhere("/health/ready", lambda answer: answer.status_code == 503)
    product.everywhere("/health/live", lambda answer: answer.status_code == 200)
    product.everywhere(tile(FAR), lambda answer: answer.status_code == 200)
    refused = product.ask(f"{ITEMS}?limit=1")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] and refused.headers["content-type"] == "application/problem+json"
    assert "machizu_database_up 0.0" in product.ask("/metrics").text
    product.cluster.start()
    product.everywhere("/health/ready", lambda answer: answer.status_code == 200)
    product.everywhere(f"{ITEMS}?limit=1", lambda answer: answer.status_code == 200)
    # Notices are heard again too.
    rename(product, "再開後の名称")
    product.everywhere(tile(NEAR), lambda answer: "再開後の名称" in names_in(answer))


def test_the_log_is_lines_of_json_that_name_the_request(product: Product) -> None:
    product.ask("/conformance", **{"X-Request-Id": "look-at-the-log"})
    lines = [json.loads(line) for line in product.log.read_text("utf-8").splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    (line,) = (line for line in lines if line.get("request", {}).get("id") == "look-at-the-log")
    assert (line["request"]["route"], line["request"]["status"]) == ("getConformance", 200)

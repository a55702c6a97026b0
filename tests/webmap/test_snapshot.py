"""The snapshot: plain files that any web server serves, complete in every language, replaced in one step."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from machizu.cli import main
from tests.webmap.browsing import PHONE, assert_clean, open_page, wait_until

DRAWN = "() => document.getElementById('map').dataset.state === 'drawn'"


@pytest.fixture(scope="module")
def snapshot(loaded_store, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("snapshot") / "public"
    command = [sys.executable, "-m", "machizu", "snapshot", str(folder)]
    environ = os.environ | {"DATABASE_URL": loaded_store.url, "MACHIZU_HOME": str(loaded_store.home)}
    subprocess.run(command, check=True, env=environ, timeout=300, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def served(snapshot: Path) -> Iterator[str]:
    """Serve the folder with nothing but Python's own web server."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", str(snapshot)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        port = re.search(r"port (\d+)", process.stdout.readline())
        assert port is not None
        yield f"http://127.0.0.1:{port[1]}"
        process.terminate()


def test_the_map_is_drawn_from_files_alone(browser, served):
    watched = open_page(browser, f"{served}/ja/map.html")
    page = watched.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    wait_until(page, DRAWN)
    page.get_by_role("checkbox", name="公衆無線LAN").check()
    page.get_by_role("checkbox", name="洪水浸水想定").check()
    page.locator("#map-legend").get_by_text("20 m以上").wait_for()
    wait_until(
        page,
        "() => performance.getEntriesByName(new URL('../data/flood_depth.png', location).href).length > 0",
    )
    assert [
        path for path in asked if path.startswith("/api") or not (path.startswith(("/data/", "/static/")))
    ] == []
    assert_clean(watched)


@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 640}])
@pytest.mark.parametrize("path", ["/", "/pt/list/evacuation_sites.html", "/ja-easy/list/road_closures.html", "/en/map.html"])  # fmt: skip
def test_the_pages_are_clean(browser, served, path, viewport):
    watched = open_page(browser, served + path, viewport=viewport)
    if path.endswith("map.html"):
        wait_until(watched.page, DRAWN)
    assert_clean(watched)


def test_the_list_is_read_without_javascript(browser, served):
    watched = open_page(browser, served, java_script_enabled=False)
    watched.page.get_by_role("link", name="指定緊急避難場所").click()
    assert watched.page.locator("tbody tr").count() >= 100
    watched.page.get_by_role("link", name="English").click()
    watched.page.get_by_role("link", name="Wi-Fi").first.click()
    assert watched.page.locator("tbody tr").count() > 3
    watched.page.context.close()


def test_every_link_leads_to_a_file_and_none_outside(snapshot: Path):
    pages = list(snapshot.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for address in re.findall(r'(?:href|src)="([^"]+)"', text):
            parts = urlsplit(address)
            if parts.scheme or not parts.path:
                assert parts.scheme in ("", "https", "http", "tel", "mailto")
                continue
            assert not address.startswith("/"), (page, address)
            assert (page.parent / parts.path).exists(), (page, address)


def test_the_data_is_all_of_every_public_layer(snapshot: Path, sample_store):
    from layers.selectors import catalogue

    for info in catalogue().layers.values():
        written = json.loads((snapshot / "data" / f"{info.id}.geojson").read_text(encoding="utf-8"))
        assert len(written["features"]) == info.feature_count
    flood = next(
        r for r in json.loads((snapshot / "data" / "rasters.json").read_text()) if r["id"] == "flood_depth"
    )
    assert {kind["title"]["ja"] for kind in flood["classes"]} >= {"20 m以上"}


def test_only_a_snapshot_is_replaced(sample_store, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", sample_store.url)
    (tmp_path / "precious.txt").write_text("x")
    assert main(["snapshot", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_the_worker_makes_it_anew_only_after_something_was_published(sample_store, tmp_path, monkeypatch):
    from dataclasses import replace

    from django.conf import settings
    from django.db import transaction

    from layers.models import Layer
    from webmap import languages
    from webmap.snapshots.tasks import refresh_snapshot

    target = tmp_path / "public"
    monkeypatch.setattr(languages, "OFFERED", ("ja",))
    assert refresh_snapshot(0) is False
    monkeypatch.setattr(settings, "MACHIZU", replace(settings.MACHIZU, snapshot=target))
    with transaction.atomic():
        assert [refresh_snapshot(0), refresh_snapshot(0)] == [True, False]
        Layer.objects.filter(pk="aed").update(revision=10**6)
        (target / "old.txt").write_text("gone with the next")
        assert refresh_snapshot(0) is True
        transaction.set_rollback(True)
    assert not (target / "old.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["public"]

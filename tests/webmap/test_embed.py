"""The map in pages of other sites: only the embed may be framed, only by those whom the setting names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.webmap.browsing import PHONE, assert_clean, open_page, wait_until

DRAWN = "() => document.getElementById('map').dataset.state === 'drawn'"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serve a page from another origin; returns its address."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=serving.serve_forever, daemon=True).start()

    def page(body: str) -> str:
        head = '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>他のサイト</title><link rel="icon" href="data:,"></head>'
        (tmp_path / "index.html").write_text(
            f"{head}<body><main><h1>他のサイト</h1>{body}</main></body></html>"
        )
        return f"http://127.0.0.1:{serving.server_port}/index.html"

    yield page
    serving.shutdown()
    serving.server_close()


@pytest.fixture
def get(sample_store):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1").get


def test_the_component_shows_the_map_in_a_foreign_page(browser, server, foreign):
    address = foreign(
        f'<script type="module" src="{server}/embed/machizu-map.js"></script>'
        '<machizu-map layers="evacuation_sites" lang="en" cooperative title="City map"><a href="#">a link</a></machizu-map>'
    )
    watched = open_page(browser, address)
    frame = watched.page.frame_locator("machizu-map >> iframe")
    frame.locator("#map[data-state=drawn]").wait_for(timeout=60_000)
    frame.get_by_role("link", name="Open the large map").wait_for()
    inner = next(f for f in watched.page.frames if "/embed/" in f.url)
    assert "layers=evacuation_sites" in inner.url and "cooperative=1" in inner.url
    watched.page.evaluate("() => document.querySelector('machizu-map').setAttribute('lang', 'ja')")
    frame.get_by_role("link", name="大きな地図で見る").wait_for()
    assert watched.errors == []
    assert watched.outside == []
    watched.page.context.close()


def test_other_pages_cannot_be_framed_by_others(browser, server, foreign):
    watched = open_page(browser, foreign(f'<iframe src="{server}/place" title="x"></iframe>'))
    wait_until(watched.page, "() => true")
    watched.page.wait_for_load_state("networkidle")
    assert any("frame-ancestors" in error or "X-Frame-Options" in error for error in watched.errors)
    watched.page.context.close()


@pytest.mark.parametrize("viewport", [{"width": 640, "height": 480}, PHONE, {"width": 320, "height": 480}])
def test_the_embed_is_usable_and_clean(browser, server, viewport):
    site = "evacuation_sites/1"
    watched = open_page(
        browser, f"{server}/embed/?layers=evacuation_sites&place={site}&list=1", viewport=viewport
    )
    wait_until(watched.page, DRAWN)
    size = watched.page.locator("#map").bounding_box()
    watched.page.locator("#map canvas").click(
        position={"x": size["width"] / 2, "y": size["height"] / 2}, force=True
    )
    link = watched.page.locator("#picked a").first
    link.wait_for()
    assert link.get_attribute("target") == "_blank"
    assert watched.page.locator("#places li").count() == 100
    assert_clean(watched)


def test_without_javascript_the_places_of_the_box_are_a_list(browser, server):
    watched = open_page(
        browser,
        f"{server}/embed/?layers=wifi_hotspots&bbox=139.9,36.8,140.1,36.95",
        java_script_enabled=False,
    )
    assert watched.page.locator("noscript li a, #places li a").count() > 3
    watched.page.context.close()


@pytest.mark.parametrize(
    "query",
    ["layers=no_such,<script>", "bbox=1,2,3", "bbox=nan,0,1,1", "bbox=9,9,1,1", "place=evacuation_sites/x", "place=../1"],
)  # fmt: skip
def test_options_that_are_not_understood_are_left_out(get, query):
    answer = get(f"/embed/?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("map-config")[0]


def test_only_the_embed_may_be_framed_by_those_of_the_setting(get):
    from webmap.security import policy

    assert policy("own", ("'self'", "https://www.example.jp")).endswith(
        "frame-ancestors 'self' https://www.example.jp"
    )
    assert "X-Frame-Options" not in get("/embed/").headers
    assert get("/events").headers["X-Frame-Options"] == "SAMEORIGIN"
    assert get("/embed/machizu-map.js").headers["Access-Control-Allow-Origin"] == "*"


def test_a_wrong_origin_in_the_setting_is_told(monkeypatch):
    from gis_core.errors import BadInput
    from machizu.environment import environment

    monkeypatch.setenv("MACHIZU_EMBED_ORIGINS", "www.example.jp; script-src *")
    with pytest.raises(BadInput, match="MACHIZU_EMBED_ORIGINS"):
        environment.__wrapped__()

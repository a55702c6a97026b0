"""Without a network the map, the evacuation list and what was seen are there, and the page says so."""

from __future__ import annotations

from tests.webmap.browsing import open_page, wait_until

DRAWN = "() => document.getElementById('map').dataset.state === 'drawn'"
CONTROLLED = "() => navigator.serviceWorker.controller !== null"


def test_the_map_and_the_evacuation_list_are_there_without_a_network(browser, server):
    watched = open_page(browser, f"{server}/?lang=ja", service_workers="allow")
    page = watched.page
    wait_until(page, CONTROLLED)
    page.reload()
    wait_until(page, DRAWN)
    assert page.locator("#connection").is_hidden()
    page.context.set_offline(True)
    page.locator("#connection").get_by_text("接続がありません").wait_for()
    page.reload()
    wait_until(page, DRAWN)
    page.locator("#connection").get_by_text("接続がありません").wait_for()
    page.locator("#places button, #places a").first.wait_for(state="attached")
    page.goto(f"{server}/list/evacuation_sites")
    assert page.locator("tbody tr").count() > 10
    page.goto(f"{server}/list/never_seen_before")
    assert page.get_by_role("heading", level=1).inner_text() == "指定緊急避難場所"
    page.context.set_offline(False)
    page.goto(f"{server}/list/evacuation_sites")
    assert page.locator("#connection").is_hidden()
    page.context.close()


def test_the_worker_lists_files_that_are_there_and_changes_with_them(browser, server, sample_store):
    from django.test import Client

    from webmap import STATIC_FOLDER
    from webmap.context.offline import shell

    kept = shell()
    assert any(path.endswith("maplibre-gl.mjs") for path in kept.files)
    assert [p for p in kept.files if not (STATIC_FOLDER / p.removeprefix("/static/")).is_file()] == []
    answer = Client(HTTP_HOST="127.0.0.1").get("/service-worker.js")
    assert answer["Cache-Control"] == "no-cache"
    assert kept.version in answer.content.decode()

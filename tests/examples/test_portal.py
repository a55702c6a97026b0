"""The portal's page, from another site than the API, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import ROOT
from tests.examples.conftest import SHELTERS, City, publish
from tests.webmap.browsing import CHROMIUM, FLAGS


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *_: object) -> None:
        pass


@pytest.fixture
def portal() -> Iterator[str]:
    """The address of the page, at a port of its own: another origin."""
    handler = partial(_Quiet, directory=str(ROOT / "examples/portal"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()
        thread.join()


def in_a_thread(work: Callable[[], None]) -> None:
    """Playwright keeps an event loop in its thread, in which neither Django nor a second Playwright would work."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(work).result()


def test_people_find_places_and_the_nearest_site_and_events(portal: str, city: City) -> None:
    publish("evacuation_sites", ("中央公園", "河川敷"))
    failures: list[str] = []

    def look() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            here = {"longitude": 140.0201, "latitude": 36.87}
            page = browser.new_context(geolocation=here, permissions=["geolocation"]).new_page()
            page.set_default_timeout(60_000)
            page.on("pageerror", lambda error: failures.append(str(error)))
            page.goto(f"{portal}?api={quote(city.api)}&from=2026-01-01")
            use(page)
            browser.close()

    in_a_thread(look)
    assert failures == []


def use(page: Page) -> None:
    expect.set_options(timeout=60_000)
    expect(page.locator("#events li")).to_have_text(["見つかりませんでした。"])
    for text, found in (("体育館", "<b>体育館</b>"), (SHELTERS[0], SHELTERS[0])):
        page.get_by_label("名称・よみ・住所").fill(text)
        page.get_by_role("button", name="探す", exact=True).click()
        expect(page.locator("#found li")).to_have_text([found])
    page.get_by_role("button", name="現在地から探す").click()
    expect(page.locator("#sites li").first).to_have_text("中央公園　約 9 m")
    assert not page.locator("#failure").is_visible()

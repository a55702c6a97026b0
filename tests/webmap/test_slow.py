"""On a slow line the list is there before the map is, and no page weighs more than a phone should fetch."""

from __future__ import annotations

import pytest

from tests.webmap.browsing import PATIENCE_MS, PHONE

# What browsers' own tools call slow 3G: 400 kbit/s each way, 400 ms until an answer begins.
SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
# 東京都公式ホームページ作成に係る統一基準: about 1.6 MB a page; pages of text are to stay far below.
MAP_BYTES = 1_600_000
TEXT_BYTES = 150_000
DRAWN = "() => document.getElementById('map').dataset.state === 'drawn'"


@pytest.fixture
def slow(browser):
    """A phone's page on a slow line, and the bytes of each answer by its address."""
    context = browser.new_context(viewport=PHONE, locale="ja-JP", service_workers="block")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    network = context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    fetched: dict[str, int] = {}

    def note(event):
        address = addresses.get(event["requestId"], "")
        fetched[address] = fetched.get(address, 0) + event["encodedDataLength"]

    network.on("Network.requestWillBeSent", lambda e: addresses.update({e["requestId"]: e["request"]["url"]}))
    network.on("Network.loadingFinished", note)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW_3G)
    yield page, fetched
    context.close()


def test_the_list_is_there_before_the_map(slow, server):
    page, fetched = slow
    page.goto(f"{server}/", wait_until="commit")
    page.locator("#places button, #places a").first.wait_for()
    assert not page.evaluate(DRAWN)
    page.locator("#map[data-state=drawn]").wait_for(state="attached")
    assert any(address.endswith("maplibre-gl.mjs") for address in fetched)
    assert sum(fetched.values()) < MAP_BYTES


@pytest.mark.parametrize(
    "path", ["/list/evacuation_sites", "/place?lon=140.02&lat=36.87", "/list", "/public/"]
)
def test_pages_of_text_are_light(slow, server, path):
    page, fetched = slow
    page.goto(server + path)
    assert page.get_by_role("heading", level=1).is_visible()
    assert 0 < sum(fetched.values()) < TEXT_BYTES

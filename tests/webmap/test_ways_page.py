"""The page of a place shows the way on foot to its sites, in words and on the map, and says where it knows none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page

from tests.webmap.browsing import assert_clean, in_the_picture, open_page, wait_until

ADDRESS = f"/place?q={quote('本町1丁目')}"
# So many metres from any road that ways know of none.
REMOTE = "/place?lon=139.86&lat=36.99"
BY_ROAD = re.compile(r"まで[\d.,]+ k?m、徒歩およそ\d+分です。")
STRAIGHT = re.compile(r"直線の距離です。.+まで[\d.,]+ k?m、徒歩\d+分以上です。")


@pytest.fixture(scope="module")
def walkable(server: str, loaded_store) -> Iterator[str]:
    """The product with its ways made, as its worker makes them each minute."""
    from layers.services.ways import renew
    from tests.conftest import _connect_django

    _connect_django("samples")
    renew()
    _connect_django("postgres")
    return server


def press(page: Page) -> Locator:
    """Ask for the way to the first site; returns where it is told."""
    page.get_by_role("button", name="歩く道を見る").first.click()
    wait_until(page, "() => /分/.test(document.getElementById('way-note').textContent)")
    return page.locator("#way-note[role=status]")


def line_colours(page: Page) -> int:
    """Count the pixels of the map that have the colour of the way."""
    return in_the_picture(
        page,
        """(data) => {
            let count = 0;
            for (let i = 0; i < data.length; i += 4) count += data[i] === 0xb0 && data[i + 1] === 0 && data[i + 2] === 0x20;
            return count;
        }""",
    )


def wait_for_line(page: Page) -> None:
    page.locator("#map[data-state]").wait_for()
    for _ in range(60):
        if line_colours(page) > 50:
            return
        page.wait_for_timeout(500)
    raise AssertionError("no way on the map")


def test_the_way_to_a_site_is_told_and_drawn(browser, walkable):
    watched = open_page(browser, walkable + ADDRESS)
    page = watched.page
    assert BY_ROAD.search(press(page).inner_text())
    wait_for_line(page)
    with page.expect_response("**/api/ways*rivers=*") as asked:
        page.get_by_label("川を渡らない道").check()
    assert asked.value.ok
    wait_until(page, "() => /[：、]川/.test(document.getElementById('way-note').textContent)")
    assert_clean(watched)


def test_where_no_road_is_known_the_line_is_said_to_be_straight(browser, walkable):
    watched = open_page(browser, walkable + REMOTE)
    assert STRAIGHT.search(press(watched.page).inner_text())
    assert_clean(watched)


def test_a_way_that_cannot_be_asked_for_is_told_in_words(browser, walkable):
    page = open_page(browser, walkable + ADDRESS).page
    page.context.set_offline(True)
    page.get_by_role("button", name="歩く道を見る").first.click()
    wait_until(page, "() => /もう一度/.test(document.getElementById('way-note').textContent)")
    page.context.close()

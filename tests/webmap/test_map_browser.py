"""The residents' map in a real browser, over the running product with its samples."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.webmap.browsing import (
    CHROMIUM,
    FLAGS,
    NO_WEBGL,
    PHONE,
    assert_clean,
    open_page,
    violations,
    wait_until,
)

DRAWN = "() => document.getElementById('map').dataset.state === 'drawn'"


@pytest.fixture
def browser_without_webgl(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[*FLAGS, *NO_WEBGL],
        ignore_default_args=["--enable-unsafe-swiftshader"],
    )
    yield launched
    launched.close()


def colours(page: Page) -> int:
    """Count the different colours of the map's picture, coarsely: an empty map has a few."""
    shot = page.locator("#map canvas").screenshot()
    return int(
        page.evaluate(
            """async (bytes) => {
                const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
                const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
                pen.drawImage(picture, 0, 0);
                const { data } = pen.getImageData(0, 0, picture.width, picture.height);
                const seen = new Set();
                for (let i = 0; i < data.length; i += 4) seen.add((data[i] >> 4 << 8) | (data[i + 1] >> 4 << 4) | data[i + 2] >> 4);
                return seen.size;
            }""",
            list(shot),
        )
    )


def test_the_map_is_drawn_with_layers_and_legend_and_nothing_leaves_the_machine(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    assert colours(page) > 30
    assert page.get_by_role("checkbox", name="指定緊急避難場所").is_checked()
    assert page.locator("#map-legend").get_by_text("公共施設").is_visible()
    assert page.get_by_role("button", name="拡大").bounding_box()["height"] >= 44
    assert_clean(watched)


def test_flood_depth_is_switched_on_with_its_classes_and_told_in_words(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    page.get_by_role("checkbox", name="土砂災害警戒区域").check()
    with page.expect_response(lambda r: "/api/rasters/flood_depth/tiles/" in r.url and r.status == 200):
        page.get_by_role("checkbox", name="洪水浸水想定").check()
    assert not page.get_by_role("checkbox", name="土砂災害警戒区域").is_checked()
    assert page.locator("#map-legend").get_by_text("20 m以上").is_visible()
    page.goto(f"{server}/#map=15/36.8/139.95&layers=flood_depth")
    with page.expect_response(lambda r: "/api/rasters/flood_depth/value" in r.url):
        page.locator("#map canvas").click(position={"x": 300, "y": 300})
    page.locator("#details .raster-class").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#details").is_hidden()
    assert_clean(watched)


def test_a_place_is_found_by_name_and_its_details_open(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    box = page.get_by_role("combobox")
    box.fill("小学校")
    option = page.get_by_role("option").first
    option.wait_for()
    name = option.locator(".place-name").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name=name)
    heading.wait_for()
    assert heading.evaluate("(node) => node === document.activeElement")
    page.locator("#details dt").first.wait_for()
    wait_until(page, "() => document.getElementById('live').textContent.includes('詳細を表示しました')")
    assert "place=" in page.url
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert box.evaluate("(node) => node === document.activeElement")
    assert_clean(watched)


def test_a_click_on_a_symbol_opens_its_details_and_a_link_brings_them_back(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    site = page.request.get(f"{server}/api/collections/evacuation_sites/items?limit=1").json()["features"][0]
    lon, lat = site["geometry"]["coordinates"]
    page.goto(f"{server}/#map=17/{lat}/{lon}&layers=evacuation_sites")
    page.reload()
    wait_until(page, DRAWN)
    size = page.locator("#map").bounding_box()
    page.locator("#map canvas").click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    page.get_by_role("heading", name=site["properties"]["name"]).wait_for()
    page.reload()
    page.get_by_role("heading", name=site["properties"]["name"]).wait_for()
    assert_clean(watched)


def test_english_has_english_words_on_page_and_map(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    page.get_by_role("checkbox", name="イベント").check()
    page.get_by_text("日本語", exact=True).first.click()
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="Layers and legend").wait_for()
    wait_until(page, DRAWN)
    assert page.get_by_role("button", name="Zoom in").is_visible()
    assert page.get_by_role("checkbox", name="Flood depth").count() == 1
    assert page.get_by_role("checkbox", name="Events").is_checked()
    assert_clean(watched)


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}])
def test_a_phone_shows_the_list_first_and_does_not_scroll_sideways(browser, server, size):
    watched = open_page(browser, server, viewport=size, has_touch=True, is_mobile=True)
    page = watched.page
    page.locator("#places button").first.wait_for()
    wait_until(page, DRAWN)
    page.locator("#places button").first.click()
    page.locator("#details dt").first.wait_for()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, .site-header a, .layer-switch")]
            .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 43.5).map((node) => node.outerHTML)"""
    )
    assert small == []
    assert_clean(watched)


def test_without_webgl_the_list_says_so_and_works(browser_without_webgl, server):
    watched = open_page(browser_without_webgl, server, viewport=PHONE)
    watched.page.get_by_text("この端末では地図を描けません").first.wait_for()
    watched.page.locator("#places button").first.click()
    watched.page.locator("#details dt").first.wait_for()
    assert_clean(watched)


def test_without_javascript_the_layers_lead_to_their_tables(browser, server):
    watched = open_page(browser, server, java_script_enabled=False)
    page = watched.page
    assert "JavaScript が必要です" in (page.locator("noscript").text_content() or "")
    page.locator("[data-layer=evacuation_sites] a").click()
    assert page.locator("tbody tr").count() > 10
    page.context.close()


def test_the_style_is_the_same_for_the_same_question(browser, server):
    watched = open_page(browser, server)
    built = watched.page.evaluate(
        """async () => {
            const { buildStyle } = await import("/static/webmap/js/style.js");
            const { AREA_CLASSES, PALETTE } = await import("/static/webmap/js/palette.js");
            const config = JSON.parse(document.getElementById("map-config").textContent);
            const options = { origin: location.origin, api: "/api", language: "ja", on: new Set(["events"]), opacity: new Map(), areaClasses: AREA_CLASSES };
            const make = () => JSON.stringify(buildStyle(config.layers, config.rasters, PALETTE, options));
            return [make(), make()];
        }"""
    )
    first, second = map(json.loads, built)
    assert first == second
    shown = {
        layer["source"] for layer in first["layers"] if layer.get("layout", {}).get("visibility") == "visible"
    }
    assert shown == {"events"}
    assert "glyphs" not in first
    watched.page.context.close()

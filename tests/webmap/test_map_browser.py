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
    Watched,
    assert_clean,
    in_the_picture,
    open_page,
    violations,
    wait_until,
)

DRAWN = "() => document.getElementById('map').dataset.state === 'drawn'"
FOCUSED = "(node) => node === document.activeElement"
SEARCH = "ここは危険"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, summary, .site-header a, .layer-switch, select")]
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 43.5).map((node) => node.outerHTML)"""


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
    return in_the_picture(
        page,
        """(data) => {
            const seen = new Set();
            for (let i = 0; i < data.length; i += 4) seen.add((data[i] >> 4 << 8) | (data[i + 1] >> 4 << 4) | data[i + 2] >> 4);
            return seen.size;
        }""",
    )


def an_entry(page: Page, server: str, layer: str, **query: str) -> dict:
    answer = page.request.get(f"{server}/api/collections/{layer}/items", params={"limit": "1", **query})
    return answer.json()["features"][0]


def test_the_map_is_drawn_with_layers_and_legend_and_nothing_leaves_the_machine(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    assert colours(page) > 30
    assert page.get_by_role("checkbox", name="指定緊急避難場所").is_checked()
    assert page.locator("#map-legend").get_by_text("公共施設").is_visible()
    assert page.get_by_role("button", name="拡大").bounding_box()["height"] >= 44
    themes = page.locator(".theme h3").all_inner_texts()
    assert themes[:3] == ["避難", "災害の想定区域（ハザード）", "公共施設"]
    assert_clean(watched)


def test_one_hazard_at_a_time_with_its_classes_and_opacity_in_the_address(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    page.get_by_role("checkbox", name="土砂災害警戒区域").check()
    assert page.locator("#map-legend").get_by_text("土砂災害特別警戒区域（土石流）").is_visible()
    with page.expect_response(lambda r: "/api/rasters/flood_depth/tiles/" in r.url and r.status == 200):
        page.get_by_role("checkbox", name="洪水浸水想定").check()
    assert not page.get_by_role("checkbox", name="土砂災害警戒区域").is_checked()
    assert page.locator("#map-legend").get_by_text("20 m以上").is_visible()
    page.get_by_role("slider", name="洪水浸水想定").fill("40")
    assert "opacity=flood_depth:40" in page.url
    page.reload()
    wait_until(page, DRAWN)
    assert page.get_by_role("slider", name="洪水浸水想定").input_value() == "40"
    assert_clean(watched)


def test_an_address_is_answered_in_words_beside_the_map_and_a_link_brings_it_back(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    box = page.get_by_role("combobox", name=SEARCH)
    box.fill("本町1丁目")
    page.keyboard.press("Enter")
    heading = page.locator("#details").get_by_role("heading", name="本町一丁目")
    heading.wait_for()
    assert heading.evaluate(FOCUSED)
    page.locator("#details .hazard-class").first.wait_for()
    assert page.locator("#details .site").count() > 0
    wait_until(page, "() => document.getElementById('live').textContent.includes('いちばん近い')")
    assert "at=36." in page.url
    assert violations(page) == []
    page.goto(page.url.replace("map=15.00", "map=13.50"))
    page.reload()
    heading.wait_for()
    assert "map=13.50" in page.url
    page.keyboard.press("Escape")
    assert "at=" not in page.url
    assert_clean(watched)


def test_a_tap_on_the_map_tells_the_depth_there(browser, server):
    watched = open_page(browser, f"{server}/#map=15/36.8/139.95&layers=flood_depth")
    page = watched.page
    wait_until(page, DRAWN)
    page.locator("#map canvas").click(position={"x": 300, "y": 300})
    page.locator("#details .hazard-class").first.wait_for()
    assert page.locator("#details .hazard h4").first.inner_text()
    page.locator("#details [data-place-link]").or_(page.locator("#details .close")).first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#details").is_hidden()
    assert_clean(watched)


def test_sites_are_filtered_by_hazard_on_list_and_map_and_as_a_table(browser, server):
    watched = open_page(browser, f"{server}/#layers=evacuation_sites")
    page = watched.page
    wait_until(page, DRAWN)
    page.get_by_role("tab", name="場所の一覧").click()
    page.locator("#places button").first.wait_for()
    before = page.locator("#list-note").inner_text()
    page.get_by_label("災害の種類").select_option(label="津波")
    wait_until(page, f"() => document.getElementById('list-note').textContent !== {json.dumps(before)}")
    assert "hazard=tsunami" in page.url
    assert "hazard=tsunami" in (page.locator("#filter-page").get_attribute("href") or "")
    page.get_by_label("災害の種類").select_option(label="洪水")
    page.get_by_label("いま開設しているところだけ").check()
    page.get_by_text("一覧にする場所はありません").or_(page.locator("#places button")).first.wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="表で見る").click()
    assert page.locator("#filter-hazard").input_value() == "flood"
    assert_clean(watched)


def test_an_entry_is_found_by_name_and_can_be_acted_on(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    box = page.get_by_role("combobox", name=SEARCH)
    box.fill("小学校")
    option = page.get_by_role("option").first
    option.wait_for()
    name = option.locator(".place-name").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    heading = page.locator("#details").get_by_role("heading", name=name).first
    heading.wait_for()
    page.locator("#details dt").first.wait_for()
    wait_until(page, "() => document.getElementById('live').textContent.includes('詳細を表示しました')")
    assert "place=" in page.url
    assert page.locator("#details").get_by_role("link", name="行き方").is_visible()
    assert page.locator("#details").get_by_role("button", name="共有").is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert box.evaluate(FOCUSED)
    assert_clean(watched)


def test_a_click_on_a_symbol_opens_its_details_and_a_link_brings_them_back(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    site = an_entry(page, server, "evacuation_sites")
    lon, lat = site["geometry"]["coordinates"]
    page.goto(f"{server}/#map=18/{lat}/{lon}&layers=evacuation_sites")
    page.reload()
    wait_until(page, DRAWN)
    size = page.locator("#map").bounding_box()
    page.locator("#map canvas").click(position={"x": size["width"] / 2, "y": size["height"] / 2})
    page.get_by_role("heading", name=site["properties"]["name"]).wait_for()
    page.reload()
    page.get_by_role("heading", name=site["properties"]["name"]).wait_for()
    assert_clean(watched)


def test_a_length_is_measured_by_keyboard_alone(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    page.get_by_role("button", name="距離をはかる").press("Enter")
    assert page.get_by_role("button", name="中心に点を打つ").evaluate(FOCUSED)
    page.keyboard.press("Enter")
    page.locator("#map canvas").press("ArrowRight")
    page.get_by_role("button", name="中心に点を打つ").press("Enter")
    wait_until(page, "() => /長さ：[1-9]/.test(document.getElementById('measure-length').textContent)")
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert page.get_by_role("button", name="距離をはかる").evaluate(FOCUSED)
    assert_clean(watched)


def test_everything_is_reached_by_keyboard_in_the_order_of_the_page(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    wait_until(page, DRAWN)
    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("() => document.activeElement.id || document.activeElement.textContent.trim()")
        )
    assert reached[:2] == ["本文へ移動", "地図へ移動"]
    wanted = ["わたしの場所", "search-input", "locate", "tab-layers"]
    places = [reached.index(name) for name in wanted]
    assert places == sorted(places)
    page.keyboard.press("ArrowLeft")
    assert_clean(watched)


def test_a_language_is_chosen_and_the_choice_of_layers_stays(browser, server):
    watched = open_page(browser, server)
    page = watched.page
    page.get_by_role("checkbox", name="イベント").check()
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Português").click()
    page.get_by_role("heading", name="Camadas e legenda").wait_for()
    wait_until(page, DRAWN)
    assert page.get_by_role("button", name="Aproximar").is_visible()
    assert page.get_by_role("checkbox", name="Eventos").is_checked()
    assert page.evaluate("() => document.documentElement.lang") == "pt"
    assert_clean(watched)


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}])
def test_a_phone_shows_the_list_first_and_does_not_scroll_sideways(browser, server, size):
    watched = open_page(browser, server, viewport=size, has_touch=True, is_mobile=True, color_scheme="dark")
    page = watched.page
    page.locator("#places button").first.wait_for()
    wait_until(page, DRAWN)
    page.locator("#places button").first.click()
    page.locator("#details dt").first.wait_for()
    assert page.evaluate(SMALL_TARGETS) == []
    assert_clean(watched)


def test_without_webgl_the_list_says_so_and_works(browser_without_webgl, server):
    watched = open_page(browser_without_webgl, server, viewport=PHONE)
    watched.page.get_by_text("この端末では地図を描けません").first.wait_for()
    watched.page.locator("#places button").first.click()
    watched.page.locator("#details dt").first.wait_for()
    assert_clean(watched)


def test_without_javascript_an_address_is_answered_and_layers_lead_to_their_tables(browser, server):
    watched = open_page(browser, server, java_script_enabled=False)
    page = watched.page
    assert "JavaScript が必要です" in (page.locator("noscript").text_content() or "")
    page.locator("#search-input").fill("本町1丁目")
    page.get_by_role("button", name="検索").click()
    assert page.locator("#answer .hazard").count() >= 2
    assert page.locator("#answer .site").count() > 0
    page.goto(server)
    page.locator("[data-layer=evacuation_sites] a").click()
    assert page.locator("tbody tr").count() > 10
    page.context.close()


def test_a_large_layer_is_drawn_from_tiles_and_small_ones_are_gathered(browser, server):
    watched = open_page(browser, server)
    first, second, large = map(json.loads, watched.page.evaluate(STYLES))
    assert first == second
    shown = {
        layer["source"] for layer in first["layers"] if layer.get("layout", {}).get("visibility") == "visible"
    }
    assert shown == {"landslide_zones"}
    assert "glyphs" not in first
    assert first["sources"]["places"]["cluster"]
    assert "events" not in first["sources"]
    assert large["sources"]["events"]["type"] == "vector"
    watched.page.context.close()


STYLES = """async () => {
    const { buildStyle } = await import("/static/webmap/js/style.js");
    const { PALETTE } = await import("/static/webmap/js/palette.js");
    const config = JSON.parse(document.getElementById("map-config").textContent);
    const options = { origin: location.origin, api: "/api", language: "ja", on: new Set(["landslide_zones"]), opacity: new Map() };
    const make = (layers) => JSON.stringify(buildStyle(layers, config.rasters, PALETTE, options));
    const large = config.layers.map((layer) => ({ ...layer, count: layer.count * 10000 }));
    return [make(config.layers), make(config.layers), make(large)];
}"""


def test_a_declared_emergency_stands_first_on_every_page(browser, server, sample_store):
    from layers.services.people import close_situation, open_situation

    number = open_situation("台風第19号", actor="test")
    try:
        watched: Watched = open_page(browser, f"{server}/place")
        banner = watched.page.get_by_role("complementary", name="緊急")
        assert "台風第19号" in banner.inner_text()
        assert banner.bounding_box()["y"] == 0
        assert banner.get_by_role("link").get_attribute("href").startswith("/public")
        assert_clean(watched)
    finally:
        close_situation(number, actor="test")

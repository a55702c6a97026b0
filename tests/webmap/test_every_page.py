"""Every page that people read, at every size and in both schemes: accessible, quiet, and no wider than the window."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.webmap.browsing import DESKTOP, PATIENCE_MS, PHONE, Watched, note_outside, violations

ADDRESS = f"/place?q={quote('本町1丁目')}"
PAGES = (
    "/place",
    ADDRESS,
    f"/place?q={quote('小学校')}",
    "/place?q=zzzz",
    "/list",
    f"/list?q={quote('公園')}",
    "/list/evacuation_sites",
    "/list/evacuation_sites?hazard=flood&lon=140.02&lat=36.87",
    "/list/evacuation_sites/1",
    "/list/river_cameras/1",
    "/list/landslide_zones/1",
)
SIZES = {
    "desktop": {"viewport": DESKTOP},
    "phone in the dark": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
}
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth && [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.outerHTML.slice(0, 120))"""


def faults(page: Page, watched: Watched) -> list[object]:
    found = [*watched.errors, *watched.outside, *violations(page)]
    watched.errors.clear()
    return found + (page.evaluate(TOO_WIDE) or [])


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible_and_fits(browser, server, size):
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce", **SIZES[size])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watched = Watched(page)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("console", lambda m: watched.errors.append(m.text) if m.type == "error" else None)
    page.on("request", lambda request: note_outside(watched, request.url))
    wrong = {}
    for path in PAGES:
        answer = page.goto(server + path)
        expected = 404 if "zzzz" in path else 200
        if page.locator(".place-map").count():
            page.locator("#map").scroll_into_view_if_needed()
            page.locator("#map[data-state]").wait_for()
        found = [e for e in faults(page, watched) if "404" not in str(e) or expected == 200]
        if found or answer.status != expected:
            wrong[path] = [answer.status, *found]
    context.close()
    assert wrong == {}


def test_answer_list_and_entry_fit_a_phone_in_every_language(browser, server):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    for language in ("ja-easy", "en", "pt", "es", "zh-hans", "ko"):
        for path in ("/list/evacuation_sites?", "/list/events/1?", f"{ADDRESS}&"):
            page.goto(f"{server}{path}lang={language}")
            assert not page.evaluate(TOO_WIDE), page.url
        assert violations(page) == [], language
    context.close()


def test_every_page_fits_320_pixels(browser, server):
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wide = {path: found for path in PAGES if page.goto(server + path) and (found := page.evaluate(TOO_WIDE))}
    context.close()
    assert wide == {}


def test_text_twice_as_large_still_fits(browser, server):
    context = browser.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    for path in ("/", ADDRESS, "/list/evacuation_sites"):
        page.goto(server + path)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        assert not page.evaluate(TOO_WIDE), path
    context.close()


def test_a_page_prints_the_answer_and_nothing_to_press(browser, server):
    context = browser.new_context(viewport={"width": 794, "height": 1123})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(server + ADDRESS)
    page.emulate_media(media="print")
    assert page.locator("#answer .summary").is_visible()
    assert page.locator("#answer .site-name").first.is_visible()
    for pressed in ("form.search", ".languages", ".menu", "#print"):
        assert not page.locator(pressed).is_visible()
    context.close()

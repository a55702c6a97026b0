"""Opening pages in a real browser and watching what goes wrong on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = "/usr/bin/chromium"
# Playwright adds the software WebGL switch itself; the rule keeps the browser on this machine.
FLAGS = ["--no-sandbox", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
NO_WEBGL = ["--disable-gpu", "--disable-software-rasterizer"]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# A loaded machine draws maps slowly.
PATIENCE_MS = 90_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Watched:
    """A page and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def open_page(browser: Browser, url: str, **options) -> Watched:
    context: BrowserContext = browser.new_context(
        **{
            "locale": "ja-JP",
            "viewport": DESKTOP,
            "reduced_motion": "reduce",
            "service_workers": "block",
            **options,
        }
    )
    context.set_default_timeout(PATIENCE_MS)
    watched = Watched(context.new_page())
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on("console", lambda m: watched.errors.append(m.text) if m.type == "error" else None)
    watched.page.on("request", lambda request: note_outside(watched, request.url))
    watched.page.goto(url)
    return watched


def note_outside(watched: Watched, url: str) -> None:
    if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname != "127.0.0.1":
        watched.outside.append(url)


def wait_until(page: Page, condition: str) -> None:
    """Wait for a condition without eval, which the content security policy refuses."""
    for _ in range(240):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(250)
    raise AssertionError(condition)


def violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]


def assert_clean(watched: Watched) -> None:
    assert watched.errors == []
    assert watched.outside == []
    assert violations(watched.page) == []
    assert watched.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    watched.page.context.close()


def in_the_picture(page: Page, counted: str) -> int:
    """Return what a function of JavaScript counts in the map's picture, given its pixels' bytes (RGBA)."""
    shot = page.locator("#map canvas").screenshot()
    return int(
        page.evaluate(
            f"""async (bytes) => {{
                const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], {{ type: "image/png" }}));
                const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
                pen.drawImage(picture, 0, 0);
                return ({counted})(pen.getImageData(0, 0, picture.width, picture.height).data);
            }}""",
            list(shot),
        )
    )

"""A printed sheet has a true scale, and says what it is of, as of when, and which way is north."""

from __future__ import annotations

import math
import re
import zlib
from pathlib import Path

import pytest

from tests.webmap.browsing import assert_clean, open_page, wait_until

READY = "() => document.body.dataset.state === 'ready'"
MM_A_POINT = 25.4 / 72


def printed(browser, server: str, query: str):
    watched = open_page(browser, f"{server}/print?{query}")
    wait_until(watched.page, READY)
    return watched


def test_two_kilometres_are_as_long_as_the_scale_says_on_the_sheet_and_on_its_map(browser, server):
    watched = printed(browser, server, "layers=evacuation_sites&scale=75000&paper=a3&grid=1")
    page = watched.page
    page.emulate_media(media="print")
    in_mm = "(id) => document.querySelector(id).getBoundingClientRect().width * 25.4 / 96"
    assert page.evaluate(in_mm, "#scale-bar") == pytest.approx(26.667, abs=0.05)
    assert page.evaluate(in_mm, ".sheet-map") == pytest.approx(330, abs=0.3)
    config = page.evaluate("() => JSON.parse(document.getElementById('map-config').textContent)")
    lat, zoom = config["view"]["lat"], config["view"]["zoom"]
    # Tiles of 512 pixels: so many metres a CSS pixel at this latitude (WGS 84's equator of 40,075,016.686 m).
    metres_a_pixel = 40_075_016.686 * math.cos(math.radians(lat)) / (512 * 2**zoom)
    assert 2000 / metres_a_pixel * 25.4 / 96 == pytest.approx(26.667, abs=0.01)
    page.emulate_media(media="screen")
    assert_clean(watched)


def test_the_pdf_has_the_size_of_the_paper_and_the_bar_on_it_is_true(browser, server, tmp_path: Path):
    watched = printed(browser, server, "layers=wifi_hotspots&scale=75000&paper=a3")
    path = tmp_path / "sheet.pdf"
    watched.page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    raw = path.read_bytes()
    width, height = (
        float(x) * MM_A_POINT for x in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", raw)[0]
    )
    assert (width, height) == (pytest.approx(420, abs=0.5), pytest.approx(297, abs=0.5))
    assert any(abs(bar - 26.667) < 0.1 for bar in rectangles_mm(raw))
    watched.page.context.close()


def rectangles_mm(pdf: bytes) -> list[float]:
    """The widths of the rectangles of the first page's drawing, by the transformations around them."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    texts = [t for s in streams if b" re" in (t := inflated(s))]
    found = []
    for text in texts:
        scales, scale = [], 1.0
        for line in text.decode("latin-1").splitlines():
            words = line.split()
            if words[-1:] == ["q"]:
                scales.append(scale)
            elif words[-1:] == ["Q"] and scales:
                scale = scales.pop()
            elif words[-1:] == ["cm"]:
                scale *= abs(float(words[-7]))
            elif words[-1:] == ["re"]:
                found.append(float(words[-3]) * scale * MM_A_POINT)
    return found


def inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream.strip(b"\r\n"))
    except zlib.error:
        return b""


@pytest.mark.parametrize("paper", ["a4", "a3"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_the_sheet_of_the_style_is_the_sheet_of_the_server(browser, server, paper, orientation):
    from webmap.context.printing import SHEETS

    watched = open_page(
        browser,
        f"{server}/print?layers=landslide_zones,flood_depth,evacuation_sites&paper={paper}&orientation={orientation}",
        java_script_enabled=False,
    )
    box = watched.page.locator(".sheet-map").bounding_box()
    expected = SHEETS[paper, orientation]
    assert box["width"] * 25.4 / 96 == pytest.approx(expected.width, abs=0.5)
    assert box["height"] * 25.4 / 96 == pytest.approx(expected.height, abs=0.5)
    sheet, bar = (watched.page.locator(name).bounding_box() for name in (".sheet", "#scale-bar"))
    assert sheet["x"] <= bar["x"] and bar["x"] + bar["width"] <= sheet["x"] + sheet["width"]
    assert sheet["y"] <= bar["y"] and bar["y"] + bar["height"] <= sheet["y"] + sheet["height"]
    long, short = (420, 297) if paper == "a3" else (297, 210)
    page_height = (short if orientation == "landscape" else long) - 20
    assert sheet["height"] * 25.4 / 96 <= page_height
    watched.page.context.close()


def test_a_sheet_says_what_it_is(browser, server):
    watched = printed(
        browser, server, "layers=evacuation_sites,flood_depth&title=防災訓練&scale=25000&lang=ja"
    )
    sheet = watched.page.locator(".sheet").inner_text()
    for said in ("防災訓練", "現在", "20 m以上", "危機管理課", "1 km", "1:25000", "避難には使えません"):
        assert said in sheet
    assert watched.page.locator("#map-picture").evaluate("(node) => node.naturalWidth") > 1500
    assert watched.page.get_by_role("row").count() > 5
    assert_clean(watched)


@pytest.mark.parametrize("query", ["scale=1", "lon=x&lat=NaN", "lat=89", "paper=<b>", "layers=no_such"])
def test_what_is_not_understood_is_the_usual(sample_store, query):
    from django.test import Client

    assert Client(HTTP_HOST="127.0.0.1").get(f"/print?{query}").status_code == 200

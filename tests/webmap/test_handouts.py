"""Hand-outs open from a stick without a network, and whatever is in the data, nothing of it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gis_core.definition import Texts
from machizu.cli import main
from tests.webmap.browsing import PHONE, violations, wait_until

HOSTILE = [
    "${window.ran=1}",
    "`+(window.ran=2)+`",
    "</script><script>window.ran=3</script>",
    "<img src=x onerror=window.ran=4>",
    "\"><svg onload='window.ran=5'>",
    "');window.ran=6;//",
    "{{ 7*7 }}",
    "{% raise %}{#",
    "<!--<script>",
    "\\u003cimg src=x onerror=window.ran=7\\u003e",
]
AT = "ST_SetSRID(ST_MakePoint(140.0 + %s * 0.004, 36.87), 4326)"


@pytest.fixture
def connection(sample_store) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the samples in which hostile rows may be, and are not afterwards."""
    with psycopg.connect(sample_store.url) as connected:
        yield connected
        connected.rollback()


@pytest.fixture
def made(connection, tmp_path) -> Callable[..., Path]:
    from layers.selectors import catalogue
    from webmap.handouts.document import document

    def write(name: str, language: str = "ja", **layers: Any) -> Path:
        known = catalogue()
        known = replace(known, layers={**known.layers, **layers})
        path = tmp_path / f"{name}.html"
        path.write_text(document(connection, known, name, language), encoding="utf-8")
        return path

    return write


def opened(browser, path: Path, **options: Any) -> tuple[Any, list[str], list[str]]:
    """Open the file with the network off; returns the page, what it asked for, and its errors."""
    page = browser.new_context(offline=True, locale="ja-JP", **options).new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(path.as_uri())
    return page, asked, errors


def without_policy(path: Path) -> Path:
    """The same file without its second fence, to see that the first holds by itself."""
    text = path.read_text(encoding="utf-8")
    bare = path.with_name("bare.html")
    bare.write_text(re.sub(r"<meta http-equiv[^>]*>", "", text), encoding="utf-8")
    return bare


@pytest.mark.parametrize("name", ["evacuation", "hazard", "road_closures", "flood_depth"])
def test_a_hand_out_opens_without_a_network_and_asks_for_nothing(browser, made, name):
    path = made(name)
    page, asked, errors = opened(browser, path, viewport=PHONE)
    page.locator(".leaflet-control-zoom-in").wait_for()
    assert page.locator(".folium-map path, .folium-map .symbol").count() > 3
    assert "避難には使えません" in page.inner_text("body")
    assert "現在" in page.inner_text(".moment")
    assert "CC BY 4.0" in page.inner_text("main")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    assert asked == [path.as_uri()]
    assert errors == []
    page.context.close()


def test_a_place_tells_its_values_on_the_map_and_in_the_table(browser, made):
    page, _, _ = opened(browser, made("wifi_hotspots"))
    page.locator(".symbol").first.dispatch_event("click")
    told = page.locator(".leaflet-popup-content").inner_text()
    assert page.locator("#places tbody tr").first.locator("td").nth(1).inner_text() in told
    page.context.close()


def test_without_javascript_the_table_is_there(browser, made):
    page, _, _ = opened(browser, made("evacuation_sites", "en"), java_script_enabled=False)
    assert page.locator("#places tbody tr").count() > 50
    page.context.close()


@pytest.mark.parametrize("fenced", [True, False])
def test_nothing_in_the_data_runs(browser, made, connection, fenced):
    from layers.selectors import catalogue

    for place, text in enumerate(HOSTILE):
        connection.execute(
            f"INSERT INTO layer.facilities (name, address, phone, url, geom) VALUES (%s, %s, %s, %s, {AT})",
            (text, text, text, f"https://example.jp/{text}", place),
        )
    connection.execute("UPDATE layer.town_areas SET name = %s", ("".join(HOSTILE),))
    info = catalogue().layers["facilities"]
    title = Texts(ja="".join(HOSTILE))
    hostile = replace(info, definition=replace(info.definition, title=title, description=title))
    path = made("facility", facilities=hostile)
    path = path if fenced else without_policy(path)
    page, asked, errors = opened(browser, path)
    page.locator(".leaflet-control-zoom-in").wait_for()
    names = page.locator("#places tbody td:nth-child(2)").all_inner_texts()
    assert [text for text in HOSTILE if text not in names] == []
    for text in HOSTILE:
        symbol = page.locator(".symbol").nth(names.index(text))
        symbol.dispatch_event("mouseover")
        symbol.dispatch_event("click")
        wait_until(
            page, f"() => document.querySelector('.leaflet-popup-content').innerText.includes({text!r})"
        )
    assert page.evaluate("() => window.ran") is None
    assert asked == [path.as_uri()]
    assert errors == []
    page.context.close()


def test_the_command_writes_a_theme_in_the_language_asked_for(sample_store, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", sample_store.url)
    path = tmp_path / "wifi.html"
    assert main(["export", "wifi", "-f", "html", "--lang", "pt", "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert '<html lang="pt">' in text
    assert "Licença" in text


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(["no_such_theme"], 1, "evacuation"), (["aed", "--crs", "EPSG:6677"], 2, "--crs")],
)  # fmt: skip
def test_what_cannot_be_handed_out_is_said(sample_store, tmp_path, monkeypatch, capsys, words, code, said):
    monkeypatch.setenv("DATABASE_URL", sample_store.url)
    assert main(["export", *words, "-f", "html", "-o", str(tmp_path / "a.html")]) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

"""The report as a page: what it says, that nothing in it can run, and that everybody can read it."""

import datetime
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from etl import meanings, messages
from etl.report_page import render
from gis_core.city import City
from tests.etl.conftest import layer

WHEN = datetime.datetime(2026, 8, 1, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
PAYLOADS = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "javascript:alert(1)"]
ROOT = Path(__file__).resolve().parents[2]


def issue(row: int | None, rule: str, severity: str, value: str | None = None) -> dict[str, Any]:
    message = {"ja": f"「{value}」を直してください", "en": f"Mend “{value}”"}
    return {
        "row": row, "column": value, "field": "name", "rule": rule, "severity": severity, "value": value,
        "message": message,
    }  # fmt: skip


def report(*issues: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "layer": "places", "file": "場所.csv", "format": "CSV", "encoding": "cp932", "crs": "EPSG:4612",
        "mapping": {"name": "施設名", "geom": ["経度", "緯度"]}, "unmapped_columns": ["備考2"],
        "rows": {"read": 12, "accepted": 10, "rejected": 2},
        "diff": {"added": 10, "changed": 0, "removed": 0, "unchanged": 0},
        "issues": list(issues), "load": 7, "state": "awaiting_approval", **changes,
    }  # fmt: skip


def page(city: City, *issues: dict[str, Any], **changes: Any) -> str:
    return render(report(*issues, **changes), layer(), city=city, when=WHEN)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


class Tags(HTMLParser):
    """All start tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_tells_file_verdict_counts_columns_and_system(city: City) -> None:
    told = [issue(3, "mapping.guessed", "warning", "施設名"), issue(5, "required.missing", "error", "")]
    text = text_of(page(city, *told))
    for words in (
        "場所.csv", "12 行のうち 10 行は取り込めます。2 行は直してください。", "Mend 2 of them", "承認を待っています",
        "2026-08-01 09:30", "cp932", "名称", "中身から判断", "備考2 どの項目にも使いません", "EPSG:4612",
        "JGD2000→JGD2011", "必須の値がありません（1 件）", "Fill it in",
    ):  # fmt: skip
        assert words in text, words


def test_the_hour_is_the_city_s(city: City) -> None:
    utc = WHEN.astimezone(datetime.UTC)
    assert "2026-08-01 09:30" in render(report(), layer(), city=city, when=utc)


def test_issues_are_grouped_errors_first_and_the_long_list_is_cut(city: City) -> None:
    many = [issue(n, "value.rewritten", "fixed", f"値{n}") for n in range(2, 602)]
    html = page(
        city, *many, issue(9, "required.missing", "error"), issue(None, "coordinates.guessed", "warning")
    )
    headings = re.findall(r"<h3>.*?</span></span> (.*?)<span", html, re.DOTALL)
    assert headings == [
        "必須の値がありません（1 件）",
        "座標系を値から判断しました（1 件）",
        "書き方をそろえました（600 件）",
    ]
    assert "ほか 595 件" in html
    assert "ほか 102 件は、" in html
    assert text_of(html).count("「値2」を直してください") == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"rows": {"read": 3, "accepted": 3, "rejected": 0}, "state": "checked"},
            "3 行すべてを取り込めます。",
        ),
        (
            {"rows": {"read": 3, "accepted": 0, "rejected": 3}, "state": "rejected"},
            "取り込める行がありません。",
        ),
        ({"rows": {"read": 0, "accepted": 0, "rejected": 0}, "state": "rejected"}, "読み込めませんでした。"),
    ],
)
def test_the_verdict_says_what_came_of_it(city: City, changes: dict[str, Any], words: str) -> None:
    assert words in text_of(page(city, **changes))


def test_a_report_of_a_file_that_could_not_be_read_has_a_page_too(city: City) -> None:
    from etl.report import unusable_file
    from gis_core.errors import Message

    html = render(
        unusable_file("places", "a.pdf", Message(ja="形式が分かりません", en="Unknown")),
        layer(),
        city=city,
        when=WHEN,
    )
    assert "形式が分かりません" in html
    assert "ファイルを読み込めません" in html


def test_nothing_in_the_page_runs_or_is_fetched(city: City) -> None:
    odd = "".join(PAYLOADS)
    html = page(
        city,
        issue(1, odd, "error", odd),
        file=odd,
        encoding=odd,
        format=odd,
        crs=odd,
        mapping={"name": odd, odd: odd},
        unmapped_columns=[odd],
    )
    tags = Tags(html).seen
    assert {tag for tag, _ in tags}.isdisjoint({"script", "img", "link", "iframe", "a", "form", "object"})
    assert not [
        name
        for _, attributes in tags
        for name in attributes
        if name.startswith("on") or name in {"src", "href"}
    ]
    assert ("meta", "default-src 'none'; style-src 'unsafe-inline'") in [
        (t, a.get("content")) for t, a in tags
    ]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html
    assert "url(" not in html


def test_every_rule_has_a_meaning() -> None:
    judged = re.findall(
        r'"((?:address|coordinates|duplicate|fields|geometry|place|reference|rule)\.[a-z_]+)"',
        "".join(p.read_text(encoding="utf-8") for p in (ROOT / "layers/rules").glob("*.py")),
    )
    assert (messages.rules() | set(judged)) - meanings.rules() == set()
    assert meanings.meaning("city.own").title.ja == "確かめてください"


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_read_it(browser_page: Page, city: City, width: int) -> None:
    long = issue(4, "value.length", "error", "とても長い値" * 40)
    browser_page.set_viewport_size({"width": width, "height": 700})
    browser_page.set_content(
        page(city, long, issue(5, "value.rewritten", "fixed", "a"), issue(None, "file.unusable", "warning"))
    )
    found = Axe().run(browser_page)
    assert found.violations_count == 0, found.generate_report()
    assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_prints_on_a4_without_cutting_a_column(browser_page: Page, city: City) -> None:
    long = issue(4, "value.length", "error", "長い値" * 40)
    browser_page.emulate_media(media="print")
    browser_page.set_viewport_size({"width": 680, "height": 960})
    browser_page.set_content(page(city, *[long] * 40))
    assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert browser_page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
    browser_page.emulate_media(media="screen")

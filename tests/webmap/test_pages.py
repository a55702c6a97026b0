"""The pages as a browser without JavaScript gets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from gis_core.definition import Choice, Field, Texts

DATA = ("application/json", "application/ld+json")


class Inline(HTMLParser):
    """Collects what the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        is_code = tag == "script" and "src" not in given and given.get("type") not in DATA
        if tag == "style" or is_code:
            self.found.append(tag)
        self.found += [name for name in given if name == "style" or name.startswith("on")]


@pytest.fixture
def get(sample_store):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1").get


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize(
    "path", ["/", "/list", "/list/evacuation_sites", "/list/events/1", "/list?q=公園", "/place"]
)
def test_a_page_needs_no_inline_code_and_names_its_policy(get, path):
    answer = get(path)
    parser = Inline()
    parser.feed(answer.content.decode())
    assert answer.status_code == 200
    assert parser.found == []
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "http" not in answer["Content-Security-Policy"]


def test_the_map_page_lists_layers_with_their_freshness_and_owner(get):
    page = text_of(get("/"))
    assert '<html lang="ja">' in page
    for title in ("指定緊急避難場所", "公共施設", "公衆無線LAN", "イベント", "洪水浸水想定（浸水の深さ）"):
        assert title in page
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日更新・危機管理課", page)


def test_the_flood_legend_stands_in_the_page_with_words_and_official_colours(get):
    page = text_of(get("/"))
    assert re.search(r'fill="#DC7ADC"[^<]*/></svg> 20 m以上', page)
    assert re.search(r'fill="#F7F5A9"[^<]*/></svg> 0.5 m未満', page)


def test_internal_fields_are_neither_in_the_map_nor_in_an_entry(get):
    from layers.catalogue import PUBLIC
    from layers.selectors import catalogue

    for info in catalogue(PUBLIC).layers.values():
        hidden = {f.title["ja"] for f in info.definition.fields} - {f.title["ja"] for f in info.fields}
        shown = text_of(get(f"/list/{info.id}/1")) if info.feature_count else ""
        assert [title for title in hidden if f"<dt>{title}</dt>" in shown] == []


def test_samples_are_announced(get):
    assert "見本データです。避難には使えません。" in text_of(get("/"))
    assert "見本データです。避難には使えません。" in text_of(get("/list/facilities"))


def test_a_layer_is_a_table_of_names_addresses_and_telephones(get):
    page = text_of(get("/list/evacuation_sites"))
    for column in ("名称", "所在地", "電話番号", "対象とする災害"):
        assert f'<th role="columnheader" scope="col">{column}</th>' in page
    assert re.search(r'<a href="tel:\d+">', page)


def test_a_long_list_is_paged(get):
    first, second = get("/list/facilities"), get("/list/facilities?page=2")
    assert 'rel="next"' in first.content.decode()
    assert 'rel="prev"' in second.content.decode()
    assert first.content != second.content


@pytest.mark.parametrize("page", ["0", "-1", "999999", "x", "９"])
def test_a_page_that_is_not_there_gives_one_that_is(get, page):
    assert get(f"/list/facilities?page={page}").status_code == 200


def test_search_without_script_finds_by_name(get):
    page = text_of(get("/list?q=小学校"))
    assert "「小学校」の検索結果" in page
    assert re.search(r'<span class="name">[^<]*小学校', page)
    assert "見つかりませんでした" in text_of(get("/list?q=無い名前xyz"))


@pytest.mark.parametrize("layer", ["no_such_layer", "flood_depth", "%27"])
def test_a_layer_the_public_does_not_have_is_not_found(get, layer):
    answer = get(f"/list/{layer}")
    assert answer.status_code == 404
    assert "ページが見つかりません" in text_of(answer)
    assert 'href="/place"' in text_of(answer)


def field(kind: str | None = None, **more) -> Field:
    return Field("f", more.pop("type", "string"), Texts(ja="項目"), kind=kind, **more)


@pytest.mark.parametrize(
    ("described", "value", "expected"),
    [
        (field("phone"), "0287-23-1111", ("0287-23-1111", "tel:0287231111")),
        (field("url"), "https://example.jp/", ("https://example.jp/", "https://example.jp/")),
        (field("url"), "javascript:alert(1)", ("javascript:alert(1)", None)),
        (field(), None, ("", None)),
        (field(type="boolean"), True, ("はい", None)),
        (field(type="time"), time(8, 30), ("08:30", None)),
        (field(type="number", unit="m"), 2.5, ("2.5 m", None)),
        (field(choices=(Choice("1", Texts(ja="一級", en="A")),)), "1", ("一級", None)),
    ],
)
def test_a_value_reads_as_people_say_it(django_ready, described, value, expected):
    from django.utils import translation

    from webmap.context.values import cell

    with translation.override("ja"):
        assert cell(described, value, "ja") == expected


def test_only_the_setting_lets_a_page_reach_another_host():
    from webmap.security import policy

    assert "https://" not in policy("own")
    assert "connect-src 'self' https://cyberjapandata.gsi.go.jp" in policy("gsi")


def test_the_scripts_words_are_translated(django_ready):
    from django.utils import translation

    from webmap.context.strings import for_script

    with translation.override("ja"):
        japanese = for_script("大田原市")
    units = {"m", "km", "{distance} m", "{distance} km"}
    assert [text for text in japanese.values() if text.isascii() and text not in units] == []


def test_the_script_asks_only_for_words_that_are_there(django_ready):
    from webmap.context.strings import for_script

    scripts = Path(__file__).resolve().parents[2] / "webmap" / "static" / "webmap" / "js"
    asked = {
        key
        for script in scripts.glob("*.js")
        for key in re.findall(r'"((?:[a-z]+\.)[a-zA-Z]+)"', script.read_text())
    }
    known = for_script("x")
    assert {key for key in asked if key.split(".")[0] in {k.split(".")[0] for k in known}} <= known.keys()


def test_the_browser_is_told_of_all_modules_at_once(django_ready):
    from webmap.context.residents_map import MODULES

    folder = Path(__file__).resolve().parents[2] / "webmap" / "static" / "webmap" / "js"
    needed, waiting = set(), {"main"}
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting |= set(re.findall(r'from "\./(\w+)\.js"', (folder / f"{name}.js").read_text())) - needed
    assert needed == set(MODULES)


def test_a_citys_own_theme_has_a_group(django_ready):
    from webmap.context.themes import groups

    own = {"id": "cherry_trees", "theme": "parks", "isBase": False}
    assert groups([own]) == [{"title": "Parks", "layers": [own]}]


@pytest.mark.parametrize(
    ("day", "overdue", "said"),
    [
        (None, False, "データはまだありません・観光課"),
        (1, False, "2026年11月1日更新・観光課"),
        (1, True, "2026年11月1日更新・観光課・更新予定を過ぎています"),
    ],
)
def test_a_layer_says_when_by_whom_and_whether_it_is_overdue(django_ready, day, overdue, said):
    from django.utils import translation

    from webmap.context.catalogue import updated

    at = datetime(2026, 11, day, 3, tzinfo=UTC) if day else None
    info = SimpleNamespace(updated_at=at, overdue=overdue, department=Texts(ja="観光課"))
    with translation.override("ja"):
        assert updated(info, "ja") == said


def test_the_columns_are_filled_up_from_the_popup():
    from webmap.context.lists import columns

    fields = (field(role="name"), Field("x", "string", Texts(ja="x")), Field("y", "string", Texts(ja="y")))
    roles = {f.role: f for f in fields if f.role}
    info = SimpleNamespace(
        fields=fields, field_with_role=roles.get, definition=SimpleNamespace(popup=("f", "y", "x"))
    )
    assert [f.name for f in columns(info)] == ["y", "x"]

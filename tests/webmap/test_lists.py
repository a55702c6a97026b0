"""Lists and entries: filtered, sorted, paged, and as search engines find them."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest


@pytest.fixture
def get(sample_store):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1").get


def names(page: str) -> list[str]:
    return re.findall(r'<th role="rowheader"[^>]*><a[^>]*><span class="name"[^>]*>([^<]*)', page)


def shown(get, address: str) -> str:
    answer = get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def count(page: str) -> int:
    (number,) = re.findall(r"<caption>全([\d,]+)件", page)
    return int(number.replace(",", ""))


def test_sites_are_filtered_by_hazard(get):
    everything = shown(get, "/list/evacuation_sites")
    for_flood = shown(get, "/list/evacuation_sites?hazard=flood")
    assert 0 < count(for_flood) < count(everything)
    cells = re.findall(r'data-title="対象とする災害">([^<]*)<', for_flood)
    assert all("洪水" in cell for cell in cells)
    assert '<option value="flood" selected>' in for_flood


def test_only_those_that_are_reported_open_are_listed_as_open(store):
    from django.test import Client
    from django.utils import timezone

    from layers.features import feature_model
    from layers.selectors import layer_definition
    from layers.services.status import Entry, log

    model = feature_model(layer_definition("evacuation_sites"))
    sites = [
        model._default_manager.create(name=name, geom="POINT(140 36.87)", changed_at=timezone.now())
        for name in ("開いた所", "閉じた所", "知らせのない所")
    ]
    for site, state in zip(sites, ("open", "closed"), strict=False):
        log([Entry("evacuation_sites", site.pk, timezone.now(), state, "test")], actor="test")
    page = shown(Client(HTTP_HOST="127.0.0.1").get, "/list/evacuation_sites?open=1")
    assert names(page) == ["開いた所"]
    assert re.search(r'data-state="open">開設<', page)


def test_the_order_is_as_asked_and_distance_is_told(get):
    by_name = names(shown(get, "/list/facilities?sort=kana"))
    assert by_name != names(shown(get, "/list/facilities"))
    near = shown(get, "/list/facilities?lon=140.02&lat=36.87")
    distances = re.findall(r'data-title="距離">([\d.]+) (k?m)<', near)
    metres = [float(number) * (1000 if unit == "km" else 1) for number, unit in distances]
    assert metres == sorted(metres)


def test_filters_hold_from_page_to_page_and_a_page_too_far_is_the_last(get):
    first = shown(get, "/list/facilities?sort=kana")
    (after,) = re.findall(r'<a href="([^"]*)" rel="next"', first)
    assert names(first)[-1] != names(shown(get, "/list/facilities" + after.replace("&amp;", "&")))[0]
    assert "sort=kana" in after
    assert names(shown(get, "/list/facilities?page=999"))


@pytest.mark.parametrize(
    "query",
    [
        "?hazard=nothing",
        "?sort=geom",
        "?lon=x&lat=1",
        "?lon=nan&lat=nan",
        "?open=yes",
        "?q=%00",
        "?page=9999999999999",
    ],
)
def test_what_is_not_understood_is_left_out(get, query):
    assert get("/list/evacuation_sites" + query).status_code == 200


@pytest.mark.parametrize(
    "path", ["/list/evacuation_sites/999999", "/list/evacuation_sites/99999999999999999999"]
)
def test_an_entry_that_is_not_there_is_not_found(get, path):
    assert get(path).status_code == 404


def test_an_entry_tells_all_and_leads_on(get):
    page = shown(get, "/list/evacuation_sites/1")
    assert re.search(r'href="https://www\.google\.com/maps/dir/\?api=1&amp;destination=36\.\d+%2C14', page)
    assert re.search(r'href="tel:\d+"', page)
    assert re.search(r'href="/place\?lon=14', page)
    assert "このデータの誤りを知らせる" in page
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日更新・危機管理課", page)


def test_an_event_goes_into_the_readers_calendar(get):
    page = shown(get, "/list/events/1")
    assert get("/events/1.ics").status_code == 200
    assert 'href="/events/1.ics"' in page


def test_search_engines_get_the_entries_in_their_own_words(get):
    page = shown(get, "/list/evacuation_sites")
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    listed = json.loads(text)
    entry = listed["itemListElement"][0]["item"]
    assert listed["@type"] == "ItemList"
    assert entry["name"] == names(page)[0]
    assert entry["geo"]["latitude"] == pytest.approx(36.87, abs=0.2)
    assert '<link rel="canonical" href="http://127.0.0.1/list/evacuation_sites">' in page
    assert 'hreflang="pt" href="http://127.0.0.1/list/evacuation_sites?lang=pt"' in page


def test_data_cannot_end_the_element_it_is_given_in():
    from webmap.context.schema_org import _script

    given = {"name": "</script><script>alert(1)</script>&<!--"}
    assert not {"<", ">", "&"} & set(_script(given))
    assert json.loads(_script(given)) == given


def test_the_site_map_names_every_public_list(get):
    tree = ElementTree.fromstring(get("/sitemap.xml").content)
    listed = {entry.text for entry in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert "http://127.0.0.1/list/evacuation_sites" in listed
    assert "Sitemap: http://127.0.0.1/sitemap.xml" in get("/robots.txt").content.decode()


@pytest.mark.parametrize(
    ("reading", "spelt"),
    [
        ("オオタワラ", "Otawara"),
        ("ほんちょう こうみんかん", "Honcho Kominkan"),
        ("クロバネチュウガッコウ", "Kurobanechugakko"),
        ("マッチ", "Matchi"),
        ("シンユウ", "Shinyu"),
        ("セイネンの家", "Seinenno家"),
    ],
)
def test_readings_are_spelt_as_on_road_signs(reading, spelt):
    from webmap.romaji import romaji

    assert romaji(reading) == spelt


@pytest.mark.parametrize(
    ("language", "said", "text", "beside"),
    [
        ("ja", {"name_kana": "モトマチ"}, "元町", ""),
        ("ja-easy", {"name_kana": "モトマチ"}, "元町", "もとまち"),
        ("en", {"name_kana": "モトマチ", "name_en": "Motomachi Hall"}, "Motomachi Hall", "元町"),
        ("pt", {"name_kana": "モトマチ"}, "Motomachi", "元町"),
        ("ko", {"name_ko": "모토마치", "name_en": "Motomachi"}, "모토마치", "元町"),
        ("zh-hans", {"name_en": "Motomachi"}, "元町", ""),
        ("es", {}, "元町", ""),
    ],
)
def test_a_name_is_the_readers_own_or_can_be_read_aloud(language, said, text, beside):
    from webmap.names import name_of

    named = name_of({"name": "元町", **said}, language)
    assert (named.text, named.beside) == (text, beside)

"""Search finds features, addresses and postal codes, however they are written, the best first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from gis_core.city import City
from tests.api.conftest import Clients, definition
from tests.conftest import Store, _connect_django

PLACES = [
    ("中央公園", "チュウオウコウエン", "大田原市本町1-4-1", "324-0041"),
    ("中央公園管理棟", "チュウオウコウエンカンリトウ", "大田原市本町1-4-2", "324-0041"),
    ("北部公民館", "ホクブコウミンカン", "大田原市中央公園通り3", "324-0241"),
    ("サービスセンター", "サービスセンター", "大田原市山の手2-1", None),
    ("髙﨑記念館", "タカサキキネンカン", None, None),
    ("本町会館", "モトマチカイカン", None, None),
]


@pytest.fixture(scope="module")
def found_by(new_store: Any, city: City) -> Iterator[TestClient]:
    from layers.gazetteer.entries import Entry
    from layers.services import gazetteer
    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer

    store: Store = new_store("api_search")
    _connect_django("api_search")
    fields: list[dict[str, Any]] = [
        {"name": "name_kana", "type": "string", "title": {"ja": "カナ"}, "role": "kana"},
        {"name": "address", "type": "string", "title": {"ja": "住所"}, "role": "address"},
        {"name": "postal_code", "type": "string", "kind": "postal_code", "title": {"ja": "郵便番号"}},
        {"name": "secret", "type": "string", "title": {"ja": "内部"}, "visibility": "internal"},
    ]
    register_layer(definition("places", fields))
    register_layer(definition("hidden_places", fields, visibility="internal"))
    names = ("name", "name_kana", "address", "postal_code", "secret")
    rows = [(*p, "合言葉", shapely.Point(140.0 + n / 100, 36.87).wkb) for n, p in enumerate(PLACES)]
    for layer in ("places", "hidden_places"):
        load_rows(layer, Delivery.whole("p.csv", names, (), rows, {}), actor="tests", mode="publish")
    town = Entry("1", "栃木県", "", "大田原市", "本町一丁目", kana="ホンチョウ", lon=140.02, lat=36.87)
    block = town._replace(ident="2", number="4", level="block", lon=140.021, lat=36.871)
    gazetteer.replace_source("abr_town", [town], [], actor="tests")
    gazetteer.replace_source("abr_block", [block], [], actor="tests")
    _connect_django("postgres")
    made = Clients(city, [])
    yield made(store)
    made.opened[0].__exit__(None, None, None)


def ask(client: TestClient, text: str, **query: Any) -> list[dict[str, Any]]:
    response = client.get("/api/search", params={"q": text, **query})
    assert response.status_code == 200, response.text
    return [feature["properties"] for feature in response.json()["features"]]


def names(found: list[dict[str, Any]]) -> list[str]:
    return [f["label"] for f in found]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("中央公園", "中央公園"),
        ("ちゅうおうこうえん", "中央公園"),
        ("ﾁｭｳｵｳｺｳｴﾝ", "中央公園"),
        ("中央公園　管理", "中央公園管理棟"),
        ("さーびすせんたー", "サービスセンター"),
        ("高崎記念館", "髙﨑記念館"),
        ("本町１－４－２", "中央公園管理棟"),
        ("北部", "北部公民館"),
    ],
)
def test_the_best_comes_first_however_it_is_written(found_by: TestClient, text: str, first: str) -> None:
    assert names(ask(found_by, text, types="feature"))[0] == first


def test_names_come_before_addresses_that_hold_the_words(found_by: TestClient) -> None:
    assert names(ask(found_by, "中央公園", types="feature")) == ["中央公園", "中央公園管理棟", "北部公民館"]


@pytest.mark.parametrize("text", ["324-0041", "3240041", "〒324-0041", "３２４－００４１"])
def test_a_postal_code_finds_what_is_there(found_by: TestClient, text: str) -> None:
    found = ask(found_by, text, types="postal_code")
    assert sorted(names(found)) == ["中央公園", "中央公園管理棟"]
    assert {f["kind"] for f in found} == {"postal_code"}


def test_addresses_are_found_with_features_and_say_what_they_are(found_by: TestClient) -> None:
    found = ask(found_by, "本町")
    assert {f["kind"] for f in found} == {"feature", "address"}
    towns = [f for f in found if f["kind"] == "address"]
    assert {(town["layer"], town["layer_title"]) for town in towns} == {(None, "住所")}
    (town,) = [town for town in towns if town["label"].endswith("丁目")]
    assert (town["longitude"], town["latitude"]) == (140.02, 36.87)
    assert ask(found_by, "大田原市本町1-4")[0]["level"] == "block"


def test_every_feature_says_its_layer_and_leads_to_it(found_by: TestClient) -> None:
    answer = found_by.get("/api/search", params={"q": "中央公園管理", "lang": "en"}).json()
    (feature,) = [f for f in answer["features"] if f["properties"]["kind"] == "feature"]
    assert feature["properties"]["layer_title"] == "The places"
    assert found_by.get(feature["links"][0]["href"]).json()["properties"]["name"] == "中央公園管理棟"
    assert feature["geometry"] == {"type": "Point", "coordinates": [140.01, 36.87]}


def test_layers_narrow_the_search(found_by: TestClient) -> None:
    assert names(ask(found_by, "本町会館", layers="places")) == ["本町会館"]
    assert all(f["kind"] == "feature" for f in ask(found_by, "本町", layers="places", limit=100))


def test_nothing_hidden_is_found(found_by: TestClient) -> None:
    assert ask(found_by, "合言葉") == []
    assert {f["layer"] for f in ask(found_by, "中央公園", types="feature")} == {"places"}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "あ" * 101}, "q"),
        ({"q": "あ", "types": "weather"}, "types"),
        ({"q": "あ", "layers": "hidden_places"}, "layers"),
        ({"q": "あ", "limit": "0"}, "limit"),
    ],
)
def test_a_bad_parameter_is_named(found_by: TestClient, query: dict[str, Any], named: str) -> None:
    response = found_by.get("/api/search", params=query)
    assert (response.status_code, response.json()["parameter"]) == (400, named)


@pytest.mark.parametrize("text", ["(", "[", "\\", "a.*b", "%", "_", "'; DROP TABLE x; --", "𠮷野家"])
def test_signs_mean_themselves(found_by: TestClient, text: str) -> None:
    assert ask(found_by, text, types="feature") == []

"""Pages by keyset, with selection of properties, sorting and text search."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api import counting
from api.declared import OFFSET_MAXIMUM
from layers import filters
from layers.catalogue import PUBLIC, parse_catalogue
from layers.filters import ItemsQuery
from layers.paging import Place, write_place
from layers.reads import catalogue_statement, items_statement
from tests.api.conftest import BENCHES
from tests.conftest import Store

ITEMS = "/api/collections/benches/items"


def get(client: TestClient, path: str, status: int = 200, **query: Any) -> Any:
    response = client.get(path, params=query or None)
    assert response.status_code == status, response.text
    return response.json()


def following(page: Any) -> str | None:
    return next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


def pages(client: TestClient, **query: Any) -> Iterator[Any]:
    page = get(client, ITEMS, **query)
    yield page
    while href := following(page):
        page = get(client, href)
        yield page


def rows(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    return [feature for page in pages(client, **query) for feature in page["features"]]


@pytest.mark.parametrize("query", [{}, {"filter": "seats <> 2"}, {"sortby": "-seats"}, {"q": "ベンチ1"}])
def test_an_offset_page_goes_on_by_cursor(client: TestClient, query: dict[str, str]) -> None:
    everything = [f["id"] for f in rows(client, limit=1000, **query)]
    found = [f["id"] for f in rows(client, limit=40, offset=30, **query)]
    assert found == everything[30:]
    assert get(client, ITEMS, offset=5000, **query)["numberMatched"] == len(everything)


@pytest.mark.parametrize("offset", ["-1", "x", "", "1.5", str(OFFSET_MAXIMUM + 1), "9" * 30])
def test_the_offset_is_bounded_and_the_error_says_how(client: TestClient, offset: str) -> None:
    found = get(client, ITEMS, 400, offset=offset)
    assert found["parameter"] == "offset"
    assert f"{OFFSET_MAXIMUM:,}" in found["detail"]


@pytest.mark.parametrize(
    "changed",
    [{"sortby": "name"}, {"sortby": "-seats"}, {"seats": "3"}, {"filter": "seats=3"}, {"bbox": "1,2,3,4"}, {"q": "a"}, {"at": "2030-01-01"},
     {"datetime": "2026-01-01"}],
)  # fmt: skip
def test_a_cursor_of_another_query_is_refused(client: TestClient, changed: dict[str, str]) -> None:
    for query in ({}, {"sortby": "seats"}):
        href = following(get(client, ITEMS, limit=3, **query))
        cursor = dict(part.split("=") for part in (href or "").split("?")[1].split("&"))["cursor"]
        assert get(client, ITEMS, 400, cursor=cursor, **{**query, **changed})["parameter"] == "cursor"
        zones = client.get("/api/collections/zones/items", params={"cursor": cursor, **query})
        assert zones.status_code == 400


def test_how_it_is_written_may_change_from_page_to_page(client: TestClient) -> None:
    href = following(get(client, ITEMS, limit=3, sortby="-seats,name"))
    assert href
    page = get(client, f"{href}&skipGeometry=true&properties=name".replace("limit=3", "limit=7"))
    assert (page["numberReturned"], page["features"][0]["geometry"]) == (7, None)


@pytest.mark.parametrize(
    "content",
    [
        "1",
        "[]",
        '["x"]',
        '["x",1]',
        '["x",1,2]',
        '["x",true]',
        '["x",1e400]',
        '[["x"],{}]',
        "{}",
        '["x",null,"y"]',
    ],
)
def test_made_up_cursors_are_refused(client: TestClient, content: str) -> None:
    for text in (base64.urlsafe_b64encode(content.encode()).decode(), content, "後", "a" * 9000, ""):
        assert get(client, ITEMS, 400, cursor=text)["parameter"] == "cursor"


def test_a_sealed_cursor_with_wrong_values_breaks_nothing(client: TestClient) -> None:
    query = ("benches", [("sortby", "placed,seats")])
    for keys in (("x", "y"), ("2026-01-01", "many"), ("2026-01-01",), (None, None), ("a\x00", "1"), ({}, [])):
        cursor = write_place(Place(1, keys), query)  # type: ignore[arg-type]
        response = client.get(ITEMS, params={"sortby": "placed,seats", "cursor": cursor})
        assert response.status_code == (200 if keys == (None, None) else 400)


@pytest.mark.parametrize("after", [0, 200])
def test_a_deep_page_begins_in_the_index_as_the_first_does(world: Store, after: int) -> None:
    with psycopg.connect(world.url, options="-c enable_seqscan=off") as connection:
        row = connection.execute(catalogue_statement().text).fetchone()
        assert row
        info = parse_catalogue(row[0], PUBLIC).layer("benches")
        statement = items_statement(info, ItemsQuery(limit=10, after=after))
        plan = connection.execute(f"EXPLAIN {statement.text}", statement.parameters).fetchall()
    assert any(f"Index Cond: (id > '{after}'" in line for (line,) in plan), plan


def test_counts_are_exact_or_marked_as_a_guess(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get(client, ITEMS, limit=1, filter="seats = 3")["numberMatched"] == 50
    monkeypatch.setattr(filters, "FEW", 10)
    assert get(client, ITEMS, limit=1, filter="seats = 3")["numberMatched"] == 50
    monkeypatch.setattr(counting, "EXACT_UP_TO", 10)
    guessed = get(client, ITEMS, limit=1, filter="seats <> 3")
    assert "numberMatched" not in guessed
    assert guessed["numberMatchedEstimate"] > 0
    assert get(client, ITEMS, limit=1)["numberMatched"] == BENCHES
    assert get(client, ITEMS, limit=100, filter="seats = 3")["numberMatched"] == 50
    assert "≈ " in client.get(ITEMS, params={"limit": 1, "filter": "seats <> 3", "f": "html"}).text


@pytest.mark.parametrize(
    ("query", "fields", "geometry"),
    [
        ({"properties": "name,seats"}, {"name", "seats"}, True),
        ({"properties": "seats, name", "skipGeometry": "true"}, {"name", "seats"}, False),
        ({"properties": ""}, set(), True),
        ({"exclude-properties": "name,seats,height"}, {"name_kana", "address", "covered", "placed"}, True),
        ({"properties": "name,seats", "exclude-properties": "name"}, {"seats"}, True),
        (
            {"skipGeometry": "false", "properties": "placed", "sortby": "-seats", "filter": "height > 2"},
            {"placed"},
            True,
        ),
    ],
)
def test_only_what_is_selected_is_written(
    client: TestClient, query: dict[str, str], fields: set[str], geometry: bool
) -> None:
    features = [*get(client, ITEMS, limit=3, **query)["features"]]
    features.append(
        get(client, f"{ITEMS}/3", **{k: v for k, v in query.items() if k not in ("sortby", "filter")})
    )
    for feature in features:
        assert set(feature["properties"]) == fields
        assert (feature["geometry"] is not None) == geometry
        assert feature["type"] == "Feature"


@pytest.mark.parametrize(
    ("name", "value"),
    [("properties", "name,nobody"), ("properties", "inspector"), ("exclude-properties", "geom"), ("skipGeometry", "yes"), ("skipGeometry", ""),
     ("q", ""), ("q", " 　"), ("q", "、"), ("q", "あ" * 101)],
)  # fmt: skip
def test_a_bad_selection_is_refused(client: TestClient, name: str, value: str) -> None:
    assert get(client, ITEMS, 400, **{name: value})["parameter"] == name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ベンチ7", {8, *range(71, 81)}),
        ("べんち7", {8, *range(71, 81)}),
        ("ﾍﾞﾝﾁ７", {8, *range(71, 81)}),
        ("ヘ゛ンチ77", set()),
        ("ベ ン チ77", {78}),
        ("ベンチ 本町249", set()),
        ("ベンチ 本町 248", {249}),
        ("本町12丁目,本町13丁目", {13, 14}),
        ("本町1-2丁目", {13}),
        ("本町1ー2丁目", {13}),
        ("山田", set()),
        (".*", set()),
        ("目ベンチ", set()),
    ],
)
def test_words_are_found_however_they_are_spelled(client: TestClient, words: str, expected: set[int]) -> None:
    assert {f["id"] for f in rows(client, q=words, limit=1000)} == expected


def test_spellings_in_the_data_make_no_difference(
    publish: Callable[[int], None], clients: Any, store: Store
) -> None:
    publish(1)
    names = [
        "センター・ビル",
        "ｾﾝﾀｰ･ﾋﾞﾙ",
        "せんたー・びる",
        "セ ン タ ー・ビル",
        "センタ－・ビル",
        "髙﨑ＡＢＣ",
        "高崎abc",
        "1ー2-3",
        "１－２ー３",
        "か\u3099っこう",
        "ガツコウ",
    ]
    with psycopg.connect(store.url, autocommit=True) as connection:
        for name in names:
            connection.execute(
                "INSERT INTO layer.benches (name, geom) VALUES (%s, ST_Point(140, 36.8, 4326))", (name,)
            )
    client = clients(store)
    found = lambda words: {f["properties"]["name"] for f in rows(client, q=words)}  # noqa: E731
    for words in ("せんたーびる", "センター・ビル", "ｾﾝﾀｰﾋﾞﾙ"):
        assert found(words) <= set(names[:4])
    assert found("せんたー・びる") == set(names[:4])
    assert found("高崎ＡＢＣ") == found("髙﨑abc") == {"髙﨑ＡＢＣ", "高崎abc"}
    assert found("1-2-3") == found("123") == {"1ー2-3", "１－２ー３"}
    assert found("がっこう") == {"か\u3099っこう", "ガツコウ"}


@pytest.mark.parametrize("few", [0, 10**6])
@pytest.mark.parametrize(
    "query", [{"bbox": "139,36,141,38"}, {"seats": "3"}, {"filter": "seats <> 2"}, {"q": "ベンチ1"}]
)
def test_every_page_tells_how_many_there_are_however_they_are_found(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, few: int, query: dict[str, str]
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    everything = get(client, ITEMS, limit=1000, **query)
    for order in ({}, {"sortby": "-seats,name"}):
        found = [*pages(client, limit=20, **query, **order)]
        assert {page["numberMatched"] for page in found} == {everything["numberReturned"]}
    assert get(client, ITEMS, limit=5, offset=9000, **query)["numberMatched"] == everything["numberReturned"]

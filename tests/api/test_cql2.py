"""Filters in CQL2 (OGC 21-065r2): OGC's own predicates with their counts, what is refused, and what never happens."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import cql2
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gis_core.city import City
from gis_core.errors import BadParameter
from layers.cql2.reading import LONGEST, read_text
from tests.api.conftest import BENCHES, REGISTERED, Clients
from tests.conftest import Store, _connect_django

ITEMS = "/api/collections/benches/items"
TYPES = {"OFTInteger64": "integer", "OFTReal": "number", "OFTDate": "date", "OFTDateTime": "datetime"}


def load_predicates(file: Path) -> None:
    """Register and fill a layer for each of OGC's test data."""
    from gis_core.definition_file import parse_definition
    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer

    for name, geometry in pyogrio.list_layers(file):
        meta, _, shapes, columns = pyogrio.raw.read(file, layer=name)
        types = [TYPES.get(t, "boolean" if s == "OFSTBoolean" else "string")
                 for t, s in zip(meta["ogr_types"], meta["ogr_subtypes"], strict=True)]  # fmt: skip
        fields = [
            {"name": n, "type": t, "title": {"ja": n}} for n, t in zip(meta["fields"], types, strict=True)
        ]
        raw = {"id": name, "title": {"ja": name}, "theme": "facility", "department": "planning",
               "geometry": geometry.replace(" ", ""), "style": {"color": "#336699"}, "fields": fields, **REGISTERED}  # fmt: skip
        register_layer(parse_definition(raw))
        rows = zip(
            *([value(v, t) for v in column] for column, t in zip(columns, types, strict=True)),
            shapes,
            strict=True,
        )
        delivery = Delivery.whole(file.name, tuple(meta["fields"]), (), [*rows], {})
        outcome = load_rows(name, delivery, actor="tests", mode="publish")
        assert outcome.state == "published", outcome


def value(given: Any, kind: str) -> Any:
    given = given.item() if hasattr(given, "item") else given
    if given is None or (isinstance(given, float) and math.isnan(given)):
        return None
    if kind == "boolean":
        return bool(given)
    return given.replace(tzinfo=UTC) if kind == "datetime" else given


@pytest.fixture(scope="session")
def predicates(shared: Path, new_store: Callable[[str], Store]) -> Store:
    made = new_store("cql2")
    _connect_django("cql2")
    load_predicates(shared / "checks/data/cql2/data/ne110m4cql2.gpkg")
    _connect_django("postgres")
    return made


@pytest.fixture(scope="session")
def nature(predicates: Store, city: City) -> Iterator[TestClient]:
    made = Clients(city, [])
    yield made(predicates)
    made.opened[0].__exit__(None, None, None)


def matched(client: TestClient, text: str, path: str = ITEMS, **query: Any) -> int:
    response = client.get(path, params={"filter": text, "limit": 1, **query})
    assert response.status_code == 200, (text, response.text)
    return int(response.json()["numberMatched"])


def as_json(text: str) -> str:
    return json.dumps(cql2.parse_text(text).to_json())


def test_every_predicate_of_the_standard_matches_as_many_as_it_says(nature: TestClient, shared: Path) -> None:
    cases = json.loads((shared / "checks/data/cql2_expected.json").read_text(encoding="utf-8"))["cases"]
    wrong = []
    for case in cases:
        path, expected = (
            f"/api/collections/{case['collection']}/items",
            case.get("corrected", case["expected"]),
        )
        for text, language in ((case["filter"], "cql2-text"), (as_json(case["filter"]), "cql2-json")):
            found = matched(nature, text, path, **{"filter-lang": language})
            if found != expected:
                wrong.append((text, found, expected))
    assert len(cases) == 351
    assert not wrong


def benches(client: TestClient, text: str, **query: Any) -> list[int]:
    """The numbers of the benches that a filter finds, in text and in JSON alike."""
    found = [
        {f["id"] for f in client.get(ITEMS, params={"filter": t, "filter-lang": lang, "limit": 1000, **query}).json()["features"]}
        for t, lang in ((text, "cql2-text"), (as_json(text), "cql2-json"))
    ]  # fmt: skip
    assert found[0] == found[1], text
    return sorted(found[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = 'ベンチ7'", [8]),
        ("name LIKE 'ベンチ24_' AND NOT covered", [242, 244, 246, 248]),
        ("seats / 2 = 1.5 AND id < 10", [4, 9]),
        ("height / seats = 1.75", [8, 15]),
        ("placed = '2026-01-03'", [3]),
        ("year(placed) = 2026 AND month(placed) = 1 AND day(placed) >= 30", [30, 31]),
        ("T_DURING(placed, INTERVAL('2026-01-01','2026-01-04'))", [2, 3]),
        ("T_INTERSECTS(placed, TIMESTAMP('2026-01-01T15:30:00Z'))", [2]),
        ("id IN (3, 5, 99999)", [3, 5]),
        ("casei(address) = casei('本町9丁目')", [10]),
        ("length(name) = 4 AND id <= 3", [2, 3]),
        ("A_CONTAINS(('ベンチ1','ベンチ2'), (name))", [2, 3]),
        ("A_EQUALS((seats, 2), (2, seats, seats)) AND A_OVERLAPS((id), (1, 2, 3))", [1, 2, 3]),
        ("A_CONTAINEDBY((seats, id), (1, 2, 3, 7))", [2, 3, 7]),
        ("distance_m(geom, POINT(139.95 36.80)) < 500", [1, 2]),
        ("S_INTERSECTS(geom, BBOX(139.95,36.80,139.95,36.80))", [1]),
        ("covered = (id < 4) AND id < 5", [1, 3, 4]),
        ("accenti('Éß ガ') = 'Eß ガ' AND casei('STRASSE ÉΣ') = casei('straße éσ') AND id = 1", [1]),
        ("accenti(casei('ÀÉÎ')) LIKE 'a__' AND id = 1", [1]),
        ("((((((((id = 1))))) OR ((id = 2)))))", [1, 2]),
    ],
)
def test_filters_find_what_they_say(client: TestClient, text: str, expected: list[int]) -> None:
    assert benches(client, text) == expected


def test_a_filter_goes_with_all_else(client: TestClient) -> None:
    both = matched(
        client, "seats = 3", bbox="139.94,36.79,140.0,36.83", covered="true", datetime="2026-01-01/.."
    )
    assert 0 < both < matched(client, "seats = 3") == 50
    page = client.get(ITEMS, params={"filter": "seats = 3", "limit": 40}).json()
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    assert client.get(following).json()["numberReturned"] == 10


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("seats = 'three'", "seats"),
        ("name = 3", "name"),
        ("name < placed", "name"),
        ("covered > 1", "covered"),
        ("placed = 'yesterday'", "yesterday"),
        ("placed > TIMESTAMP('2026-01-01T00:00:00Z')", "placed"),
        ("inspector = '山田'", "inspector"),
        ("load_id = 1", "load_id"),
        ("nobody = 1", "nobody"),
        ("name LIKE 'a\\'", "LIKE"),
        ("name LIKE address", "LIKE"),
        ("seats LIKE '3%'", "seats"),
        ("CASEI(seats) = 'a'", "seats"),
        ("sleep(5) = 1", "sleep"),
        ("pg_sleep(5) = 1", "pg_sleep"),
        ("geom = 1", "geom"),
        ("S_INTERSECTS(geom, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "filter-crs"),
        ("S_INTERSECTS(geom, POLYGON((0 0,1 1,1 0)))", "filter-crs"),
        ("S_TOUCHES(geom, GEOMETRYCOLLECTION(POINT(1 1)))", "GEOMETRYCOLLECTION"),
        ("S_INTERSECTS(name, POINT(1 1))", "name"),
        ("T_AFTER(name, DATE('2026-01-01'))", "name"),
        ("T_AFTER(placed, INTERVAL('..','..'))", "interval"),
        ("seats IN ('a')", "seats"),
        ("seats + name = 1", "name"),
        ("seats", "seats"),
        ("this is not ", "this is not"),
        ("a = = b", "a = = b"),
        ("S_INTERSECTS", "S_INTERSECTS"),
        ("name = 'a\u0022", "CQL2"),
        ("(seats = 1", "CQL2"),
        ("seats = 1)", "CQL2"),
        ("", "CQL2"),
        ('"⟦0⟧" = 1 AND (seats = 1)', "CQL2"),
    ],
)
def test_a_bad_filter_is_told_why(client: TestClient, text: str, named: str) -> None:
    response = client.get(ITEMS, params={"filter": text, "lang": "en"})
    assert response.status_code == 400, response.text
    assert response.json()["parameter"] == "filter"
    assert named in response.json()["detail"]


def test_what_postgis_cannot_calculate_is_the_filters_fault(client: TestClient) -> None:
    response = client.get(ITEMS, params={"filter": "area_m2(BBOX(-180,-90,180,90)) > 5", "lang": "en"})
    assert (response.status_code, "reference system" in response.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "1", "null", '"x"', "{}", '{"op":"="}', '{"op":"=","args":1}', '{"op":1,"args":[]}', '{"op":"and","args":[]}',
        '{"op":"=","args":[{"property":"seats"},null]}', '{"op":"=","args":[{"property":{}},1]}',
        '{"op":"=","args":[{"property":"name"},"a\\u0000b"]}', '{"op":"in","args":[{"property":"seats"},[]]}',
        '{"op":"in","args":[{"property":"seats"},3]}', '{"op":"between","args":[{"property":"seats"},[1,2]]}',
        '{"op":"=","args":[{"date":5},{"date":"x"}]}', '{"op":"=","args":[{"timestamp":"2026-01-01"},1]}',
        '{"op":"t_after","args":[{"property":"placed"},{"interval":["a"]}]}', '{"op":"t_after","args":[{"interval":5},5]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point","coordinates":["a",2]}]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point","coordinates":[1e400,2]}]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"type":"Circle","coordinates":[1,2]}]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"type":"Polygon","coordinates":[[1,2],[3,4]]}]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"type":"MultiPoint","coordinates":[]}]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"bbox":[1,2,3]}]}',
        '{"op":"s_intersects","args":[{"property":"geom"},{"bbox":[1,5,3,2]}]}',
        '{"op":"=","args":[{"property":"seats"},1e999]}', '{"op":"a_contains","args":[[],[1]]}',
        '{"op":"a_contains","args":[{"property":"geom"},[1]]}', '{"op":"isNull","args":[[1]]}',
    ],
)  # fmt: skip
def test_bad_json_is_refused(client: TestClient, text: str) -> None:
    response = client.get(ITEMS, params={"filter": text, "filter-lang": "cql2-json"})
    assert (response.status_code, response.json().get("parameter")) == (400, "filter"), response.text


def test_languages_and_systems_are_known_ones(client: TestClient) -> None:
    for name, wrong in (
        ("filter-lang", "sql"),
        ("filter-crs", "http://www.opengis.net/def/crs/EPSG/0/999999"),
    ):
        response = client.get(ITEMS, params={"filter": "seats = 1", name: wrong})
        assert (response.status_code, response.json()["parameter"]) == (400, name)


@pytest.mark.parametrize(
    ("before", "inner", "after"),
    [
        ("(", "seats = 1", ")"), ("(", "seats = ", ")"), ("(", "", ""), ("not ", "covered", ""), ("NOT (", "covered", ")"),
        ("casei(", "name", ") = 'a'"), ("abs(", "seats", ") = 1"), ("seats IN (", "1", ")"), ("-", "1 = seats", ""),
        ("1 + ", "1 = seats", ""), ("2 ^ ", "1 = seats", ""), ("seats = 1 AND ", "seats = 1", ""), ("seats = (", "1", ")"),
        ("A_EQUALS((", "1", "),(1))"), ("GEOMETRYCOLLECTION(", "POINT(1 1)", ")"), ("seats BETWEEN (", "1", ") AND 2"), ("MULTIPOLYGON(((", "seats = 1 AND seats =", ")))"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [20, 40, 400, 100_000])
def test_a_deep_or_long_filter_is_read_or_refused(before: str, inner: str, after: str, times: int) -> None:
    """As deep as fits into the longest text: the library alone would take years, or end the process."""
    times = min(times, (LONGEST - len(inner)) // len(before + after))
    with contextlib.suppress(BadParameter):
        read_text(before * times + inner + after * times)


@pytest.mark.parametrize(("times", "status"), [(20, 200), (120, 400)])
def test_deep_json_is_refused(client: TestClient, times: int, status: int) -> None:
    text = '{"op":"not","args":[' * times + "true" + "]}" * times
    assert client.get(ITEMS, params={"filter": text, "filter-lang": "cql2-json"}).status_code == status


def test_the_queryables_tell_what_filters_can_ask(client: TestClient) -> None:
    found = client.get("/api/collections/benches/queryables").json()
    assert found["properties"]["geom"]["format"] == "geometry-point"
    assert found["properties"]["id"]["x-ogc-role"] == "id"
    assert found["additionalProperties"] is False
    for name, schema in found["properties"].items():
        assert matched(client, f'"{name}" IS NULL OR "{name}" IS NOT NULL') == BENCHES
        if "type" in schema:
            assert client.get(ITEMS, params={name: "1"}).json().get("parameter") in (None, name)


def test_every_function_can_be_called(client: TestClient) -> None:
    values = {
        "string": "'a'",
        "number": "1",
        "datetime": "DATE('2026-01-01')",
        "geometry": "geom",
        "boolean": "true",
    }
    listed = client.get("/api/functions").json()["functions"]
    assert {"lower", "distance_m", "year", "now"} <= {f["name"] for f in listed}
    for function in listed:
        call = f"{function['name']}({', '.join(values[a['type'][0]] for a in function['args'])})"
        assert matched(client, f"{call} IS NOT NULL") == BENCHES


NAMES = st.sampled_from(
    ["id", "name", "seats", "height", "covered", "placed", "geom", "inspector", "x", "load_id", "版"]
)
LITERALS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False).map(repr),
    st.text(max_size=8).map(lambda t: "'" + t.replace("'", "''") + "'"),
    st.sampled_from(["true", "DATE('2026-01-03')", "TIMESTAMP('2026-01-03T00:00:00Z')", "POINT(140 36.8)", "('a','b')", "(1,2)",
                     "BBOX(139,36,141,37)", "INTERVAL('..','2026-01-05')", "'%'", "'\\'", "NULL", "''"]),
)  # fmt: skip
OPERATORS = [
    "=",
    "<>",
    "<",
    ">=",
    "LIKE",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "div",
    "AND",
    "OR",
    "IN",
    "BETWEEN",
    "IS",
]
CALLS = ["CASEI", "ACCENTI", "S_INTERSECTS", "S_EQUALS", "S_WITHIN", "T_AFTER", "T_DURING", "A_CONTAINS", "abs", "lower", "distance_m",
         "area_m2", "round", "year", "NOT", "", "now"]  # fmt: skip
TEXTS = st.recursive(
    NAMES | LITERALS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(" ".join),
        st.tuples(st.sampled_from(CALLS), st.lists(inner, max_size=3)).map(
            lambda c: f"{c[0]}({', '.join(c[1])})"
        ),
    ),
    max_leaves=8,
)
QUIET = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUIET
@given(text=TEXTS)
def test_no_filter_breaks_the_server(client: TestClient, text: str) -> None:
    response = client.get(ITEMS, params={"filter": text, "limit": 2})
    assert response.status_code in (200, 400), (text, response.text)
    assert "山田" not in response.text


@QUIET
@given(tree=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | NAMES.map(lambda n: {"property": n}),
    lambda inner: st.lists(inner, max_size=3) | st.fixed_dictionaries({
        "op": st.sampled_from([o.lower() for o in OPERATORS + CALLS] + ["isNull", "x"]), "args": st.lists(inner, max_size=3)})
    | st.dictionaries(st.sampled_from(["type", "coordinates", "interval", "date", "timestamp", "bbox", "op"]), inner, max_size=2),
    max_leaves=10,
))  # fmt: skip
def test_no_tree_breaks_the_server(client: TestClient, tree: Any) -> None:
    response = client.get(ITEMS, params={"filter": json.dumps(tree), "filter-lang": "cql2-json", "limit": 2})
    assert response.status_code in (200, 400), (tree, response.text)


@QUIET
@given(name=st.text(max_size=12) | NAMES, text=st.text(max_size=20) | LITERALS)
def test_no_property_filter_breaks_the_server_or_finds_others(
    client: TestClient, name: str, text: str
) -> None:
    response = client.get(ITEMS, params={name: text, "limit": 1000})
    assert response.status_code in (200, 400, 304), (name, text, response.text)
    if response.status_code == 200 and name in ("name", "seats", "id"):
        for feature in response.json().get("features", []):
            assert str({**feature["properties"], "id": feature["id"]}[name]) == str(type_of(name)(text))


def type_of(name: str) -> Callable[[str], Any]:
    return str if name == "name" else int


COMPARISONS = {"=": "__eq__", "<>": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


@QUIET
@given(
    tests=st.lists(st.tuples(st.sampled_from(["seats", "height"]), st.sampled_from([*COMPARISONS]), st.integers(-2, 130)), min_size=1, max_size=4),
    joint=st.sampled_from(["AND", "OR"]),
    negated=st.booleans(),
)  # fmt: skip
def test_filters_find_exactly_what_python_finds(
    client: TestClient, tests: list[tuple[str, str, int]], joint: str, negated: bool
) -> None:
    text = f" {joint} ".join(f"{name} {sign} {number}" for name, sign, number in tests)
    rows = [(n + 1, {"seats": n % 5, "height": n / 2}) for n in range(BENCHES - 1)]
    both = all if joint == "AND" else any
    expected = [
        number for number, row in rows
        if both(getattr(float(row[name]), COMPARISONS[sign])(float(value)) for name, sign, value in tests) != negated
    ]  # fmt: skip
    assert benches(client, f"NOT ({text})" if negated else text) == expected

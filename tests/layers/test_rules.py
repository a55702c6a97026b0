"""The declared rules of a layer's data: what breaches each, and what does not."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import shapely

from gis_core.errors import BadInput
from tests.conftest import Store
from tests.layers.rules import (
    at,
    definition,
    deliver,
    found,
    judged,
    publish,
    register,
    row,
    square,
)

MAY = [datetime.date(2026, 5, day) for day in range(1, 4)]
HERE = at(0, 0)


@pytest.mark.parametrize(
    ("operator", "breaching"),
    [("<", [3, 4]), ("<=", [4]), (">", [2, 3]), (">=", [2]), ("=", [2, 4]), ("!=", [3])],
)
def test_two_fields_stand_in_their_order(store: Store, operator: str, breaching: list[int]) -> None:
    rows = [row(HERE, first=MAY[a], last=MAY[b]) for a, b in ((0, 1), (1, 1), (2, 1))]
    rows.append(row(HERE, first=MAY[0]))
    issues = judged({"rule": "compare", "left": "first", "operator": operator, "right": "last"}, rows)
    assert found(issues) == [(number, "fields.order") for number in breaching]


def test_a_breach_names_column_value_and_remedy(store: Store) -> None:
    register(definition(rules=[{"rule": "compare", "left": "seats", "operator": "<=", "right": "limit"}]))
    report = {"mapping": {"seats": "席の数", "limit": "上限"}}
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    delivery = Delivery.whole("f.csv", ("seats", "limit"), (), [(5, 4.5, HERE.wkb)], report)
    (issue, refusal) = load_rows("judged", delivery, actor="t", mode="dry_run").report["issues"][::-1]
    assert issue == {
        "row": 1, "column": "席の数", "field": "seats", "rule": "fields.order", "severity": "error", "value": "5",
        "message": {
            "ja": "列「席の数」の「5」は、列「上限」の「4.5」と同じかそれより前（以下）でなければなりません。どちらかを直してください。",
            "en": "“5” in column “席の数” must be not after (at most) “4.5” in column “上限”. Mend one of them.",
        },
    }  # fmt: skip
    assert refusal["rule"] == "delivery.nothing_accepted"


def test_values_occur_once(store: Store) -> None:
    rows = [row(HERE, name=n, seats=s) for n, s in (("甲", 1), ("甲", 2), ("甲", 1), (None, 1), (None, 1))]
    issues = judged({"rule": "unique", "fields": ["name", "seats"]}, rows)
    assert found(issues) == [(4, "duplicate.key")]
    assert issues[0]["value"] == "甲・1"
    assert "2 行目" in issues[0]["message"]["ja"]


def test_the_same_name_stands_nowhere_near(store: Store) -> None:
    places = [("甲", 0), ("甲", 29), ("甲", 58), ("乙", 10), ("甲", 500), ("甲", 0), (None, 0), (None, 0)]
    issues = judged(
        {"rule": "near_duplicate", "fields": ["name"], "within_m": 30},
        [row(at(east, 0), name=name) for name, east in places],
    )
    assert found(issues) == [(number, "duplicate.near") for number in (3, 4, 7)]
    assert [
        f"{other} 行目" in issue["message"]["ja"] for other, issue in zip((2, 3, 2), issues, strict=True)
    ] == [True] * 3


def test_a_value_occurs_in_another_layer(store: Store) -> None:
    register(definition("towns"))
    publish("towns", row(HERE, name="本町"), row(HERE, name=None, seats=3))
    rows = [row(HERE, name=name) for name in ("本町", "浮島", None)]
    issues = judged({"rule": "reference", "field": "name", "layer": "towns", "target": "name"}, rows)
    assert found(issues) == [(3, "reference.unknown")]


def test_a_place_lies_in_the_city(store: Store) -> None:
    publish_city(square(0, 0, 1000))
    rows = [row(at(east, 500)) for east in (500, 1000, 1090, 1110)]
    issues = judged({"rule": "within_city", "buffer_m": 100}, rows)
    assert found(issues) == [(5, "coordinates.outside_city")]
    assert issues[0]["value"].startswith("36.90")


def publish_city(area: shapely.MultiPolygon) -> None:
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    city = Delivery.whole("c.geojson", ("name",), (), [("市", area.wkb)], {})
    assert load_rows("city_boundary", city, actor="t", mode="publish").state == "published"


def test_a_rule_that_looks_at_an_empty_layer_is_not_run(store: Store) -> None:
    issues = judged({"rule": "within_city", "severity": "error"}, [row(at(0, 0)), row(at(9e6, 0))])
    assert found(issues) == [(None, "rule.skipped")]
    assert issues[0]["severity"] == "warning"
    assert "city_boundary" in issues[0]["message"]["en"]


@pytest.mark.parametrize(("buffer", "breaching"), [({}, [4, 5]), ({"buffer_m": 20}, [5])])
def test_a_point_lies_in_the_areas(store: Store, buffer: dict[str, Any], breaching: list[int]) -> None:
    register(definition("areas", "MultiPolygon"))
    publish("areas", row(square(0, 0)), row(square(100, 0)))
    rows = [row(at(*place)) for place in ((50, 50), (100, 50), (50, 110), (50, 130))]
    issues = judged({"rule": "inside", "layer": "areas", **buffer}, rows)
    assert found(issues) == [(number, "place.outside") for number in breaching]


@pytest.mark.parametrize(("buffer", "breaching"), [({}, [4, 5]), ({"buffer_m": 20}, [5])])
def test_an_area_lies_in_the_areas_together(
    store: Store, buffer: dict[str, Any], breaching: list[int]
) -> None:
    register(definition("areas", "MultiPolygon"))
    publish("areas", row(square(0, 0)), row(square(100, 0)))
    rows = [row(square(*place)) for place in ((10, 10, 50), (60, 10, 80), (50, 60, 50.1), (150, 50, 80))]
    issues = judged({"rule": "inside", "layer": "areas", **buffer}, rows, "MultiPolygon")
    assert found(issues) == [(number, "place.outside") for number in breaching]


def test_a_place_lies_near_a_feature(store: Store) -> None:
    register(definition("ways", "LineString"))
    publish("ways", row(shapely.LineString([at(0, 0), at(1000, 0)])))
    issues = judged(
        {"rule": "near", "layer": "ways", "within_m": 50},
        [row(at(east, 0) if east else at(500, 40)) for east in (0, 500, 1040, 1060)],
    )
    assert found(issues) == [(5, "place.far")]


def test_areas_touch_but_do_not_overlap(store: Store) -> None:
    areas = [square(0, 0), square(100, 0), square(0, 100), square(195, 0), square(500, 500)]
    issues = judged({"rule": "no_overlap"}, [row(area) for area in areas], "MultiPolygon")
    assert found(issues) == [(5, "geometry.overlap")]
    assert "3 行目の区域と 500 m²" in issues[0]["message"]["ja"]


def test_an_overlap_within_the_tolerance_is_let_pass(store: Store) -> None:
    rows = [row(square(0, 0)), row(square(95, 0)), row(square(0, 0, 1000))]
    issues = judged({"rule": "no_overlap", "tolerance_m2": 510}, rows, "MultiPolygon")
    assert [issue["row"] for issue in issues] == [4]


def test_areas_leave_no_gaps(store: Store) -> None:
    ring = [(0, 0), (100, 0), (200, 0), (0, 100), (200, 100), (0, 200), (100, 200), (200, 200)]
    filled = [*ring, (1000, 0)]
    issues = judged({"rule": "no_gaps"}, [row(square(*place)) for place in filled], "MultiPolygon")
    assert found(issues) == [(None, "geometry.gap")]
    assert "10,000 m²" in issues[0]["message"]["ja"]
    assert "2・3・4 行目" in issues[0]["message"]["ja"]


def test_an_island_in_a_gap_is_not_the_gap(store: Store) -> None:
    around = square(0, 0, 300).difference(square(100, 100))
    rows = [row(shapely.MultiPolygon([around])), row(square(100, 100, 50))]
    issues = judged({"rule": "no_gaps", "tolerance_m2": 100}, rows, "MultiPolygon")
    assert len(issues) == 1
    assert "7,500 m²" in issues[0]["message"]["ja"]


def test_a_gap_as_an_error_refuses_the_delivery(store: Store) -> None:
    around = shapely.MultiPolygon([square(0, 0, 300).difference(square(100, 100))])
    register(definition(geometry="MultiPolygon", rules=[{"rule": "no_gaps"}]))
    outcome = deliver([row(around)], mode="publish")
    assert (outcome.state, found(outcome.report["issues"])) == ("rejected", [(None, "geometry.gap")])


@pytest.mark.parametrize(
    ("geometry", "option", "shapes"),
    [
        ("MultiPolygon", {"m2": 100}, [square(0, 0, 9), square(0, 0, 11)]),
        ("LineString", {"m": 10}, [shapely.LineString([at(0, 0), at(9, 0)]), shapely.LineString([at(0, 0), at(0, 11)])]),
    ],
)  # fmt: skip
def test_nothing_is_too_small(store: Store, geometry: str, option: dict[str, Any], shapes: list[Any]) -> None:
    issues = judged({"rule": "minimum_size", **option}, [row(shape) for shape in shapes], geometry)
    assert found(issues) == [(2, "geometry.small")]


ADDRESS = {"rule": "address_agrees", "field": "address", "layer": "areas", "target": "name", "within_m": 100}


@pytest.mark.parametrize(
    "address",
    [
        "栃木県大田原市本町一丁目4番1号", "大田原市本町１丁目４－１", "本町1-4-1", "〒324-0041 大田原市本町1-4", "本町 一 丁目",
    ],
)  # fmt: skip
def test_an_address_agrees_with_its_place(store: Store, address: str) -> None:
    register(definition("areas", "MultiPolygon"))
    publish("areas", row(square(0, 0), name="本町一丁目"), row(square(5000, 0), name="本町"))
    issues = judged(ADDRESS, [row(at(50, 50), address=address), row(at(5050, 50), address=address)])
    assert found(issues) == [(3, "address.disagrees")]
    assert "「本町一丁目」" in issues[0]["message"]["ja"]
    assert "4,950 m" in issues[0]["message"]["ja"]


def test_only_addresses_that_name_an_area_are_judged(store: Store) -> None:
    register(definition("areas", "MultiPolygon"))
    publish("areas", row(square(0, 0), name="佐久山"), row(square(900, 0), name="佐久山"))
    far, near = at(5000, 0), at(1090, 50)
    addresses = ["東京都千代田区1-1", None, "", "大田原市大字佐久山1234-5", "大田原市佐久山12-3"]
    issues = judged(ADDRESS, [*(row(far, address=a) for a in addresses), row(near, address=addresses[3])])
    assert [issue["row"] for issue in issues] == [5, 6]


def test_rules_on_fields_that_the_file_does_not_feed_are_silent(store: Store) -> None:
    register(
        definition("areas", "MultiPolygon"),
        definition(
            rules=[
                {"rule": "compare", "left": "seats", "operator": "<", "right": "limit"},
                {"rule": "unique", "fields": ["name", "seats"]},
                {"rule": "near_duplicate", "fields": ["name"], "within_m": 5},
                {"rule": "reference", "field": "name", "layer": "areas", "target": "name"},
                ADDRESS,
            ]
        ),
    )
    publish("areas", row(square(0, 0), name="本町"))
    assert deliver([(1, HERE.wkb), (1, HERE.wkb)], columns=("seats",)).report["issues"] == []


def test_a_layer_may_have_all_rules(store: Store) -> None:
    rules = [
        {"rule": "compare", "left": "first", "operator": "<=", "right": "last"},
        {"rule": "unique", "fields": ["name"]},
        {"rule": "near_duplicate", "fields": ["address"], "within_m": 10},
        {"rule": "reference", "field": "name", "layer": "areas", "target": "name"},
        {"rule": "within_city"},
        {"rule": "inside", "layer": "areas"},
        {"rule": "near", "layer": "areas", "within_m": 10},
        {"rule": "no_overlap"},
        {"rule": "no_gaps", "severity": "warning"},
        {"rule": "minimum_size", "m2": 10},
        {**ADDRESS, "severity": "warning"},
    ]
    publish_city(square(0, 0, 1000))
    register(definition("areas", "MultiPolygon"), definition(geometry="MultiPolygon", rules=rules))
    publish("areas", row(square(0, 0, 900), name="本町"), row(square(900, 0), name="東町"))
    good = [
        row(square(0, 0), name="本町", address="本町1"),
        row(square(100, 0), name="東町", address="本町2"),
    ]
    assert found(deliver(good).report["issues"]) == []
    bad = row(square(2000, 0, 1), name="西町", address="本町1", first=MAY[2], last=MAY[0])
    rules_found = {rule for number, rule in found(deliver([*good, bad]).report["issues"]) if number == 4}
    assert rules_found == {
        "fields.order", "reference.unknown", "coordinates.outside_city", "place.outside", "place.far",
        "geometry.small", "address.disagrees",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({"rule": "near", "layer": "ghosts", "within_m": 1}, "ghosts"),
        ({"rule": "reference", "field": "name", "layer": "areas", "target": "code"}, "code"),
        ({"rule": "compare", "left": "name", "operator": "<", "right": "seats"}, "integer"),
        ({"rule": "inside", "layer": "judged"}, "Point"),
        ({"rule": "no_overlap"}, "Point"),
        ({"rule": "minimum_size", "m": 3}, "m2"),
    ],
)
def test_a_rule_that_can_never_run_is_refused(rule: dict[str, Any], named: str) -> None:
    from layers.rules.judging import check_references

    known = {"areas": definition("areas", "MultiPolygon")}
    with pytest.raises(BadInput, match=named):
        check_references(definition(rules=[rule]), known)


def test_rules_that_can_run_are_taken() -> None:
    from layers.rules.judging import check_references

    rules = [
        {"rule": "compare", "left": "seats", "operator": "<", "right": "limit"},
        {"rule": "reference", "field": "name", "layer": "judged", "target": "name"},
        {"rule": "inside", "layer": "areas"},
        {"rule": "within_city"},
    ]
    check_references(definition(rules=rules), {"areas": definition("areas", "MultiPolygon")})


def test_the_shipped_rules_can_run() -> None:
    from gis_core.definition import LayerDefinition
    from layers.rules.judging import check_references
    from layers.standard import standard_definitions

    shipped = {d.id: d for d in standard_definitions() if isinstance(d, LayerDefinition)}
    for one in shipped.values():
        check_references(one, shipped)


def test_a_layer_whose_rules_can_never_run_is_not_made_nor_changed(store: Store) -> None:
    from layers import selectors
    from layers.services.definitions import create_layer, update_layer

    broken = definition(rules=[{"rule": "reference", "field": "name", "layer": "nowhere", "target": "name"}])
    with pytest.raises(BadInput, match="nowhere"):
        create_layer(broken, position=1, actor="t")
    create_layer(definition(), position=1, actor="t")
    with pytest.raises(BadInput, match="nowhere"):
        update_layer(broken, actor="t")
    assert selectors.layer_definition("judged").rules == ()

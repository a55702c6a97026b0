"""Rows of one delivery are distinct, by all their values and by the key that matches them to features."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from tests.conftest import Store
from tests.layers.conftest import small_definition
from tests.layers.rules import FIELDS, at, definition, deliver, found, register, row

HERE, THERE = at(0, 0), at(500, 0)
BY_NAME = {"distinct": True, "keys": (("name",), ("address",))}


def test_a_row_that_says_the_same_and_a_row_with_the_same_key_are_refused(store: Store) -> None:
    from layers.models import Load, QuarantinedRow

    register(definition())
    rows = [row(HERE, name="甲"), row(HERE, name="甲"), row(THERE, name="甲"), row(HERE, name="乙")]
    outcome = deliver(rows, mode="publish", **BY_NAME)
    assert found(outcome.report["issues"]) == [(3, "duplicate.row"), (4, "duplicate.key")]
    assert outcome.report["rows"] == {"read": 4, "accepted": 2, "rejected": 2}
    assert [kept.row for kept in QuarantinedRow.objects.all()] == [3, 4]
    assert Load.objects.get().key == ["name"]


def test_the_first_key_that_every_row_fills_is_taken(store: Store) -> None:
    from layers.models import Load

    register(definition())

    def key(*rows: tuple[Any, ...]) -> list[str]:
        deliver(list(rows), mode="publish", allow_removal=True, **BY_NAME)
        return list(Load.objects.first().key)

    assert key(row(HERE, name="甲", address="本町"), row(HERE, address="元町")) == ["address"]
    assert key(row(HERE, name="甲"), row(HERE, address="元町")) == []


def test_a_unique_field_is_unique_whatever_the_key(store: Store) -> None:
    fields = [{**field, "unique": field["name"] == "seats"} for field in FIELDS]
    register(small_definition("judged", fields=fields, keys=[]))
    rows = [
        row(HERE, name="甲", seats=1),
        row(HERE, name="乙", seats=1),
        row(HERE, name="丙"),
        row(HERE, name="丁"),
    ]
    assert found(deliver(rows, **BY_NAME).report["issues"]) == [(3, "duplicate.key")]


def test_rows_in_several_parts_are_one_delivery(store: Store) -> None:
    from layers.delivery import Delivery

    register(definition())
    first, second = (
        Delivery.whole("f.csv", ("name",), (), [(name, HERE.wkb)], row_numbers=[number]).parts
        for number, name in ((2, "甲"), (3, "甲"))
    )
    parts = [*first, *second]
    outcome = deliver(
        [], columns=("name",), parts=parts, cells=lambda rows: {key: {} for key in rows}, **BY_NAME
    )
    assert outcome.report["rows"] == {"read": 2, "accepted": 1, "rejected": 1}


def test_a_report_tells_so_many_issues_and_counts_the_rest(store: Store, monkeypatch: Any) -> None:
    from layers import tally

    monkeypatch.setattr(tally, "ISSUES_TOLD", 2)
    register(definition())
    issues = deliver([row(HERE, name="甲")] * 5, **BY_NAME).report["issues"]
    assert found(issues) == [(None, "report.shortened"), (3, "duplicate.row"), (4, "duplicate.row")]
    assert issues[0]["value"] == "duplicate.row 2"


def test_places_that_miss_the_published_ones_as_tokyo_datum_does_are_doubted(store: Store) -> None:
    from gis_core.crs import transformation
    from gis_core.crs_names import TOKYO, WGS84

    register(definition())
    points = [at(100 * step, 70 * step) for step in range(5)]
    deliver([row(point, name=str(n)) for n, point in enumerate(points)], mode="publish", **BY_NAME)
    old = transformation(WGS84, TOKYO)
    lon, lat = old.apply(np.array([p.x for p in points]), np.array([p.y for p in points]))
    moved = [row(shapely.Point(x, y), name=str(n)) for n, (x, y) in enumerate(zip(lon, lat, strict=True))]
    assert found(deliver(moved, **BY_NAME).report["issues"]) == [(None, "coordinates.datum")]
    shifted = [row(shapely.Point(p.x + 0.001, p.y), name=str(n)) for n, p in enumerate(points)]
    assert found(deliver(shifted, **BY_NAME).report["issues"]) == []

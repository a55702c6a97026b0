"""What a breach does to a row and to the delivery: quarantine, warnings, limits, the guard against removal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Store
from tests.layers.rules import at, definition, deliver, found, register, row

UNIQUE = {"rule": "unique", "fields": ["name"]}
TWICE = [row(at(n, 0), name=name) for n, name in enumerate(("甲", "乙", "甲", "丙"))]


def amount() -> int:
    from layers.selectors import catalogue

    return catalogue().layer("judged").feature_count


def numbered(first: int, count: int) -> list[tuple[Any, ...]]:
    return [row(at(n, 0), name=str(n)) for n in range(first, first + count)]


def test_an_error_takes_the_row_out(store: Store) -> None:
    from layers.models import Load, QuarantinedRow

    register(definition(rules=[UNIQUE]))
    outcome = deliver(TWICE, mode="publish", cells=lambda rows: {row: {"名称": f"セル{row}"} for row in rows})
    assert (outcome.state, outcome.diff["added"], amount()) == ("published", 3, 3)
    assert outcome.report["rows"] == {"read": 4, "accepted": 3, "rejected": 1}
    kept = QuarantinedRow.objects.get()
    assert (kept.row, kept.values, kept.issues) == (4, {"名称": "セル4"}, outcome.report["issues"])
    assert Load.objects.get().report == outcome.report


def test_a_quarantined_row_keeps_what_the_file_check_said(store: Store) -> None:
    from layers.delivery import Delivery
    from layers.models import QuarantinedRow
    from layers.services.loads import load_rows

    register(definition(rules=[UNIQUE]))
    told = {"row": 2, "rule": "value.rewritten", "severity": "fixed"}
    rows = [("甲", at(0, 0).wkb), ("甲", at(1, 0).wkb)]
    load_rows(
        "judged", Delivery.whole("f.csv", ("name",), (), rows, {"issues": [told]}), actor="t", mode="stage"
    )
    kept = QuarantinedRow.objects.get()
    assert (kept.values, [issue["rule"] for issue in kept.issues]) == (
        {"name": "甲"},
        ["value.rewritten", "duplicate.key"],
    )


def test_a_warning_only_tells(store: Store) -> None:
    register(definition(rules=[{**UNIQUE, "severity": "warning"}]))
    outcome = deliver(TWICE, mode="publish")
    assert (amount(), found(outcome.report["issues"])) == (4, [(4, "duplicate.key")])
    assert outcome.report["rows"]["rejected"] == 0


def test_a_warning_that_the_file_check_gave_is_not_repeated(store: Store) -> None:
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    register(definition(rules=[{**UNIQUE, "severity": "warning"}]))
    told = {"row": 2, "rule": "duplicate.key", "severity": "warning"}
    rows = [("甲", at(0, 0).wkb), ("甲", at(1, 0).wkb)]
    delivery = Delivery.whole("f.csv", ("name",), (), rows, {"issues": [told]})
    assert load_rows("judged", delivery, actor="t", mode="dry_run").report["issues"] == [told]


def test_rows_that_wait_for_approval_have_been_judged(store: Store) -> None:
    from layers.services.approval import publish_load

    register(definition(rules=[UNIQUE]))
    publish_load(deliver(TWICE, mode="stage").load, actor="chief")
    assert amount() == 3


@pytest.mark.parametrize(("share", "state"), [(0.25, "published"), (0.24, "rejected")])
def test_too_many_errors_refuse_the_delivery(store: Store, share: float, state: str) -> None:
    from layers.models import Load, QuarantinedRow

    register(definition(rules=[UNIQUE], limits={"rejected_share": share}))
    outcome = deliver(TWICE, mode="publish")
    assert (outcome.state, Load.objects.get().state, QuarantinedRow.objects.count()) == (state, state, 1)
    if state == "rejected":
        assert amount() == 0
        assert "25.0%" in outcome.refusal.ja
        assert found(outcome.report["issues"]) == [(None, "delivery.rejected_share"), (4, "duplicate.key")]


def test_a_dry_run_tells_what_would_refuse(store: Store) -> None:
    register(definition(rules=[UNIQUE], limits={"rejected_share": 0}))
    outcome = deliver(TWICE)
    assert (outcome.state, outcome.load, outcome.refusal) == ("checked", None, None)
    assert outcome.report["issues"][0]["rule"] == "delivery.rejected_share"


def test_a_delivery_of_which_no_row_is_left_never_empties_the_layer(store: Store) -> None:
    register(definition("towns"), definition(rules=[{"rule": "near", "layer": "towns", "within_m": 10}]))
    deliver([row(at(0, 0))], "towns", mode="publish")
    deliver([row(at(1, 0))], mode="publish")
    outcome = deliver([row(at(99, 0))], mode="publish")
    assert (outcome.state, amount()) == ("rejected", 1)
    assert "2 行目" in outcome.refusal.ja


@pytest.mark.parametrize(
    ("there", "kept", "limits", "state"),
    [
        (20, 10, {}, "published"),
        (20, 9, {}, "rejected"),
        (19, 1, {}, "published"),
        (19, 1, {"removed_share": 0.5}, "rejected"),
        (20, 1, {"removed_share": 1}, "published"),
    ],
)
def test_a_delivery_that_would_remove_most_of_the_layer_is_refused(
    store: Store, there: int, kept: int, limits: dict[str, float], state: str
) -> None:
    register(definition(limits=limits))
    deliver(numbered(0, there), mode="publish")
    outcome = deliver(numbered(0, kept), mode="publish")
    assert (outcome.state, amount()) == (state, kept if state == "published" else there)
    if state == "rejected":
        assert "--allow-removal" in outcome.refusal.en


def test_whoever_means_it_may_remove(store: Store) -> None:
    register(definition())
    deliver(numbered(0, 30), mode="publish")
    assert deliver(numbered(0, 1), mode="publish", allow_removal=True).diff["removed"] == 29


def test_a_refused_delivery_leaves_the_waiting_ones_alone(store: Store) -> None:
    from layers.services.approval import publish_load

    register(definition())
    deliver(numbered(0, 30), mode="publish")
    waiting = deliver(numbered(0, 25), mode="stage")
    assert deliver(numbered(0, 1), mode="publish").state == "rejected"
    assert publish_load(waiting.load, actor="chief").state == "published"

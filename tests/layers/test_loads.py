"""Deliveries: staged, diffed, merged, refused. Every test has a real store of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gis_core.definition import LayerDefinition
from gis_core.errors import Conflict, NotFound
from tests.layers.conftest import bench

Deliver = Callable[..., Any]


def names() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM layer.benches ORDER BY id")
        return dict(cursor.fetchall())


def stages() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'")
        return int(cursor.fetchone()[0])


def test_a_first_delivery_fills_the_layer(deliver: Deliver) -> None:
    outcome = deliver([bench(1), bench(2)])
    assert outcome.diff == {"added": 2, "changed": 0, "removed": 0, "unchanged": 0}
    assert outcome.state == "published"
    assert list(names().values()) == ["ベンチ1", "ベンチ2"]
    assert stages() == 0


def test_the_same_delivery_twice_changes_nothing(deliver: Deliver) -> None:
    from layers.selectors import catalogue

    deliver([bench(1), bench(2)])
    before = catalogue().layer("benches").revision
    assert deliver([bench(1), bench(2)]).diff == {"added": 0, "changed": 0, "removed": 0, "unchanged": 2}
    assert catalogue().layer("benches").revision == before


def test_features_keep_their_id_and_only_changed_ones_get_a_new_version(deliver: Deliver) -> None:
    deliver([bench(1), bench(2), bench(3)])
    first = names()
    assert deliver([bench(1, "新しい名"), bench(2), bench(4)]).diff == {
        "added": 1,
        "changed": 1,
        "removed": 1,
        "unchanged": 1,
    }
    kept = {i: n for i, n in names().items() if i in first}
    assert list(kept.values()) == ["新しい名", "ベンチ2"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT identifier, version FROM layer.benches ORDER BY identifier")
        assert cursor.fetchall() == [("1", 2), ("2", 1), ("4", 2)]


def test_a_moved_point_is_a_change(deliver: Deliver) -> None:
    deliver([bench(1)])
    assert deliver([bench(1, lon=140.5)]).diff["changed"] == 1


def test_without_a_key_rows_match_only_their_equals(deliver: Deliver) -> None:
    twice = [bench(1), bench(1), bench(2)]
    deliver(twice, key=())
    assert deliver(twice, key=()).diff == {"added": 0, "changed": 0, "removed": 0, "unchanged": 3}
    assert deliver([bench(1), bench(2, seats=9)], key=()).diff == {
        "added": 1,
        "changed": 0,
        "removed": 2,
        "unchanged": 1,
    }


def test_a_key_of_two_fields_does_not_confuse_their_borders(deliver: Deliver) -> None:
    rows = [("a", "bc", *bench(1)[2:]), ("ab", "c", *bench(2)[2:])]
    deliver(rows, key=("identifier", "name"))
    assert deliver(rows, key=("identifier", "name")).diff["unchanged"] == 2


def test_fields_that_a_file_does_not_feed_keep_their_value(deliver: Deliver) -> None:
    deliver([bench(1)])
    short = [(row[0], "改名", row[-1]) for row in [bench(1)]]
    deliver(short, columns=("identifier", "name"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, seats, inspector FROM layer.benches")
        assert cursor.fetchone() == ("改名", 3, "山田")


def test_a_dry_run_leaves_nothing(deliver: Deliver) -> None:
    from layers.models import Load

    outcome = deliver([bench(1)], mode="dry_run")
    assert (outcome.load, outcome.state, outcome.diff["added"]) == (None, "checked", 1)
    assert (names(), stages(), Load.objects.count()) == ({}, 0, 0)


def test_a_staged_load_waits_and_is_published_by_approval(deliver: Deliver) -> None:
    from layers.services.approval import publish_load

    waiting = deliver([bench(1)], mode="stage")
    assert (waiting.state, names(), stages()) == ("awaiting_approval", {}, 2)  # the table and its part
    assert publish_load(waiting.load, actor="chief").decided_by == "chief"
    assert (len(names()), stages()) == (1, 0)


def test_a_rejected_or_overtaken_load_cannot_be_published(deliver: Deliver) -> None:
    from layers.services.approval import publish_load, reject_load

    refused = deliver([bench(1)], mode="stage")
    reject_load(refused.load, actor="chief")
    overtaken = deliver([bench(2)], mode="stage")
    deliver([bench(3)])
    for load in (refused, overtaken):
        with pytest.raises(Conflict):
            publish_load(load.load, actor="chief")
    assert (list(names().values()), stages()) == (["ベンチ3"], 0)


def test_an_unknown_load_or_layer_is_named(benches: LayerDefinition) -> None:
    from layers.services.approval import newest_waiting_load, publish_load

    with pytest.raises(NotFound, match="99"):
        publish_load(99, actor="chief")
    with pytest.raises(NotFound, match="benches"):
        newest_waiting_load("benches")


def test_quarantined_rows_are_kept_as_they_came(benches: LayerDefinition) -> None:
    from layers.delivery import Delivery, Quarantined
    from layers.models import QuarantinedRow
    from layers.services.loads import load_rows

    bad = Quarantined(4, {"名称": None, "緯度": "x"}, [{"rule": "required.missing"}])
    load_rows("benches", Delivery.whole("b.csv", ("name",), (), [], {}, [bad]), actor="t", mode="publish")
    kept = QuarantinedRow.objects.get()
    assert (kept.row, kept.values, kept.issues) == (
        4,
        {"名称": None, "緯度": "x"},
        [{"rule": "required.missing"}],
    )


def test_a_failing_row_leaves_the_layer_as_it_was(deliver: Deliver) -> None:
    from django.db import IntegrityError

    from layers.models import Load

    deliver([bench(1)])
    nameless = ("2", None, *bench(2)[2:])
    with pytest.raises(IntegrityError):
        deliver([bench(3), nameless])
    assert (list(names().values()), stages(), Load.objects.count()) == (["ベンチ1"], 0, 1)


def test_publishing_queues_the_statistics_with_the_same_commit(deliver: Deliver) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    deliver([bench(1)], mode="dry_run")
    assert not ProcrastinateJob.objects.exists()
    deliver([bench(1)])
    assert ProcrastinateJob.objects.get().args == {"layer_id": "benches"}

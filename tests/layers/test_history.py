"""Nothing is lost: every write by any road can be read back, compared and undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection

from gis_core.definition import LayerDefinition
from gis_core.errors import BadInput
from layers import reads
from layers.catalogue import LayerInfo
from tests.conftest import Store
from tests.layers.conftest import bench

Deliver = Callable[..., Any]


def run(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


def info() -> LayerInfo:
    from layers.selectors import catalogue

    return catalogue().layer("benches")


def names_at(at: datetime | None) -> list[str]:
    statement = reads.items_statement(info(), reads.ItemsQuery(limit=1000, at=at))
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        features = json.loads(b"[" + bytes(cursor.fetchone()[0]) + b"]")
    return sorted(f["properties"]["name"] for f in features)


def changes(since: int | datetime) -> list[tuple[str, int, int]]:
    statement = reads.changes_statement(info(), since, 1000)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        listed = json.loads(b"[" + bytes(cursor.fetchone()[0]) + b"]")
    return [(c["op"], c["id"], c["revision"]) for c in listed]


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def revision() -> Any:
    from layers.models import Revision

    return Revision.objects.filter(layer="benches").first()


def test_a_change_by_sql_is_recorded_like_any_other(deliver: Deliver, store: Store) -> None:
    deliver([bench(1), bench(2), bench(3)])
    before = now()
    with psycopg.connect(store.url, autocommit=True) as psql:
        psql.execute("UPDATE layer.benches SET name = 'psql から' WHERE identifier = '1'")
        psql.execute("DELETE FROM layer.benches WHERE identifier = '2'")
        psql.execute(
            "INSERT INTO layer.benches (identifier, name, geom) VALUES ('4', '新設', ST_Point(140.1, 36.8, 4326))"
        )
    assert names_at(None) == ["psql から", "ベンチ3", "新設"]
    assert names_at(before) == ["ベンチ1", "ベンチ2", "ベンチ3"]
    assert changes(1) == [("update", 1, 2), ("delete", 2, 3), ("create", 4, 4)]
    assert changes(before) == changes(1)
    assert (info().revision, info().feature_count) == (4, 3)
    last = revision()
    assert (last.actor, last.added, last.changed, last.removed) == ("machizu", 1, 0, 0)
    assert last.envelope.coords == (140.1, 36.8) or last.envelope.centroid.coords == (140.1, 36.8)


def test_a_load_names_who_and_which(deliver: Deliver) -> None:
    outcome = deliver([bench(1), bench(2)])
    first = revision()
    assert (first.actor, first.load_id, first.added) == ("tester", outcome.load, 2)


def test_all_of_one_transaction_is_one_revision(deliver: Deliver) -> None:
    from django.db import transaction

    deliver([bench(1), bench(2)])
    with transaction.atomic():
        run("UPDATE layer.benches SET seats = 5 WHERE identifier = '1'")
        run("UPDATE layer.benches SET seats = 6 WHERE identifier = '1'")
        run("INSERT INTO layer.benches (identifier, name, geom) VALUES ('8', 'x', ST_Point(140, 36.9, 4326))")
        run("DELETE FROM layer.benches WHERE identifier = '8'")
    assert info().revision == 2
    assert changes(1) == [("update", 1, 2)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT seats, version, version_end FROM history.benches")
        assert cursor.fetchall() == [(3, 1, 2)]


@pytest.mark.parametrize("geometry", ["POINT EMPTY", "POINT (500000 4000000)"])
def test_a_geometry_that_is_nowhere_is_refused_in_every_write_of_a_transaction(
    deliver: Deliver, geometry: str
) -> None:
    from django.db import transaction

    deliver([bench(1)])
    for earlier in ([], ["UPDATE layer.benches SET seats = 5"]):
        with pytest.raises(Exception, match="longitude and latitude"), transaction.atomic():
            for statement in [
                *earlier,
                f"UPDATE layer.benches SET geom = ST_GeomFromText('{geometry}', 4326)",
            ]:
                run(statement)
    assert info().revision == 1


def test_a_rolled_back_transaction_leaves_no_revision(deliver: Deliver) -> None:
    from django.db import transaction

    deliver([bench(1)])
    with transaction.atomic():
        run("DELETE FROM layer.benches")
        transaction.set_rollback(True)
    assert (info().revision, names_at(None)) == (1, ["ベンチ1"])
    run("UPDATE layer.benches SET seats = 9")
    assert info().revision == 2


@pytest.mark.parametrize(
    "nothing", ["UPDATE layer.benches SET seats = seats", "DELETE FROM layer.benches WHERE false"]
)
def test_a_write_that_changes_nothing_is_no_revision(deliver: Deliver, nothing: str) -> None:
    deliver([bench(1)])
    run(nothing)
    assert info().revision == 1


def test_truncate_is_a_deletion_that_can_be_undone(deliver: Deliver) -> None:
    from layers.services.past import rollback

    deliver([bench(1), bench(2)])
    run("TRUNCATE layer.benches")
    assert (names_at(None), info().feature_count, info().extent) == ([], 0, None)
    assert rollback("benches", 1, actor="chief", reason="誤操作") == 3
    assert names_at(None) == ["ベンチ1", "ベンチ2"]
    assert (revision().reason, info().feature_count) == ("誤操作", 2)


def test_rolling_back_is_itself_a_change(deliver: Deliver) -> None:
    from layers.services.past import rollback

    deliver([bench(1), bench(2)])
    deliver([bench(1, "改名"), bench(3)])
    wrong = now()
    rollback("benches", 1, actor="chief")
    assert names_at(None) == ["ベンチ1", "ベンチ2"]
    assert names_at(wrong) == ["ベンチ3", "改名"]
    assert changes(2) == [("update", 1, 3), ("create", 2, 3), ("delete", 3, 3)]
    assert rollback("benches", 1, actor="chief") == 3


def test_one_feature_can_be_rolled_back(deliver: Deliver) -> None:
    from layers.services.past import rollback

    deliver([bench(1), bench(2)])
    deliver([bench(1, "改名1"), bench(2, "改名2")])
    rollback("benches", 1, actor="chief", ids=[2])
    assert names_at(None) == ["ベンチ2", "改名1"]


def test_a_state_that_never_was_is_refused(benches: LayerDefinition) -> None:
    from layers.services.past import rollback

    with pytest.raises(BadInput, match="benches"):
        rollback("benches", 7, actor="chief")


def test_pages_of_the_past_and_single_items(deliver: Deliver) -> None:
    deliver([bench(n) for n in range(5)])
    then = now()
    deliver([bench(9)])
    statement = reads.item_statement(info(), 2, at=then)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        feature, version = cursor.fetchone()
    assert (json.loads(bytes(feature))["properties"]["name"], version) == ("ベンチ1", 1)

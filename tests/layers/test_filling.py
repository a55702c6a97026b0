"""The first rows of a layer: they go in while the delivery is read, and leave the layer as any other load does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread
from time import sleep
from typing import Any

import psycopg
import pytest
from django.db import connection

from gis_core.definition import LayerDefinition
from tests.conftest import Store
from tests.layers import rules
from tests.layers.conftest import bench, small_definition

COLUMNS = ("identifier", "name", "seats", "placed", "opens", "inspector")
INDEXES = {"benches_pkey", "benches_version_idx", "benches_geom_idx"}
BY_HAND = (
    "INSERT INTO layer.benches (identifier, name, geom) VALUES ('99', '手', 'SRID=4326;POINT(140 36.9)')"
)
TWICE = {"rule": "unique", "fields": ["name"]}


def ask(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def write(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def indexes() -> set[str]:
    found = ask("SELECT indexname FROM pg_indexes WHERE schemaname = 'layer' AND tablename = 'benches'")
    return {name for (name,) in found}


def deliver(between: Callable[[], None] = lambda: None, amount: int = 4) -> Any:
    """Deliver benches in two parts; `between` is called when the first is in the store."""
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    numbers = range(1, amount + 1)
    halves = [
        Delivery.whole("b.csv", COLUMNS, ("identifier",), [bench(n) for n in half], {}, row_numbers=half)
        for half in (numbers[: amount // 2], numbers[amount // 2 :])
    ]

    def parts() -> Iterator[Any]:
        yield from halves[0].parts
        between()
        yield from halves[1].parts

    return load_rows("benches", replace(halves[0], parts=parts()), actor="tester", mode="publish")


def test_a_new_layer_gets_its_indexes_with_its_first_rows(benches: LayerDefinition) -> None:
    assert indexes() == {"benches_pkey"}
    assert deliver().diff == {"added": 4, "changed": 0, "removed": 0, "unchanged": 0}
    assert indexes() == INDEXES
    assert ask("SELECT name, version, load_id IS NULL FROM layer.benches ORDER BY id") == [
        (f"ベンチ{number}", 1, False) for number in range(1, 5)
    ]


def test_what_comes_afterwards_is_recorded_as_ever(benches: LayerDefinition) -> None:
    deliver()
    write("UPDATE layer.benches SET name = '直した' WHERE identifier = '2'")
    write(
        "INSERT INTO layer.benches (identifier, name, geom) SELECT '9', '新しい', geom FROM layer.benches LIMIT 1"
    )
    assert ask("SELECT name, version, version_end FROM history.benches") == [("ベンチ2", 1, 2)]
    assert ask("SELECT version FROM layer.benches WHERE identifier IN ('2', '9') ORDER BY identifier") == [
        (2,),
        (3,),
    ]
    assert ask("SELECT added, changed, removed FROM layers_revision ORDER BY revision") == [
        (4, 0, 0), (0, 1, 0), (1, 0, 0),
    ]  # fmt: skip


def test_readers_go_on_while_a_new_layer_is_filled(benches: LayerDefinition, store: Store) -> None:
    seen: list[int] = []

    def read() -> None:
        with psycopg.connect(store.url, options="-c lock_timeout=2s") as other:
            seen.extend(other.execute("SELECT count(*) FROM layer.benches").fetchone() or ())

    deliver(between=read)
    assert seen == [0]


def test_the_instant_is_that_of_the_end(benches: LayerDefinition) -> None:
    moments: list[Any] = []
    deliver(between=lambda: moments.extend(ask("SELECT clock_timestamp()")[0]))
    assert ask("SELECT at FROM layers_revision")[0][0] > moments[0]


@pytest.fixture
def writer(store: Store) -> Iterator[Thread]:
    """Somebody who inserts a row by hand as soon as the thread is started, and waits for whom he must."""

    def insert() -> None:
        with psycopg.connect(store.url) as other:
            other.execute(BY_HAND)

    thread = Thread(target=insert)
    yield thread
    thread.join(20)


def until_waiting() -> None:
    """Return when somebody waits for a lock, so long that PostgreSQL has looked for deadlocks."""
    while ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == [(0,)]:
        sleep(0.05)
    sleep(1.5)


def let_write_before(step: str, owner: Any, writer: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the writer wait when a step begins that holds the layer's lock; he holds the table then."""
    taken = getattr(owner, step)

    def later(*arguments: Any) -> Any:
        writer.start()
        until_waiting()
        return taken(*arguments)

    monkeypatch.setattr(owner, step, later)


def test_who_writes_by_hand_and_the_load_do_not_wait_for_each_other(
    benches: LayerDefinition, writer: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.services import loads

    let_write_before("_filling", loads, writer, monkeypatch)
    assert deliver().diff["added"] == 4
    writer.join(20)
    assert ("手",) in ask("SELECT name FROM layer.benches")
    assert ask("SELECT added FROM layers_revision ORDER BY revision") == [(4,), (1,)]


def test_a_first_load_is_approved_while_somebody_writes_by_hand(
    benches: LayerDefinition, writer: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.delivery import Delivery
    from layers.services import approval
    from layers.services.indexing import index_layers
    from layers.services.loads import load_rows

    whole = Delivery.whole("b.csv", COLUMNS, ("identifier",), [bench(1), bench(2)], {})
    load = load_rows("benches", whole, actor="tester", mode="stage").load
    let_write_before("_drifted", approval, writer, monkeypatch)
    approval.publish_load(load, actor="approver")
    writer.join(20)
    assert ask("SELECT count(*) FROM layer.benches") == [(3,)]
    # He held the table, so the worker builds the indexes.
    assert (indexes(), index_layers(), indexes()) == ({"benches_pkey"}, ["benches"], INDEXES)


def test_an_emptied_layer_is_filled_beside_an_open_reader(benches: LayerDefinition, store: Store) -> None:
    deliver()
    write("TRUNCATE layer.benches")
    with psycopg.connect(store.url) as reader:
        reader.execute("SELECT count(*) FROM layer.benches")
        assert deliver().diff["added"] == 4


def test_rows_by_hand_do_not_keep_a_load_from_building_the_indexes(benches: LayerDefinition) -> None:
    write(BY_HAND)
    deliver()
    assert indexes() == INDEXES


def test_a_layer_may_be_called_like_the_index_of_another(store: Store) -> None:
    from layers.delivery import Delivery
    from layers.services.loads import load_rows
    from layers.services.registry import register_layer

    for name in ("benches", "benches_geom", "benches_version"):
        register_layer(small_definition(name))
        delivery = Delivery.whole("b.csv", COLUMNS, ("identifier",), [bench(1)], {})
        assert load_rows(name, delivery, actor="tester", mode="publish").diff["added"] == 1
    counted = ask(
        "SELECT count(*) FROM pg_indexes WHERE schemaname = 'layer' AND tablename LIKE 'benches%' GROUP BY tablename"
    )
    assert counted == [(3,), (3,), (3,)]


def test_a_delivery_without_rows_leaves_the_layer_new(benches: LayerDefinition) -> None:
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    nothing = Delivery("b.csv", COLUMNS, [], ("identifier",))
    assert load_rows("benches", nothing, actor="tester", mode="publish").state == "published"
    assert (indexes(), deliver().diff["added"], indexes()) == ({"benches_pkey"}, 4, INDEXES)


def test_a_layer_that_was_emptied_is_filled_again(benches: LayerDefinition) -> None:
    deliver()
    write("TRUNCATE layer.benches")
    assert deliver(amount=6).diff["added"] == 6
    assert indexes() == INDEXES
    assert ask("SELECT added, removed FROM layers_revision ORDER BY revision") == [(4, 0), (0, 4), (6, 0)]
    assert ask("SELECT feature_count, extent IS NULL FROM layers_layer WHERE id = 'benches'") == [(6, False)]


def test_what_the_rows_among_themselves_refuse_leaves_no_trace(store: Store) -> None:
    from layers.models import QuarantinedRow

    rules.register(rules.definition(rules=[TWICE]))
    rows = [rules.row(rules.at(n * 10, 0), name=name) for n, name in enumerate(("甲", "乙", "甲"))]
    far = rules.row(rules.at(9000, 9000), name="乙")
    assert rules.deliver([*rows, far], mode="publish").diff["added"] == 2
    assert ask("SELECT name FROM layer.judged ORDER BY id") == [("甲",), ("乙",)]
    assert ask("SELECT added, removed FROM layers_revision") == [(2, 0)]
    assert ask("SELECT count(*) FROM history.judged") == [(0,)]
    ((count, reach),) = ask(
        "SELECT feature_count, ST_XMax(extent) - ST_XMin(extent) FROM layers_layer WHERE id = 'judged'"
    )
    assert (count, reach) == (2, pytest.approx(10 / rules.EAST, rel=1e-3))
    assert sorted(kept.row for kept in QuarantinedRow.objects.all()) == [4, 5]


def test_a_refused_delivery_leaves_the_layer_new_and_keeps_its_quarantine(store: Store) -> None:
    from layers.models import Load, QuarantinedRow

    rules.register(rules.definition(rules=[TWICE], limits={"rejected_share": 0.1}))
    rows = [rules.row(rules.at(n * 10, 0), name=name) for n, name in enumerate(("甲", "乙", "甲"))]
    assert rules.deliver(rows, mode="publish").state == "rejected"
    assert ask("SELECT count(*) FROM layer.judged") == [(0,)]
    assert ask("SELECT revision, feature_count FROM layers_layer WHERE id = 'judged'") == [(0, 0)]
    assert (
        ask("SELECT tgname FROM pg_trigger WHERE tgrelid = 'layer.judged'::regclass AND tgenabled = 'D'")
        == []
    )
    assert ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == [(0,)]
    assert (Load.objects.get().state, QuarantinedRow.objects.get().row) == ("rejected", 4)
    assert rules.deliver(rows[:2], mode="publish").state == "published"


def test_rows_that_come_by_hand_are_indexed_by_the_worker(benches: LayerDefinition) -> None:
    from layers.services.indexing import index_layers

    assert index_layers() == []
    write(
        "INSERT INTO layer.benches (identifier, name, geom) VALUES ('1', '手', 'SRID=4326;POINT(140 36.9)')"
    )
    assert (index_layers(), indexes(), index_layers()) == (["benches"], INDEXES, [])


def test_a_spool_gives_back_what_it_was_given_beyond_what_memory_holds() -> None:
    from layers.spool import Spool

    batches = [[("行", number, "あ" * 100_000)] * 10 for number in range(12)]
    with Spool[tuple[str, int, str]]() as spool:
        for batch in [*batches, []]:
            spool.add(batch)
        assert list(spool) == batches

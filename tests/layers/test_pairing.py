"""Rows find their features alike, whether they are paired part by part or all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.definition import LayerDefinition
from tests.layers.conftest import bench

COLUMNS = ("identifier", "name", "seats", "placed", "opens", "inspector")
KEY = ("identifier",)
BENCHES = st.dictionaries(st.integers(1, 9), st.sampled_from("甲乙"), max_size=9)

Pairs = set[tuple[Any, ...]]


def ask(cursor: Any, statement: str) -> Pairs:
    cursor.execute(statement)
    return set(cursor.fetchall())


def staged(cursor: Any, definition: LayerDefinition, parts: list[dict[int, str]]) -> list[Any]:
    """Stage benches in parts; return the parts' tables."""
    from layers import merge
    from layers.delivery import Delivery

    merge.drop_stage(cursor, "tried")
    merge.create_stage(cursor, "tried", definition, COLUMNS, lasting=False)
    tables = []
    for number, part in enumerate(parts):
        tables.append(merge.add_part(cursor, "tried", number, lasting=False))
        rows = [bench(key, name) for key, name in part.items()]
        (made,) = Delivery.whole("b.csv", COLUMNS, KEY, rows, {}, row_numbers=list(part)).parts
        for copy in made.copies if rows else ():
            merge.fill_stage(cursor, tables[-1], copy)
    return tables


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(published=BENCHES, delivered=BENCHES, taken_out=st.sets(st.integers(1, 9)))
def test_pairs_made_part_by_part_are_those_of_the_whole(
    benches: LayerDefinition,
    deliver: Any,
    published: dict[int, str],
    delivered: dict[int, str],
    taken_out: set[int],
) -> None:
    from layers import merge, pairing
    from layers.pairing import Pairing

    deliver([bench(key, name) for key, name in published.items()])
    halves = [{k: n for k, n in delivered.items() if k % 2 == odd} for odd in (0, 1)]
    whole = merge.stage_table("tried")
    with transaction.atomic(), connection.cursor() as cursor:
        tables = staged(cursor, benches, halves)
        pairs = Pairing(cursor, "benches", COLUMNS, KEY)
        for table in tables:
            pairs.add(table)
        pairs.take_out(whole, sorted(taken_out))
        merge.take_out(cursor, whole, sorted(taken_out))
        pairs.finish()
        by_parts = ask(cursor, "SELECT * FROM machizu_pairs")
        counted, print_of = pairing.count(cursor), pairing.fingerprint(cursor)
        pairing.pair(cursor, whole, "benches", COLUMNS, KEY)
        assert by_parts == ask(cursor, "SELECT * FROM machizu_pairs")
        assert (counted, print_of) == (pairing.count(cursor), pairing.fingerprint(cursor))
        transaction.set_rollback(True)


def test_features_that_share_a_key_are_left_to_the_whole(benches: LayerDefinition, deliver: Any) -> None:
    from layers.pairing import Pairing

    deliver([bench(1), bench(1), bench(2)])
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        Pairing(cursor, "benches", COLUMNS, KEY)


def test_a_key_too_long_for_an_index_is_paired_all_the_same(benches: LayerDefinition) -> None:
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    # Of 3,000 different characters, so that compression makes it no shorter.
    long = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    rows = [(long, *bench(1)[1:]), bench(2)]
    diffs = [
        load_rows(
            "benches",
            replace(Delivery.whole("b.csv", COLUMNS, KEY, rows, {}), distinct=True),
            actor="tester",
            mode="publish",
        ).diff
        for _ in range(2)
    ]
    assert [diff["unchanged"] for diff in diffs] == [0, 2]


def test_a_key_that_a_later_part_lacks_gives_way_to_the_next(benches: LayerDefinition, deliver: Any) -> None:
    from layers.delivery import Delivery
    from layers.services.loads import load_rows

    first = deliver([bench(1), bench(2)])
    lacking = (None, *bench(2)[1:])
    parts = [
        Delivery.whole("b.csv", COLUMNS, KEY, [row], {}, row_numbers=[number]).parts
        for number, row in ((2, bench(1)), (3, lacking))
    ]
    delivery = Delivery(
        "b.csv", COLUMNS, [part for made in parts for part in made], (KEY, ("name",)), distinct=True
    )
    outcome = load_rows("benches", delivery, actor="tester", mode="publish")
    assert (first.diff["added"], outcome.diff) == (
        2,
        {"added": 0, "changed": 1, "removed": 0, "unchanged": 1},
    )

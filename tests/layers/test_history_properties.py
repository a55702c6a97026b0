"""For any sequence of loads, edits, changes of the definition and rollbacks, the past is what was published."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.definition import LayerDefinition
from gis_core.definition_file import parse_definition
from layers import reads
from tests.conftest import Store
from tests.layers.conftest import small_definition

EXAMPLES = 150 if os.environ.get("MACHIZU_FULL") == "1" else 12
COLUMNS = ("identifier", "name")
numbers = itertools.count()

rows = st.dictionaries(st.integers(0, 6), st.integers(0, 2), max_size=7)
steps = st.one_of(
    st.tuples(st.just("load"), rows),
    st.tuples(st.just("stage_and_reject"), rows),
    st.tuples(st.just("update"), st.integers(0, 6), st.integers(0, 2)),
    st.tuples(st.just("delete"), st.integers(0, 6)),
    st.tuples(st.just("insert"), st.integers(10, 12)),
    st.tuples(st.just("truncate")),
    st.tuples(st.just("add_field")),
    st.tuples(st.just("drop_field")),
    st.tuples(st.just("rename")),
    st.tuples(st.just("rollback"), st.integers(0, 20)),
    st.tuples(st.just("failed_transaction")),
)

Snapshot = dict[int, tuple[str, float]]


class World:
    """One layer, what was done to it, and what it showed after each step."""

    def __init__(self, layer: str) -> None:
        from layers.services.registry import register_layer

        self.definition = small_definition(layer)
        register_layer(self.definition)
        self.seen: list[tuple[datetime, Snapshot]] = []

    def do(self, step: tuple[Any, ...]) -> None:
        getattr(self, step[0])(*step[1:])
        self.seen.append((self.now(), self.shown(None)))

    def load(self, content: dict[int, int], mode: Any = "publish") -> Any:
        from layers.services.loads import Delivery, load_rows

        delivered = [
            (str(key), f"名{value}", shapely.Point(140 + value / 10, 36.9).wkb)
            for key, value in content.items()
        ]
        whole = Delivery.whole("x.csv", COLUMNS, ("identifier",), delivered, {})
        # Distinct rows are paired while they come, unless features share a key; others when all are there.
        delivery = replace(whole, distinct=len(content) % 2 == 1)
        outcome = load_rows(self.definition.id, delivery, actor="t", mode=mode)
        if mode == "publish":
            again = load_rows(self.definition.id, delivery, actor="t", mode=mode)
            assert again.diff["unchanged"] == len(content)
            assert sum(again.diff.values()) == len(content)
        return outcome

    def stage_and_reject(self, content: dict[int, int]) -> None:
        from layers.services.approval import reject_load

        reject_load(self.load(content, "stage").load, actor="t")

    def update(self, key: int, value: int) -> None:
        self.sql("UPDATE {} SET name = %s WHERE identifier = %s", f"改{value}", str(key))

    def delete(self, key: int) -> None:
        self.sql("DELETE FROM {} WHERE identifier = %s", str(key))

    def insert(self, key: int) -> None:
        self.sql(
            "INSERT INTO {} (identifier, name, geom) VALUES (%s, '直接', ST_Point(140.5, 36.8, 4326))",
            str(key),
        )

    def truncate(self) -> None:
        self.sql("TRUNCATE {}")

    def failed_transaction(self) -> None:
        from django.db import transaction

        with transaction.atomic():
            self.sql("DELETE FROM {}")
            transaction.set_rollback(True)

    def add_field(self) -> None:
        self.redefine(
            [*self.fields(), {"name": f"extra{next(numbers)}", "type": "string", "title": {"ja": "追加"}}]
        )

    def drop_field(self) -> None:
        extra = [f["name"] for f in self.fields() if f["name"] not in ("identifier", "name")]
        self.redefine([f for f in self.fields() if f["name"] != (extra or [None])[-1]])

    def rename(self) -> None:
        extra = [f["name"] for f in self.fields() if f["name"] not in ("identifier", "name")]
        if extra:
            new = {"name": f"renamed{next(numbers)}", "renamed_from": extra[0]}
            self.redefine([f | new if f["name"] == extra[0] else f for f in self.fields()])

    def rollback(self, place: int) -> None:
        from layers.services.past import rollback

        revised = [entry for entry in self.seen if entry[1] or self.revision()]
        if not revised or not self.revision():
            return
        moment, then = revised[place % len(revised)]
        if self.revision_at(moment):
            rollback(self.definition.id, moment, actor="t")
            assert self.shown(None) == then

    def fields(self) -> list[dict[str, Any]]:
        return [dict(f) for f in self.definition.raw["fields"]]

    def redefine(self, fields: list[dict[str, Any]]) -> None:
        from layers.services.definitions import update_layer

        parsed = parse_definition(dict(self.definition.raw) | {"fields": fields})
        assert isinstance(parsed, LayerDefinition)
        update_layer(parsed, actor="t")
        self.definition = parsed

    def sql(self, text: str, *values: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(text.format(f'layer."{self.definition.id}"'), values)

    def revision(self) -> int:
        from layers.selectors import catalogue

        return catalogue().layer(self.definition.id).revision

    def revision_at(self, moment: datetime) -> bool:
        from layers.models import Revision

        return Revision.objects.filter(layer=self.definition.id, at__lte=moment).exists()

    def shown(self, at: datetime | None) -> Snapshot:
        from layers.selectors import catalogue

        info = catalogue().layer(self.definition.id)
        statement = reads.items_statement(info, reads.ItemsQuery(limit=1000, at=at))
        with connection.cursor() as cursor:
            cursor.execute(statement.text, statement.parameters)
            features = json.loads(b"[" + bytes(cursor.fetchone()[0]) + b"]")
        if at is None:
            assert info.feature_count == len(features)
        return {f["id"]: (f["properties"]["name"], f["geometry"]["coordinates"][0]) for f in features}

    def now(self) -> datetime:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
        return moment


@given(st.lists(steps, min_size=1, max_size=8))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_past_is_what_was_published(store: Store, sequence: list[tuple[Any, ...]]) -> None:
    world = World(f"layer_{next(numbers)}")
    for step in sequence:
        world.do(step)
        for moment, snapshot in world.seen:
            assert world.shown(moment) == snapshot

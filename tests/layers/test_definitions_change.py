"""A changed definition: the data is kept, the history follows, what the data forbids is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gis_core.boxes import Box
from gis_core.definition import LayerDefinition
from gis_core.definition_file import parse_definition
from gis_core.errors import BadInput, Conflict, NotFound
from layers import reads
from tests.layers.conftest import bench
from tests.layers.test_history import changes, info, names_at, now

Deliver = Callable[..., Any]


def changed(definition: LayerDefinition, **fields: dict[str, Any] | None) -> LayerDefinition:
    """The definition with fields replaced, added, or, with None, dropped."""
    raw = dict(definition.raw)
    kept = [f for f in raw["fields"] if f["name"] not in fields]
    raw["fields"] = kept + [{"name": n, "title": {"ja": n}} | f for n, f in fields.items() if f is not None]
    parsed = parse_definition(raw)
    assert isinstance(parsed, LayerDefinition)
    return parsed


def update(definition: LayerDefinition) -> int:
    from layers.services.definitions import update_layer

    return update_layer(definition, actor="admin")


def rows(text: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def test_a_field_can_be_added(benches: LayerDefinition, deliver: Deliver) -> None:
    deliver([bench(1)])
    assert update(changed(benches, colour={"type": "string"})) == 2
    rows_ = rows("SELECT name, colour FROM layer.benches")
    assert rows_ == [("ベンチ1", None)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layer.benches SET colour = '青'")
    assert changes(2) == [("update", 1, 3)]


def test_a_dropped_fields_values_stay_in_the_history(benches: LayerDefinition, deliver: Deliver) -> None:
    deliver([bench(1), bench(2)])
    revision = update(changed(benches, seats=None))
    assert rows(f'SELECT id, "seats__until_{revision}" FROM history.benches ORDER BY id') == [(1, 3), (2, 3)]
    assert "seats" not in [f.name for f in info().fields]
    assert names_at(None) == ["ベンチ1", "ベンチ2"]


def test_a_renamed_field_keeps_data_and_past(benches: LayerDefinition, deliver: Deliver) -> None:
    deliver([bench(1)])
    before = now()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layer.benches SET seats = 8")
    update(changed(benches, seats=None, places={"type": "integer", "renamed_from": "seats"}))
    assert rows("SELECT places FROM layer.benches") == [(8,)]
    assert rows("SELECT places FROM history.benches") == [(3,)]
    assert names_at(before) == ["ベンチ1"]


def test_a_field_can_change_its_type(benches: LayerDefinition, deliver: Deliver) -> None:
    deliver([bench(1)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layer.benches SET identifier = 'A-1'")
        cursor.execute("UPDATE layer.benches SET identifier = '7'")
    revision = update(changed(benches, identifier={"type": "integer"}))
    assert rows("SELECT identifier FROM layer.benches") == [(7,)]
    kept = rows(f'SELECT identifier, "identifier__until_{revision}" FROM history.benches ORDER BY version')
    assert kept == [(1, "1"), (None, "A-1")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": {"type": "integer", "required": True}}, "ベンチ1"),
        ({"identifier": {"type": "string", "required": True}}, "identifier"),
        ({"colour": {"type": "string", "required": True}}, "colour"),
    ],
)
def test_what_the_data_forbids_is_refused_by_field_and_example(
    benches: LayerDefinition, deliver: Deliver, fields: dict[str, Any], said: str
) -> None:
    deliver([bench(1), (None, *bench(2)[1:])], key=())
    with pytest.raises(BadInput, match=said):
        update(changed(benches, **fields))
    assert (info().revision, names_at(None)) == (1, ["ベンチ1", "ベンチ2"])


def test_points_can_become_multipoints_but_not_lines(benches: LayerDefinition, deliver: Deliver) -> None:
    deliver([bench(1)])
    with pytest.raises(BadInput, match="LineString"):
        update(parse_definition(dict(benches.raw) | {"geometry": "LineString"}))  # type: ignore[arg-type]
    in_box = reads.ItemsQuery(limit=1, bbox=Box(139, 36, 141, 37))
    before = reads.items_statement(info(), in_box)
    update(parse_definition(dict(benches.raw) | {"geometry": "MultiPoint"}))  # type: ignore[arg-type]
    after = reads.items_statement(info(), in_box)
    assert "ST_X" in before.text
    with connection.cursor() as cursor:
        cursor.execute(after.text, after.parameters)
        assert reads.read_page(cursor.fetchone(), 1).returned == 1
    assert rows("SELECT GeometryType(geom), GeometryType(geom_3857) FROM layer.benches") == [
        ("MULTIPOINT",) * 2
    ]


def test_what_waits_for_the_old_fields_is_overtaken(benches: LayerDefinition, deliver: Deliver) -> None:
    from layers.services.approval import publish_load

    waiting = deliver([bench(1)], mode="stage")
    update(changed(benches, colour={"type": "string"}))
    with pytest.raises(Conflict, match="superseded"):
        publish_load(waiting.load, actor="chief")


def test_the_same_definition_changes_nothing(benches: LayerDefinition) -> None:
    assert update(benches) == 0


def test_a_retired_layer_is_gone_and_its_data_is_kept(benches: LayerDefinition, deliver: Deliver) -> None:
    from layers.selectors import catalogue
    from layers.services.definitions import retire_layer

    deliver([bench(1)])
    retire_layer("benches", actor="admin")
    with pytest.raises(NotFound):
        catalogue().layer("benches")
    with pytest.raises(NotFound):
        deliver([bench(2)])
    assert rows("SELECT count(*) FROM layer.benches") == [(1,)]

"""Features written one by one or a few at a time: by the rules of deliveries, recorded, all or none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from gis_core.errors import BadFeatures, Conflict, Forbidden, NotFound, Reused, Stale
from layers.systems import EPSG, STORED, System, offered
from layers.visibility import ADMINISTRATOR, Viewer
from layers.written import Once, Written
from tests.conftest import Store
from tests.layers.conftest import small_definition

EDITOR = Viewer("editor", "parks")
FIELDS: list[dict[str, Any]] = [
    {"name": "identifier", "type": "string", "title": {"ja": "ID"}, "unique": True, "pattern": "B-[0-9]+"},
    {"name": "name", "type": "string", "title": {"ja": "名称"}, "required": True, "max_length": 10},
    {"name": "seats", "type": "integer", "title": {"ja": "席数"}, "minimum": 1, "maximum": 20},
    {"name": "height", "type": "number", "title": {"ja": "高さ"}},
    {"name": "roofed", "type": "boolean", "title": {"ja": "屋根"}},
    {"name": "placed", "type": "date", "title": {"ja": "設置日"}, "minimum": "2000-01-01"},
    {"name": "opens", "type": "time", "title": {"ja": "開始"}},
    {"name": "checked", "type": "datetime", "title": {"ja": "点検"}},
    {"name": "kind", "type": "string", "title": {"ja": "種別"}, "choices": [{"value": "wood", "title": {"ja": "木製"}}]},
    {"name": "keeper", "type": "string", "title": {"ja": "管理者"}, "visibility": "department"},
]  # fmt: skip


def writer(viewer: Viewer = EDITOR, actor: str = "key:booking", system: System = STORED) -> Any:
    from layers.services.features import Writer

    return Writer(actor, viewer, system)


def feature(place: Any = (140.02, 36.88), **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": list(place)} if isinstance(place, tuple) else place
    return {"type": "Feature", "geometry": geometry, "properties": {"name": "駅前", **properties}}


@pytest.fixture
def write(store: Store) -> Any:
    """The services over a small layer of its own."""
    from layers.services import features, registry

    registry.register_layer(small_definition(fields=FIELDS, keys=[]))
    return features


def rows(columns: str = "id, name, seats") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM layer.benches ORDER BY id")
        return cursor.fetchall()


def faults(call: Callable[..., Any], *arguments: Any, **named: Any) -> list[tuple[int, str | None, str]]:
    with pytest.raises(BadFeatures) as refused:
        call(*arguments, **named)
    assert all(set(f["message"]) == {"ja", "en"} for f in refused.value.faults)
    return [(f["index"], f["field"], f["rule"]) for f in refused.value.faults]


def test_a_new_feature_is_recorded_under_its_author(write: Any) -> None:
    from layers.models import AuditEntry, Revision

    done = write.create(
        "benches", [feature(seats=3, placed="2026-04-01", opens="09:30", roofed=True)], writer()
    )
    assert done == Written([1], 1, [])
    assert rows("id, name, seats, placed::text, opens::text, roofed, version, changed_at IS NOT NULL") == [
        (1, "駅前", 3, "2026-04-01", "09:30:00", True, 1, True)
    ]
    revision = Revision.objects.get(layer_id="benches")
    assert (revision.actor, revision.added) == ("key:booking", 1)
    assert AuditEntry.objects.filter(actor="key:booking", action="feature.create", subject="1").exists()


@pytest.mark.parametrize(
    ("properties", "field", "rule"),
    [
        ({"name": None}, "name", "required.missing"),
        ({"name": ""}, "name", "required.missing"),
        ({"name": "とても長い名前のベンチ"}, "name", "value.length"),
        ({"name": "駅\x00前"}, "name", "value.type"),
        ({"identifier": "12"}, "identifier", "value.pattern"),
        ({"seats": 0}, "seats", "value.minimum"),
        ({"seats": 21}, "seats", "value.maximum"),
        ({"seats": "3"}, "seats", "value.type"),
        ({"seats": 3.5}, "seats", "value.type"),
        ({"seats": True}, "seats", "value.type"),
        ({"seats": 2**63}, "seats", "value.type"),
        ({"height": "高い"}, "height", "value.type"),
        ({"roofed": 1}, "roofed", "value.type"),
        ({"placed": "2026-02-30"}, "placed", "value.type"),
        ({"placed": "1999-12-31"}, "placed", "value.minimum"),
        ({"opens": "25:00"}, "opens", "value.type"),
        ({"checked": "きのう"}, "checked", "value.type"),
        ({"kind": "steel"}, "kind", "code.unknown"),
        ({"colour": "赤"}, "colour", "field.unknown"),
    ],
)
def test_values_are_held_to_the_definition(write: Any, properties: Any, field: str, rule: str) -> None:
    assert faults(write.create, "benches", [feature(**properties)], writer()) == [(0, field, rule)]
    assert rows() == []


@pytest.mark.parametrize(
    ("geometry", "rule"),
    [
        (None, "geometry.null"),
        ({"type": "Point", "coordinates": []}, "geometry.null"),
        ({"type": "Point", "coordinates": [1]}, "geometry.unreadable"),
        ({"type": "Point", "coordinates": ["a", 1]}, "geometry.unreadable"),
        ({"type": "Nothing", "coordinates": [140, 36]}, "geometry.unreadable"),
        ({"type": "Point"}, "geometry.unreadable"),
        ("POINT (140 36)", "geometry.unreadable"),
        ({"type": "LineString", "coordinates": [[140, 36], [141, 37]]}, "geometry.type"),
        ({"type": "Point", "coordinates": [36.88, 140.02]}, "coordinates.swapped"),
        ({"type": "Point", "coordinates": [0, 0]}, "coordinates.outside_japan"),
    ],
)
def test_places_are_held_to_the_layer(write: Any, geometry: Any, rule: str) -> None:
    assert faults(write.create, "benches", [feature(geometry)], writer()) == [(0, "geom", rule)]


def test_an_area_that_crosses_itself_is_refused_not_mended(write: Any) -> None:
    from layers.services.registry import register_layer

    register_layer(small_definition("areas", fields=FIELDS, keys=[], geometry="MultiPolygon"))
    ring = [[140.0, 36.8], [140.1, 36.9], [140.1, 36.8], [140.0, 36.9], [140.0, 36.8]]
    bow = {"type": "Polygon", "coordinates": [ring]}
    assert faults(write.create, "areas", [feature(bow)], writer()) == [(0, "geom", "geometry.invalid")]
    clockwise = {"type": "Polygon", "coordinates": [[ring[0], ring[3], ring[1], ring[2], ring[0]]]}
    assert write.create("areas", [feature(clockwise)], writer()).ids == [1]


def test_all_faults_of_a_request_are_told_and_nothing_is_written(write: Any) -> None:
    sent = [feature(), feature(seats=0, kind="steel"), {"type": "Point"}, feature(None)]
    assert faults(write.create, "benches", sent, writer()) == [
        (1, "seats", "value.minimum"),
        (1, "kind", "code.unknown"),
        (2, None, "feature.type"),
        (3, "geom", "geometry.null"),
    ]
    assert rows() == []


def test_many_features_are_one_revision(write: Any) -> None:
    done = write.create("benches", [feature(seats=1 + n % 20) for n in range(1500)], writer())
    assert (len(done.ids), done.revision) == (1500, 1)
    assert [row[0] for row in rows()] == done.ids


def test_a_replaced_feature_loses_what_is_not_named_but_keeps_what_the_writer_may_not_see(write: Any) -> None:
    write.create("benches", [feature(seats=3, keeper="山田")], writer())
    outsider = writer(replace(EDITOR, department="fire", role="viewer"))
    with pytest.raises(Forbidden):
        write.replace("benches", 1, feature(), outsider)
    assert write.replace("benches", 1, feature(keeper="山田", name="広場"), writer()).revision == 2
    assert rows("name, seats, keeper") == [("広場", None, "山田")]
    assert write.replace("benches", 1, feature(), writer()).revision == 3
    assert rows("name, keeper") == [("駅前", None)]


def test_a_patch_changes_only_what_it_names(write: Any) -> None:
    write.create("benches", [feature(seats=3, kind="wood")], writer())
    write.update("benches", 1, {"properties": {"seats": None, "name": "広場"}}, writer())
    write.update("benches", 1, {"geometry": {"coordinates": [140.03, 36.89]}}, writer())
    assert rows("name, seats, kind, ST_X(geom)") == [("広場", None, "wood", 140.03)]
    assert faults(write.update, "benches", 1, {"properties": {"name": None}}, writer()) == [
        (0, "name", "required.missing")
    ]
    assert faults(write.update, "benches", 1, {"geometry": None}, writer()) == [(0, "geom", "geometry.null")]
    assert faults(write.update, "benches", 1, ["name"], writer()) == [(0, None, "feature.type")]


def test_what_changes_nothing_makes_no_revision(write: Any) -> None:
    place = (140.020000049, 36.880000049)
    write.create("benches", [feature(place, seats=3)], writer())
    assert write.replace("benches", 1, feature((140.02, 36.88), seats=3), writer()).revision == 1
    assert write.update("benches", 1, {}, writer()).revision == 1
    assert rows("ST_X(geom)") == [(place[0],)]


def test_an_old_fault_does_not_hold_up_the_mending_of_another_value(write: Any) -> None:
    write.create("benches", [feature(seats=3)], writer())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layer.benches SET kind = 'old code', seats = 99")
    write.update("benches", 1, {"properties": {"kind": "old code", "seats": 5}}, writer())
    assert rows("seats, kind") == [(5, "old code")]


def test_a_removed_feature_stays_in_the_history(write: Any) -> None:
    write.create("benches", [feature()], writer())
    write.remove("benches", 1, writer())
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, version, version_end FROM history.benches")
        assert (rows(), cursor.fetchall()) == ([], [(1, 1, 2)])
    for act in (write.remove, lambda *a: write.replace(a[0], a[1], feature(), a[2])):
        with pytest.raises(NotFound):
            act("benches", 1, writer())


def test_a_change_of_what_another_has_changed_is_stale(write: Any) -> None:
    write.create("benches", [feature()], writer())
    write.update("benches", 1, {"properties": {"seats": 5}}, writer(), held={1})
    for act in (
        lambda: write.replace("benches", 1, feature(), writer(), held={1}),
        lambda: write.update("benches", 1, {}, writer(), held={1}),
        lambda: write.remove("benches", 1, writer(), held={1}),
    ):
        with pytest.raises(Stale):
            act()
    write.remove("benches", 1, writer(), held={1, 2})


@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (ADMINISTRATOR, True),
        (EDITOR, True),
        (Viewer("approver", "parks"), True),
        (Viewer("system", "parks"), True),
        (Viewer("system", "parks", layers=("benches",)), True),
        (Viewer("system", "parks", layers=("facilities",)), False),
        (Viewer("editor", "fire"), False),
        (Viewer("viewer", "parks"), False),
        (Viewer("headquarters", None, True), False),
        (Viewer("public"), False),
    ],
)
def test_who_may_write(write: Any, viewer: Viewer, may: bool) -> None:
    if may:
        assert write.create("benches", [feature()], writer(viewer)).ids == [1]
    else:
        with pytest.raises(Forbidden):
            write.create("benches", [feature()], writer(viewer))


def test_a_layer_that_needs_a_second_person_is_not_written_directly(write: Any) -> None:
    from layers.services.registry import register_layer

    register_layer(small_definition("guarded", fields=FIELDS, keys=[], approval={"second_person": True}))
    with pytest.raises(Conflict, match="second person"):
        write.create("guarded", [feature()], writer(ADMINISTRATOR))


def test_coordinates_of_a_plane_zone_have_the_northing_first(write: Any) -> None:
    write.create("benches", [feature((96_700.0, 16_700.0))], writer(system=offered(6677)[f"{EPSG}6677"]))
    ((x, y),) = rows("ST_X(geom), ST_Y(geom)")
    assert (round(x, 2), round(y, 2)) == (140.02, 36.87)


def test_a_unique_value_is_unique_in_the_layer(write: Any) -> None:
    write.create("benches", [feature(identifier="B-1"), feature(identifier="B-2"), feature()], writer())
    assert faults(write.create, "benches", [feature(identifier="B-2")], writer()) == [
        (0, "identifier", "duplicate.key")
    ]
    again = [feature(identifier="B-3"), feature(identifier="B-3")]
    assert faults(write.create, "benches", again, writer()) == [(1, "identifier", "duplicate.key")]
    write.update("benches", 2, {"properties": {"seats": 4}}, writer())
    with pytest.raises(BadFeatures, match="登録されている地物 1 "):
        write.update("benches", 2, {"properties": {"identifier": "B-1"}}, writer())


def test_a_second_feature_of_one_key_is_doubtful(write: Any) -> None:
    from layers.services.registry import register_layer

    register_layer(small_definition("keyed", fields=FIELDS, keys=[["name", "seats"], ["name"]]))
    assert write.create("keyed", [feature(seats=1), feature(seats=2)], writer()).warnings == []
    again = write.create("keyed", [feature(seats=3), feature(seats=2)], writer())
    assert [(w["index"], w["rule"]) for w in again.warnings] == [(1, "duplicate.key")]


def test_no_features_are_nothing_to_judge(write: Any) -> None:
    from layers.services.registry import register_layer

    rules = [{"rule": "unique", "severity": "error", "fields": ["name"]}]
    register_layer(small_definition("judged", fields=FIELDS, keys=[], rules=rules))
    done = write.create("judged", [], writer())
    assert (done.ids, done.revision, done.warnings) == ([], 0, [])


def test_declared_rules_hold_and_warn(write: Any) -> None:
    from layers.services.registry import register_layer

    rules = [
        {"rule": "near_duplicate", "severity": "error", "fields": ["name"], "within_m": 20},
        {"rule": "compare", "severity": "warning", "left": "seats", "operator": "<=", "right": "height"},
    ]
    register_layer(small_definition("judged", fields=FIELDS, keys=[], rules=rules))
    done = write.create("judged", [feature(seats=5, height=2.0)], writer())
    assert [(w["field"], w["rule"]) for w in done.warnings] == [("seats", "fields.order")]
    near, far = (140.0201, 36.88), (140.03, 36.88)
    assert faults(write.create, "judged", [feature(far), feature(near)], writer()) == [
        (1, "name", "duplicate.near")
    ]
    assert write.create("judged", [feature(far)], writer()).ids
    # A feature is not its own neighbour.
    write.update("judged", 1, {"geometry": {"coordinates": [140.02001, 36.88]}}, writer())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'machizu_edit'")
        assert cursor.fetchone() == (0,)


def test_a_repeated_request_is_carried_out_once(write: Any) -> None:
    once = Once("k1", "digest")
    first = write.create("benches", [feature()], writer(), once=once)
    again = write.create("benches", [feature()], writer(), once=once)
    assert (again.ids, again.revision, again.repeated, first.repeated) == (first.ids, 1, True, False)
    with pytest.raises(Reused):
        write.create("benches", [feature()], writer(), once=Once("k1", "other"))
    assert write.create("benches", [feature()], writer(actor="key:other"), once=once).ids == [2]


def test_a_refused_request_may_be_sent_again_under_its_key(write: Any) -> None:
    once = Once("k1", "digest")
    faults(write.create, "benches", [feature(seats=0)], writer(), once=once)
    assert write.create("benches", [feature()], writer(), once=once).ids == [1]


def test_answers_are_kept_for_a_day(write: Any) -> None:
    from django.utils import timezone

    from layers.key_models import RepeatableRequest
    from layers.services.repeats import forget

    once = Once("k1", "digest")
    write.create("benches", [feature()], writer(), once=once)
    assert forget() == 0
    RepeatableRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert write.create("benches", [feature()], writer(), once=Once("k1", "other")).ids == [2]
    RepeatableRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert forget() == 1


def test_of_two_requests_with_one_key_at_the_same_time_one_is_carried_out(write: Any) -> None:
    done: list[Written] = []
    ready = threading.Barrier(4)

    def send() -> None:
        ready.wait()
        try:
            done.append(write.create("benches", [feature()], writer(), once=Once("k1", "digest")))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [d.ids for d in done] == [[1]] * 4
    assert sorted(d.repeated for d in done) == [False, True, True, True]
    assert len(rows()) == 1

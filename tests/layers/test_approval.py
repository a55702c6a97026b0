"""Who may do what, approval by a second person, schedules, drift, the audit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gis_core.definition import LayerDefinition
from gis_core.errors import BadInput, Conflict, Forbidden
from layers.visibility import ADMINISTRATOR, PUBLIC, Viewer
from tests.conftest import Store
from tests.layers.conftest import bench, small_definition

Deliver = Callable[..., Any]

PARKS_EDITOR = Viewer("editor", "parks")
PARKS_APPROVER = Viewer("approver", "parks")


def deliver_as(
    viewer: Viewer, rows: list[Any], *, mode: Any = "publish", layer: str = "benches", actor: str = "a"
) -> Any:
    from layers.services.loads import Delivery, load_rows

    columns = ("identifier", "name", "seats", "placed", "opens", "inspector")
    return load_rows(
        layer,
        Delivery.whole("b.csv", columns, ("identifier",), rows, {}),
        actor=actor,
        mode=mode,
        viewer=viewer,
    )


@pytest.mark.parametrize(
    ("viewer", "stages", "publishes"),
    [
        (PUBLIC, False, False),
        (Viewer("viewer", "parks"), False, False),
        (Viewer("headquarters"), False, False),
        (PARKS_EDITOR, True, False),
        (Viewer("system", "parks"), True, False),
        (Viewer("editor", "fire"), False, False),
        (Viewer("approver", "fire"), False, False),
        (PARKS_APPROVER, True, True),
        (ADMINISTRATOR, True, True),
    ],
)
def test_only_the_department_delivers_and_only_its_approver_publishes(
    benches: LayerDefinition, viewer: Viewer, stages: bool, publishes: bool
) -> None:
    for mode, allowed in (("stage", stages), ("publish", publishes)):
        if allowed:
            deliver_as(viewer, [bench(1)], mode=mode)
        else:
            with pytest.raises(Forbidden, match="parks"):
                deliver_as(viewer, [bench(1)], mode=mode)


def test_a_second_person_must_approve_where_the_layer_demands_it(store: Store) -> None:
    from layers.services.approval import publish_load
    from layers.services.registry import register_layer

    register_layer(small_definition(approval={"second_person": True}))
    outcome = deliver_as(PARKS_APPROVER, [bench(1)], actor="suzuki")
    assert outcome.state == "awaiting_approval"
    with pytest.raises(Forbidden, match="suzuki"):
        publish_load(outcome.load, actor="suzuki", viewer=PARKS_APPROVER)
    with pytest.raises(Forbidden):
        publish_load(outcome.load, actor="tanaka", viewer=PARKS_EDITOR)
    assert publish_load(outcome.load, actor="tanaka", viewer=PARKS_APPROVER).state == "published"


def test_a_layer_that_lacks_a_duty_cannot_be_published(store: Store) -> None:
    from layers.services.registry import register_layer

    register_layer(small_definition(registration={}))
    assert deliver_as(ADMINISTRATOR, [bench(1)], mode="stage").state == "awaiting_approval"
    with pytest.raises(Conflict, match="retention"):
        deliver_as(ADMINISTRATOR, [bench(1)])


def test_who_approves_another_diff_than_he_saw_is_told(deliver: Deliver) -> None:
    from layers.models import Load
    from layers.services.approval import publish_load

    waiting = deliver([bench(1), bench(2)], mode="stage")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layer.benches (identifier, name, geom) VALUES ('9', 'x', ST_Point(140, 36.9, 4326))"
        )
    with pytest.raises(Conflict, match="'removed': 1"):
        publish_load(waiting.load, actor="chief")
    assert Load.objects.get(pk=waiting.load).state == "awaiting_approval"
    assert publish_load(waiting.load, actor="chief").diff == {
        "added": 2,
        "changed": 0,
        "removed": 1,
        "unchanged": 0,
    }


def test_a_diff_of_equal_counts_over_other_features_is_another_diff(deliver: Deliver) -> None:
    from layers.services.approval import publish_load

    deliver([bench(1), bench(2), bench(3)])
    waiting = deliver([bench(1)], mode="stage")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layer.benches WHERE identifier = '2'")
        cursor.execute(
            "INSERT INTO layer.benches (identifier, name, geom) VALUES ('9', 'x', ST_Point(140, 36.9, 4326))"
        )
    with pytest.raises(Conflict, match="'removed': 2"):
        publish_load(waiting.load, actor="chief")
    assert publish_load(waiting.load, actor="chief").state == "published"


def test_a_scheduled_load_is_published_when_its_moment_has_come(deliver: Deliver) -> None:
    from layers.models import Load
    from layers.selectors import catalogue
    from layers.services.approval import publish_due_loads, publish_load

    waiting = deliver([bench(1)], mode="stage")
    load = publish_load(waiting.load, actor="chief", at=timezone.now() + timedelta(days=1))
    assert (load.state, publish_due_loads(), catalogue().layer("benches").revision) == ("scheduled", [], 0)
    Load.objects.filter(pk=load.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    assert publish_due_loads() == [load.pk]
    assert catalogue().layer("benches").feature_count == 1


def test_a_scheduled_load_whose_layer_changed_waits_again(deliver: Deliver) -> None:
    from layers.models import Load
    from layers.services.approval import publish_due_loads, publish_load

    waiting = deliver([bench(1)], mode="stage")
    publish_load(waiting.load, actor="chief", at=timezone.now() + timedelta(seconds=60))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layer.benches (identifier, name, geom) VALUES ('9', 'x', ST_Point(140, 36.9, 4326))"
        )
    Load.objects.update(publish_at=timezone.now() - timedelta(seconds=1))
    assert publish_due_loads() == []
    assert Load.objects.get().state == "awaiting_approval"


def test_everything_is_audited_and_the_audit_cannot_be_changed(deliver: Deliver) -> None:
    from layers.models import AuditEntry
    from layers.selectors import audit_entries
    from layers.services.approval import reject_load
    from layers.services.past import rollback

    deliver([bench(1)])
    deliver([bench(2)])
    rollback("benches", 1, actor="chief", reason="誤り")
    reject_load(deliver([bench(3)], mode="stage").load, actor="chief")
    actions = [e["action"] for e in audit_entries(layer="benches")]
    assert set(actions) == {"layer.create", "load.deliver", "load.publish", "layer.rollback", "load.reject"}
    assert [e["action"] for e in audit_entries(actor="chief")] == ["load.reject", "layer.rollback"]
    for forbidden in (
        "UPDATE layers_auditentry SET actor = 'x'",
        "DELETE FROM layers_auditentry",
        "TRUNCATE layers_auditentry",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(forbidden)
    assert AuditEntry.objects.count() == len(audit_entries())


def test_the_audit_goes_only_by_its_purge_which_stays_in_it(deliver: Deliver) -> None:
    from layers.selectors import audit_entries
    from layers.services.audit import purge

    deliver([bench(1)])
    removed = purge(timezone.now() + timedelta(seconds=1), actor="admin")
    assert removed > 0
    assert [e["action"] for e in audit_entries()] == ["audit.purge"]


def test_history_goes_only_by_an_audited_purge(deliver: Deliver) -> None:
    from layers.selectors import audit_entries
    from layers.services.past import purge_history

    deliver([bench(1)])
    deliver([bench(2)])
    assert purge_history("benches", timezone.now() - timedelta(hours=1), actor="admin") == 0
    assert purge_history("benches", timezone.now(), actor="admin") == 1
    assert audit_entries(layer="benches")[0]["detail"]["removed"] == 1
    with pytest.raises(Forbidden):
        purge_history("benches", timezone.now(), actor="x", viewer=PARKS_APPROVER)


def test_only_the_administrator_retires_a_layer(benches: LayerDefinition) -> None:
    from layers.services.definitions import retire_layer

    with pytest.raises(Forbidden, match="parks"):
        retire_layer("benches", actor="x", viewer=PARKS_APPROVER)


def test_elevation_opens_for_a_named_situation_and_closes_with_it(benches: LayerDefinition) -> None:
    from layers.selectors import audit_entries, viewer_of
    from layers.services.people import close_situation, elevate, open_situation, set_role
    from layers.visibility import may_see_layer

    closed = small_definition(visibility="department")
    set_role("sato", "headquarters", None, actor="admin")
    situation = open_situation("台風19号", actor="admin")
    before = viewer_of("sato")
    elevate("sato", situation, actor="mayor")
    during = viewer_of("sato")
    close_situation(situation, actor="admin")
    after = viewer_of("sato")
    assert before and during and after
    assert [may_see_layer(v, closed) for v in (before, during, after)] == [False, True, False]
    assert [e["action"] for e in audit_entries(actor="mayor")] == ["elevation.open"]
    with pytest.raises(Conflict):
        elevate("sato", situation, actor="mayor")


def test_roles_need_a_known_department(benches: LayerDefinition) -> None:
    from layers.selectors import viewer_of
    from layers.services.people import set_role

    set_role("kato", "editor", "parks", actor="admin")
    assert viewer_of("kato") == PARKS_EDITOR
    assert viewer_of("nobody") is None
    with pytest.raises(BadInput, match="--department"):
        set_role("kato", "editor", None, actor="admin")
    with pytest.raises(BadInput, match="parks"):
        set_role("kato", "editor", "nowhere", actor="admin")

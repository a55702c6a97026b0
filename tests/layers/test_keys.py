"""Keys: told once, kept as digests, ended at once, and readable by nobody who does not hold one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from gis_core.errors import BadInput, Conflict, MachizuError, NotFound
from layers.keys import PREFIX, Identity, digest, identity_of, key_statement, new_key
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from layers.visibility import Viewer, may, may_see_layer, visible_fields
from tests.conftest import Store
from tests.layers.conftest import small_definition


@pytest.fixture
def keys(store: Store) -> Any:
    """The services over a store with a department and a layer."""
    from layers.services import keys, registry

    registry.register_layer(small_definition())
    return keys


def holder(key: str) -> Identity | None:
    statement = key_statement(digest(key))
    with connection.cursor() as cursor:
        cursor.execute("SELECT (api_key(%(digest)s))::text", statement.parameters)
        (found,) = cursor.fetchone()
    return identity_of(json.loads(found)) if found else None


def test_keys_are_long_random_and_recognised() -> None:
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(key.startswith(PREFIX) and len(key) == len(PREFIX) + 43 for key in made)


def test_a_key_tells_its_holder_and_is_kept_as_a_digest(keys: Any) -> None:
    key = keys.create_key(
        "booking", "system", department="parks", layers=["benches"], rate=60, quota=1000, actor="admin"
    )
    found = holder(key)
    assert found is not None
    assert found.viewer == Viewer("system", "parks", layers=("benches",))
    assert (found.name, found.rate, found.quota, found.used_today) == ("key:booking", 60, 1000, 0)
    assert holder(key + "x") is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_apikey::text FROM layers_apikey")
        assert key[len(PREFIX) :] not in cursor.fetchone()[0]
    assert key not in str(keys.all_keys())


def test_a_revoked_key_has_no_holder_and_its_name_stays_taken(keys: Any) -> None:
    key = keys.create_key("booking", "viewer", actor="admin")
    keys.revoke_key("booking", actor="admin")
    assert holder(key) is None
    with pytest.raises(NotFound):
        keys.revoke_key("booking", actor="admin")
    with pytest.raises(Conflict):
        keys.create_key("booking", "viewer", actor="admin")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"role": "editor"}, BadInput),
        ({"role": "editor", "department": "nowhere"}, BadInput),
        ({"role": "viewer", "layers": ["nothing"]}, NotFound),
        ({"role": "viewer", "expires_at": datetime.now(UTC) - timedelta(days=1)}, BadInput),
    ],
)
def test_what_makes_no_sense_makes_no_key(
    keys: Any, given: dict[str, Any], error: type[MachizuError]
) -> None:
    with pytest.raises(error):
        keys.create_key("k", actor="admin", **given)
    assert keys.all_keys() == []


def test_making_and_ending_a_key_are_in_the_audit(keys: Any) -> None:
    from layers.selectors import audit_entries

    key = keys.create_key("booking", "viewer", actor="sato")
    keys.revoke_key("booking", actor="ito")
    entries = [e for e in audit_entries() if e["subject"] == "booking"]
    assert [(e["actor"], e["action"]) for e in entries] == [("ito", "key.revoke"), ("sato", "key.create")]
    assert key not in str(entries)


def test_use_is_counted_for_the_day(keys: Any) -> None:
    from layers.key_models import ApiKey

    keys.create_key("booking", "viewer", actor="admin")
    number = ApiKey.objects.get().pk
    assert keys.note_use({}) == {}
    assert keys.note_use({number: 3, 999: 1}) == {number: 3}
    assert keys.note_use({number: 2}) == {number: 5}
    ApiKey.objects.update(used_on=datetime.now(UTC).date() - timedelta(days=2))
    assert keys.note_use({number: 1}) == {number: 1}
    assert ApiKey.objects.get().last_used_at is not None


def test_a_change_of_rights_is_announced(keys: Any, store: Store) -> None:
    from layers.services import people

    with psycopg.connect(store.url, autocommit=True) as listening:
        listening.execute("LISTEN machizu_identity_changed")

        def heard() -> int:
            return len([*listening.notifies(timeout=0.5)])

        keys.create_key("booking", "viewer", actor="admin")
        keys.note_use({1: 1})
        assert heard() == 0
        keys.revoke_key("booking", actor="admin")
        assert heard() >= 1
        people.set_role("suzuki", "editor", "parks", actor="admin")
        assert heard() >= 1


def test_the_public_role_cannot_read_keys_and_the_staff_role_cannot_write(keys: Any, store: Store) -> None:
    key = keys.create_key("booking", "viewer", actor="admin")
    for role in (PUBLIC_ROLE, STAFF_ROLE):
        with psycopg.connect(store.url, options=f"-c role={role}", autocommit=True) as session:
            assert session.execute("SELECT api_key(%s)", [digest(key)]).fetchone()[0]["name"] == "booking"
            for statement in (
                "SELECT digest FROM layers_apikey",
                "SELECT * FROM auth_user",
                "SELECT * FROM django_session",
                "DELETE FROM layer.benches",
                "UPDATE layers_layer SET revision = 0",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    session.execute(statement)


def test_the_staff_role_reads_all_of_every_layer_until_it_is_retired(keys: Any, store: Store) -> None:
    from layers.services.definitions import retire_layer
    from layers.services.registry import register_layer

    register_layer(small_definition("later", visibility="department"))
    with psycopg.connect(store.url, options=f"-c role={STAFF_ROLE}", autocommit=True) as session:
        for table in ("layer.benches", "layer.later", "history.later", "layer.facilities"):
            session.execute(f"SELECT * FROM {table}")
        retire_layer("later", actor="admin")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SELECT * FROM layer.later")


def test_a_key_narrowed_to_layers_is_one_of_the_public_elsewhere() -> None:
    benches, other = small_definition(), small_definition("other", visibility="internal")
    narrowed = Viewer("editor", "parks", layers=("benches",))
    assert may(narrowed, "edit", benches) and not may(narrowed, "edit", other)
    assert not may_see_layer(narrowed, other)
    assert "inspector" in {f.name for f in visible_fields(narrowed, benches)}
    elsewhere = small_definition("elsewhere")
    assert "inspector" not in {f.name for f in visible_fields(narrowed, elsewhere)}
    assert may_see_layer(narrowed, elsewhere)

"""The status log: it grows when something new is said, and tells what held when."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from gis_core.definition import LayerDefinition
from layers.roles import PUBLIC_ROLE
from tests.conftest import Store
from tests.layers.conftest import small_definition

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


def minutes(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def say(
    feature: int, at: datetime, state: str, source: str = "camera", layer: str = "benches", **values: Any
) -> int:
    from layers.services.status import Entry, log

    return log([Entry(layer, feature, at, state, source, values)], actor="tester")


def now(at: datetime | None = None) -> dict[tuple[int, str], str]:
    from layers.live import status_of
    from layers.selectors import catalogue

    return {(e["feature"], e["source"]): e["state"] for e in status_of(catalogue().layer("benches"), at)}


def test_an_entry_is_added_only_when_it_says_something_new(benches: LayerDefinition) -> None:
    assert [say(1, minutes(0), "ok"), say(1, minutes(5), "ok"), say(1, minutes(10), "down")] == [1, 0, 1]
    assert say(1, minutes(15), "down", reason="unreachable") == 1
    assert now() == {(1, "camera"): "down"}


def test_telling_the_same_again_changes_nothing(benches: LayerDefinition) -> None:
    from layers.services.status import Entry, log

    entries = [
        Entry("benches", 1, minutes(i), state, "camera") for i, state in enumerate(["ok", "ok", "down", "ok"])
    ]
    assert [log(entries, actor="t"), log(entries, actor="t"), log([], actor="t")] == [3, 0, 0]


def test_what_held_at_an_instant_can_be_read(benches: LayerDefinition) -> None:
    say(1, minutes(0), "closed", "desk")
    say(1, minutes(10), "open", "desk")
    say(1, minutes(20), "full", "desk")
    say(1, minutes(20), "ok")
    assert [now(minutes(i)) for i in (-1, 5, 15)] == [{}, {(1, "desk"): "closed"}, {(1, "desk"): "open"}]
    assert now(minutes(30)) == {(1, "desk"): "full", (1, "camera"): "ok"}


def test_what_comes_late_takes_its_place_in_the_chronology(benches: LayerDefinition) -> None:
    say(1, minutes(20), "full")
    say(1, minutes(10), "open")
    assert now() == {(1, "camera"): "full"}
    assert now(minutes(15)) == {(1, "camera"): "open"}


def test_the_log_is_read_on_from_the_last_entry(benches: LayerDefinition, store: Store) -> None:
    from layers.selectors import catalogue
    from layers.status import status_log_statement

    for feature in (1, 2, 3):
        say(feature, minutes(feature), "open")
    info, after, seen = catalogue().layer("benches"), 0, []
    with psycopg.connect(store.url) as connection:
        while True:
            statement = status_log_statement(info, after=after, limit=2)
            entries, returned, after, more = connection.execute(
                statement.text, statement.parameters
            ).fetchone()
            seen += [(e["feature"], e["state"]) for e in json.loads(b"[" + entries + b"]")]
            if not more:
                break
    assert seen == [(1, "open"), (2, "open"), (3, "open")]
    assert returned == 1


def test_the_log_cannot_be_changed(benches: LayerDefinition, store: Store) -> None:
    say(1, minutes(0), "open")
    for statement in (
        "UPDATE layers_statusentry SET state = 'x'",
        "DELETE FROM layers_statusentry",
        "TRUNCATE layers_statusentry",
    ):
        with psycopg.connect(store.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_listeners_are_told_the_layer_and_its_features(benches: LayerDefinition, store: Store) -> None:
    from layers.status import STATUS_CHANNEL

    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {STATUS_CHANNEL}")
        say(7, minutes(0), "open")
        say(7, minutes(1), "open")
        notices = [json.loads(n.payload) for n in connection.notifies(timeout=5, stop_after=1)]
        notices += [json.loads(n.payload) for n in connection.notifies(timeout=0)]
    assert [(n["layer"], n["features"]) for n in notices] == [("benches", [7])]


def test_the_public_reads_the_status_of_public_layers_only(store: Store) -> None:
    from layers.selectors import catalogue
    from layers.services.registry import register_layer
    from layers.status import status_statement
    from layers.visibility import ADMINISTRATOR

    register_layer(small_definition())
    register_layer(small_definition("hidden", visibility="internal"))
    say(1, minutes(0), "open")
    say(1, minutes(0), "open", layer="hidden")
    infos = catalogue(ADMINISTRATOR)
    with psycopg.connect(store.url, options=f"-c role={PUBLIC_ROLE}", autocommit=True) as connection:
        statement = status_statement(infos.layer("benches"))
        _, count, _ = connection.execute(statement.text, statement.parameters).fetchone()
        assert count == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(*status_statement(infos.layer("hidden")))
        assert connection.execute("SELECT count(*) FROM public_status WHERE layer = 'hidden'").fetchone() == (
            0,
        )

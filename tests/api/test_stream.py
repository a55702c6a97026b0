"""The stream tells what changes to who may know it, and again to who comes back; nothing is lost on the way."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
import pytest
from psycopg import sql

from api.app import create_app
from api.hub import Event, Listener, layer_event, merged, status_event
from api.settings import ApiSettings
from gis_core.city import City
from layers.streaming import NAMED_FEATURES, Place
from layers.visibility import PUBLIC
from tests.api.conftest import definition
from tests.conftest import ROOT, Store, _free_port

CLIENTS = 200
Serve = Callable[[], str]


@pytest.fixture
def serve(store: Store, city: City) -> Iterator[Serve]:
    """Start servers over the test's own store; each tells its address."""
    import uvicorn

    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start() -> str:
        from layers.roles import PUBLIC_ROLE

        port = _free_port()
        app = create_app(ApiSettings(database_url=store.url, city=city, role=PUBLIC_ROLE))
        server = uvicorn.Server(
            uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        return f"127.0.0.1:{port}"

    yield start
    for server, _ in running:
        server.should_exit = True
    for _, thread in running:
        thread.join(timeout=20)


@pytest.fixture
def layers(store: Store) -> None:
    """Two layers for all, and one for staff."""
    from layers.services.registry import register_layer

    register_layer(definition("benches", []))
    register_layer(definition("trees", []))
    register_layer(definition("secrets", [], visibility="internal"))


class Stream:
    """One client: reads events one by one, as a browser would."""

    def __init__(self, host: str, query: str = "", **headers: str) -> None:
        address, _, port = host.partition(":")
        self._socket = socket.create_connection((address, int(port)), timeout=60)
        fields = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self._socket.sendall(f"GET /api/stream{query} HTTP/1.0\r\nHost: {host}\r\n{fields}\r\n".encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.last = headers.get("Last_Event_ID", "")
        while self._file.readline().strip():
            pass

    def next(self) -> tuple[str, Any]:
        """Return the next event's kind and data; ("end", None) when the stream has ended."""
        kind, data = "", b""
        while line := self._file.readline():
            name, _, value = line.rstrip(b"\n").partition(b": ")
            if name == b"event":
                kind = value.decode()
            elif name == b"data":
                data = value
            elif name == b"id":
                self.last = value.decode()
            elif not line.strip() and kind:
                return kind, orjson.loads(data)
        return "end", None

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()


def insert(connection: psycopg.Connection[Any], layer: str, lon: float = 140.0) -> None:
    text = "INSERT INTO {} (name, geom) VALUES ('x', ST_SetSRID(ST_MakePoint(%s, 36.9), 4326))"
    connection.execute(sql.SQL(text).format(sql.Identifier("layer", layer)), [lon])


def change(store: Store, layer: str, lon: float = 140.0) -> None:
    """Change a layer as QGIS would: straight in its table."""
    with psycopg.connect(store.url) as connection:
        insert(connection, layer, lon)


@pytest.mark.usefixtures("layers")
def test_a_change_is_told_with_its_revision_and_envelope(store: Store, serve: Serve) -> None:
    with Stream(serve()) as stream:
        assert stream.next() == ("ready", {})
        change(store, "benches", 140.1)
        assert stream.next() == (
            "layer",
            {"layer": "benches", "revision": 1, "envelope": [140.1, 36.9, 140.1, 36.9]},
        )


@pytest.mark.usefixtures("layers")
def test_who_is_told_finds_the_change_at_once(store: Store, serve: Serve) -> None:
    import urllib.request

    host = serve()
    with Stream(host) as stream:
        stream.next()
        change(store, "benches")
        stream.next()
        with urllib.request.urlopen(f"http://{host}/api/collections/benches") as answer:
            assert orjson.loads(answer.read())["revision"] == 1


@pytest.mark.usefixtures("layers")
def test_who_comes_back_to_another_process_is_told_what_he_missed_and_no_more(
    store: Store, serve: Serve
) -> None:
    with Stream(serve()) as stream:
        stream.next()
        change(store, "benches")
        stream.next()
    change(store, "trees", 140.2)
    change(store, "trees", 140.4)
    with Stream(serve(), Last_Event_ID=stream.last) as again:
        assert again.next() == (
            "layer",
            {"layer": "trees", "revision": 2, "envelope": [140.2, 36.9, 140.4, 36.9]},
        )
        change(store, "benches")
        kind, data = again.next()
        assert (kind, data["layer"], data["revision"]) == ("layer", "benches", 2)


@pytest.mark.usefixtures("layers")
def test_a_change_that_began_before_the_last_event_and_ended_after_it_is_not_lost(
    store: Store, serve: Serve
) -> None:
    with psycopg.connect(store.url) as slow:
        with Stream(serve()) as stream:
            stream.next()
            insert(slow, "trees")
            change(store, "benches")
            assert stream.next()[1]["layer"] == "benches"
        slow.commit()
    with Stream(serve(), Last_Event_ID=stream.last) as again:
        told = again.next()[1]
        if told["layer"] == "benches":
            # What happened while a slower transaction ran may be told again, never left out.
            told = again.next()[1]
        assert told == {"layer": "trees", "revision": 1, "envelope": [140.0, 36.9, 140.0, 36.9]}


@pytest.mark.usefixtures("layers")
def test_what_the_public_may_not_see_is_not_told_to_it(store: Store, serve: Serve) -> None:
    from layers.services.keys import create_key

    key = create_key("portal", "administrator", actor="tests")
    host = serve()
    with Stream(host) as public, Stream(host, X_API_Key=key) as staff:
        start = public.next() and public.last
        staff.next()
        change(store, "secrets")
        assert staff.next()[1]["layer"] == "secrets"
        change(store, "benches")
        assert public.next()[1]["layer"] == "benches"
    with (
        Stream(host, Last_Event_ID=start) as public,
        Stream(host, X_API_Key=key, Last_Event_ID=start) as staff,
    ):
        assert public.next()[1]["layer"] == "benches"
        assert {staff.next()[1]["layer"], staff.next()[1]["layer"]} == {"benches", "secrets"}
    with Stream(host, "?layers=secrets") as refused:
        assert refused.status == 400


@pytest.mark.usefixtures("layers")
def test_status_and_alerts_are_told_and_kinds_and_layers_can_be_chosen(store: Store, serve: Serve) -> None:
    from layers.alerts import Incoming
    from layers.services import alerts
    from layers.services.status import Entry, log

    now = datetime.now(UTC)
    message = Incoming(
        source="cap", identifier="1", sender="a", series="s", bulletin="b", status="actual", message_type="alert",
        event="rain", sent=now, effective=now, name={"ja": "大雨"},
    )  # fmt: skip
    host = serve()
    with Stream(host, "?types=status,alert&layers=trees") as stream:
        start = stream.next() and stream.last
        change(store, "trees")
        log([Entry("benches", 1, now, "open", "page"), Entry("trees", 7, now, "open", "page")], actor="tests")
        assert stream.next() == ("status", {"layer": "trees", "features": [7], "last": 2})
        alerts.keep([message])
        (number,) = _alerts(store)
        alerts.publish(number, actor="tests")
        assert stream.next() == ("alert", {"alerts": [number]})
    with Stream(host, "?types=status,alert&layers=trees", Last_Event_ID=start) as again:
        assert [again.next(), again.next()] == [
            ("status", {"layer": "trees", "features": [7], "last": 2}),
            ("alert", {"alerts": [number]}),
        ]


def _alerts(store: Store) -> list[int]:
    with psycopg.connect(store.url) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM layers_alert").fetchall()]


@pytest.mark.usefixtures("layers")
@pytest.mark.parametrize("last", ["nonsense", "999999999999-1", "-1--1", "1" * 40])
def test_who_names_a_place_that_nobody_knows_is_told_to_ask_anew(
    store: Store, serve: Serve, last: str
) -> None:
    with Stream(serve(), Last_Event_ID=last) as stream:
        assert stream.next() == ("reset", {})
        change(store, "benches")
        assert stream.next()[0] == "layer"


@pytest.mark.usefixtures("layers")
def test_what_happens_while_the_listener_is_cut_off_is_told(store: Store, serve: Serve, cluster: Any) -> None:
    with Stream(serve()) as stream:
        stream.next()
        name = psycopg.conninfo.conninfo_to_dict(store.url)["dbname"]
        with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'machizu-api' AND datname = %s",
                [name],
            )
        change(store, "trees")
        assert stream.next()[1]["layer"] == "trees"


@pytest.mark.usefixtures("layers")
@pytest.mark.parametrize("query", ["?types=weather", "?layers=nowhere", "?layers=", "?types=", "?since=3"])
def test_a_bad_parameter_is_refused(serve: Serve, query: str) -> None:
    with Stream(serve(), query) as stream:
        assert stream.status == 400


@pytest.mark.usefixtures("layers")
def test_two_hundred_clients_are_told_of_every_change(store: Store, serve: Serve) -> None:
    host, _, port = serve().partition(":")

    async def listen(ready: asyncio.Event, waiting: list[int]) -> list[int]:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /api/stream HTTP/1.0\r\nHost: x\r\n\r\n")
        revisions: list[int] = []
        while not revisions or revisions[-1] < 5:
            line = await reader.readline()
            if line == b"event: ready\n":
                waiting.append(1)
                if len(waiting) == CLIENTS:
                    ready.set()
            elif line.startswith(b'data: {"layer"'):
                revisions.append(orjson.loads(line[6:])["revision"])
        writer.close()
        return revisions

    async def run() -> list[list[int]]:
        ready, waiting = asyncio.Event(), list[int]()
        tasks = [asyncio.create_task(listen(ready, waiting)) for _ in range(CLIENTS)]
        await ready.wait()
        for _ in range(5):
            await asyncio.to_thread(change, store, "benches")
        return await asyncio.gather(*tasks)

    heard = asyncio.run(run())
    assert len(heard) == CLIENTS
    assert all(revisions == sorted(set(revisions)) and revisions[-1] == 5 for revisions in heard)


@pytest.mark.usefixtures("layers")
def test_streams_end_when_the_process_shall_end(store: Store) -> None:
    port = _free_port()
    # Without a limit of its own the server waits for its streams for ever.
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "machizu.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    environ = os.environ | {"DATABASE_URL": store.url, "MACHIZU_HOME": str(store.home)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)
    try:
        stream = _connected(port, process)
        with stream:
            assert stream.next()[0] == "ready"
            process.send_signal(signal.SIGTERM)
            assert stream.next() == ("end", None)
        process.wait(timeout=60)
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()


def _connected(port: int, process: subprocess.Popen[bytes]) -> Stream:
    while process.poll() is None:
        try:
            return Stream(f"127.0.0.1:{port}")
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server ended")


def test_what_waits_for_a_slow_client_is_one_event_a_layer_made_once_for_all() -> None:
    first, second = (layer_event("a", n, [140.0 + n, 36.0, 141.0 + n, 37.0]) for n in (1, 2))
    slow = [Listener(PUBLIC, frozenset({"layer"}), None) for _ in range(2)]
    for listener in slow:
        listener.place, listener.missed = Place(1), False
        listener.offer(first, {"before": 5, "xid": 5})
        listener.offer(second, {"before": 4, "xid": 7})
    (one,), (other,) = (listener.take() for listener in slow)
    assert one is other
    assert one.data == {"layer": "a", "revision": 2, "envelope": [141.0, 36.0, 143.0, 37.0]}
    assert [listener.place for listener in slow] == [Place(5, 7)] * 2


def test_too_many_features_are_not_named() -> None:
    def many(start: int) -> Event:
        return status_event("a", [*range(start, start + NAMED_FEATURES)], start)

    assert merged(many(0), many(0)).data["features"] == [*range(NAMED_FEATURES)]
    assert merged(many(0), many(1)).data["features"] is None
    assert merged(layer_event("a", 1, None), layer_event("a", 2, [1, 2, 3, 4])).data["envelope"] is None

"""Webhooks, to a real server on this machine: signed, in order, tried again, given up and taken up again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gis_core.errors import BadInput, NotFound, Unavailable
from tests.layers.conftest import bench

HERE = ("127.0.0.1",)


@dataclass
class Receiver:
    """What came, and what the next answers are (200 when none is left)."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.came.append(({k.lower(): v for k, v in self.headers.items()} | {"path": self.path}, body))
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.send_header("Location", f"{made.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hook(deliver: Callable[..., Any], receiver: Receiver) -> dict[str, Any]:
    """A webhook that knows three benches."""
    from layers.services.webhooks import add

    deliver([bench(n) for n in range(3)])
    return add(f"{receiver.url}/hook", ["benches"], actor="admin")


def send(hook: dict[str, Any], hosts: tuple[str, ...] = HERE) -> float | None:
    from layers.services.webhook_delivery import deliver

    return deliver(hook["webhook"], private_hosts=hosts)


def as_if_later(hook: dict[str, Any]) -> None:
    """Let the pause after a refusal be over."""
    from layers.webhook_models import WebhookDelivery

    waiting = WebhookDelivery.objects.get(webhook=hook["webhook"], delivered_at=None)
    waiting.tried_at -= timedelta(days=1)
    waiting.save()


def state(hook: dict[str, Any]) -> dict[str, Any]:
    from layers.services.webhooks import all_webhooks

    return next(row for row in all_webhooks() if row["webhook"] == hook["webhook"])


def test_the_changes_since_then_are_sent_signed(
    hook: dict[str, Any], deliver: Callable[..., Any], receiver: Receiver
) -> None:
    assert send(hook) is None
    assert receiver.came == []
    deliver([bench(0, "新しい名前"), bench(1), bench(7)])
    assert send(hook) is None
    ((headers, body),) = receiver.came
    message = json.loads(body)
    assert (message["layer"], message["since"], message["revision"]) == ("benches", 1, 2)
    assert sorted(change["op"] for change in message["changes"]) == ["create", "delete", "update"]
    assert headers["webhook-id"] == message["id"]
    signed = f"{message['id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook["secret"].removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert state(hook)["state"] == "idle"


def test_a_refused_message_comes_again_as_it_was_and_later_changes_wait(
    hook: dict[str, Any], deliver: Callable[..., Any], receiver: Receiver
) -> None:
    receiver.answers = [500, 302]
    deliver([bench(n) for n in range(4)])
    assert send(hook)
    assert state(hook)["state"] == "waiting"
    deliver([bench(n) for n in range(5)])
    assert send(hook)
    assert len(receiver.came) == 1
    as_if_later(hook)
    assert send(hook)
    as_if_later(hook)
    assert send(hook) is None
    first, second, third, last = receiver.messages
    assert first == second == third
    assert (last["since"], last["revision"]) == (first["revision"], 3)
    assert {headers["path"] for headers, _ in receiver.came} == {"/hook"}


def test_who_refuses_too_often_is_given_up_until_a_test_succeeds(
    hook: dict[str, Any], deliver: Callable[..., Any], receiver: Receiver
) -> None:
    from layers.services.webhook_delivery import TRIES, owing
    from layers.services.webhooks import test

    receiver.answers = [503] * TRIES
    deliver([bench(n) for n in range(4)])
    for _ in range(TRIES - 1):
        assert send(hook)
        as_if_later(hook)
    assert owing() == [hook["webhook"]]
    assert send(hook) is None
    assert (state(hook)["state"], state(hook)["delivery"]["attempts"]) == ("dead", TRIES)
    assert "HTTP 503" in state(hook)["delivery"]["failure"]["en"]
    assert owing() == []
    receiver.answers = [404]
    with pytest.raises(Unavailable, match="HTTP 404"):
        test(hook["webhook"], actor="admin", private_hosts=HERE)
    assert test(hook["webhook"], actor="admin", private_hosts=HERE)["state"] == "waiting"
    assert send(hook) is None
    assert (state(hook)["state"], receiver.messages[-1]["revision"]) == ("idle", 2)


def test_private_addresses_are_not_asked_unless_the_city_allows_it(
    hook: dict[str, Any], deliver: Callable[..., Any], receiver: Receiver
) -> None:
    deliver([bench(n) for n in range(4)])
    assert send(hook, ())
    assert receiver.came == []
    assert "private_hosts" in state(hook)["delivery"]["failure"]["en"]


def test_every_change_queues_the_delivery_once_and_rolled_back_ones_do_not(
    hook: dict[str, Any], deliver: Callable[..., Any]
) -> None:
    from django.db import connection

    def queued() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'layers.deliver_webhook' AND args->>'number' = %s",
                [str(hook["webhook"])],
            )
            return int(cursor.fetchone()[0])

    deliver([bench(n) for n in range(4)], mode="dry_run")
    assert queued() == 0
    deliver([bench(n) for n in range(4)])
    deliver([bench(n) for n in range(5)])
    assert queued() == 1


def test_a_long_list_is_cut_and_says_so(
    hook: dict[str, Any], deliver: Callable[..., Any], receiver: Receiver
) -> None:
    from layers.webhooks import LISTED

    deliver([bench(n) for n in range(LISTED + 10)])
    assert send(hook) is None
    (message,) = receiver.messages
    assert (len(message["changes"]), message["complete"]) == (LISTED, False)


def test_what_cannot_be_a_webhook_is_refused(deliver: Callable[..., Any]) -> None:
    from layers.services.webhooks import add, remove

    for url in ("ftp://example.com/", "http://user:word@example.com/", "http:///x", "http://[::1"):
        with pytest.raises(BadInput, match="http"):
            add(url, ["benches"], actor="admin")
    with pytest.raises(NotFound):
        add("https://example.com/", ["no_such_layer"], actor="admin")
    with pytest.raises(BadInput, match="whsec_"):
        add("https://example.com/", ["benches"], actor="admin", secret="short")
    with pytest.raises(NotFound):
        remove(999, actor="admin")
    removed = add("https://example.com/", ["benches"], actor="admin")
    remove(removed["webhook"], actor="admin")
    with pytest.raises(NotFound):
        remove(removed["webhook"], actor="admin")


def test_the_queue_never_learns_the_secret(hook: dict[str, Any]) -> None:
    assert hook["secret"] not in json.dumps(state(hook), default=str)

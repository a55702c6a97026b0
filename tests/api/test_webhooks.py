"""Webhooks are managed by administrators alone, and no answer but the first tells the secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import Store

WEBHOOKS = "/api/webhooks"
WANTED: dict[str, Any] = {"url": "https://portal.example/hook", "layers": ["benches"]}


@pytest.fixture
def api(publish: Callable[[int], None], clients: Any, store: Store) -> TestClient:
    from machizu.behind import Store as Behind

    publish(3)
    client: TestClient = clients(store, behind=Behind())
    return client


@pytest.fixture
def administrator(store: Store) -> dict[str, str]:
    from layers.services.keys import create_key

    return {"x-api-key": create_key("admin", "administrator", actor="tests")}


def test_a_webhook_is_added_listed_and_removed(api: TestClient, administrator: dict[str, str]) -> None:
    added = api.post(WEBHOOKS, json=WANTED, headers=administrator)
    assert added.status_code == 201
    number, secret = added.json()["webhook"], added.json()["secret"]
    listed = api.get(WEBHOOKS, headers=administrator)
    assert secret.startswith("whsec_")
    assert secret not in listed.text
    (found,) = listed.json()["webhooks"]
    assert (found["url"], found["layers"], found["state"]) == (WANTED["url"], ["benches"], "idle")
    assert found["told"] == {"benches": 1}
    assert api.delete(f"{WEBHOOKS}/{number}", headers=administrator).status_code == 204
    assert api.delete(f"{WEBHOOKS}/{number}", headers=administrator).status_code == 404


def test_only_administrators_manage_webhooks(api: TestClient) -> None:
    from layers.services.keys import create_key

    narrowed = create_key("narrow", "administrator", layers=["benches"], actor="tests")
    viewer = create_key("viewer", "viewer", actor="tests")
    refused: list[tuple[dict[str, str], int]] = [
        ({}, 401), ({"x-api-key": viewer}, 403), ({"x-api-key": narrowed}, 403),
    ]  # fmt: skip
    for headers, status in refused:
        assert api.get(WEBHOOKS, headers=headers).status_code == status
        assert api.post(WEBHOOKS, json=WANTED, headers=headers).status_code == status
        assert api.delete(f"{WEBHOOKS}/1", headers=headers).status_code == status


def test_an_api_without_a_store_keeps_none(client: TestClient) -> None:
    assert client.get(WEBHOOKS).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ([], 400),
        ({}, 400),
        (WANTED | {"url": 3}, 400),
        (WANTED | {"url": "ftp://x/"}, 400),
        (WANTED | {"layers": []}, 400),
        (WANTED | {"layers": [1]}, 400),
        (WANTED | {"layers": ["nowhere"]}, 404),
        (WANTED | {"secret": "short"}, 400),
        (WANTED | {"more": 1}, 400),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(
    api: TestClient, administrator: dict[str, str], content: Any, status: int
) -> None:
    assert api.post(WEBHOOKS, json=content, headers=administrator).status_code == status

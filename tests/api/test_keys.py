"""Who asks decides what is answered: keys and sessions see more, others never see what was made for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from gis_core.tiles import tile_at
from tests.api.conftest import definition, eventually
from tests.conftest import Store

ITEMS = "/api/collections/benches/items"
ITEM = f"{ITEMS}/1"
TILE_PATH = "/api/collections/benches/tiles/WebMercatorQuad/14/{}/{}".format(*tile_at(139.955, 36.8, 14))
INSPECTOR = b"\xe5\xb1\xb1\xe7\x94\xb0"  # 山田, whom only staff see


@pytest.fixture
def api(publish: Callable[[int], None], clients: Any, store: Store) -> TestClient:
    """The API of a store of the test's own, with all that it has behind it."""
    from layers.services.registry import register_layer
    from machizu.behind import Store as Behind

    publish(250)
    register_layer(definition("staff_only", [], visibility="internal"))
    client: TestClient = clients(store, behind=Behind())
    return client


def by_cookie(cookies: dict[str, str]) -> dict[str, str]:
    return {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def sees_inspector(client: TestClient, headers: dict[str, str] | None = None) -> bool:
    return INSPECTOR in client.get(ITEM, headers=headers).content


def test_a_key_sees_internal_fields_and_layers_by_either_header(api: TestClient, key: Any) -> None:
    shown = key()
    bearer = {"authorization": f"Bearer {shown['x-api-key']}"}
    for headers in (shown, bearer):
        assert sees_inspector(api, headers)
        assert api.get("/api/collections/staff_only", headers=headers).status_code == 200
        assert INSPECTOR in api.get(f"{ITEMS}?limit=1", headers=headers).content
        assert INSPECTOR in api.get(f"{ITEM}?at=2100-01-01T00:00:00Z", headers=headers).content
        assert INSPECTOR in api.get(f"{ITEMS}?inspector=山田&limit=1", headers=headers).content
    assert not sees_inspector(api)
    assert api.get("/api/collections/staff_only").status_code == 404
    assert api.get(f"{ITEMS}?inspector=山田").status_code == 400


def test_personal_and_departmental_data_is_for_the_department(
    api: TestClient, key: Any, store: Store
) -> None:
    from layers.services.registry import register_layer

    register_layer(definition("of_department", [], visibility="department"))
    own = key("viewer", "own", department="planning")
    eventually(lambda: api.get("/api/collections/of_department", headers=own).status_code == 200)
    assert api.get("/api/collections/of_department", headers=key("viewer", "other")).status_code == 404


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
@pytest.mark.parametrize("value", ["mz_" + "A" * 43, "", "Bearer ", "\xff\xfe"])
def test_an_unknown_key_is_refused_with_a_challenge(api: TestClient, header: str, value: str) -> None:
    shown = f"Bearer {value}" if header == "authorization" else value
    answer = api.get(ITEMS, headers={header: shown.encode("latin-1")})  # type: ignore[dict-item]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="machizu"'
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_scheme_of_authorization_is_a_proxys_business(api: TestClient) -> None:
    assert api.get(ITEM, headers={"authorization": "Basic dTpw"}).status_code == 200


def test_a_revoked_key_ends_at_once(api: TestClient, key: Any) -> None:
    from layers.services.keys import revoke_key

    shown = key()
    assert sees_inspector(api, shown)
    revoke_key("booking", actor="admin")
    eventually(lambda: api.get(ITEM, headers=shown).status_code == 401)


def test_a_key_ends_at_its_term(api: TestClient, key: Any) -> None:
    from layers.key_models import ApiKey

    shown = key(expires_at=datetime.now(UTC) + timedelta(days=1))
    assert sees_inspector(api, shown)
    ApiKey.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    eventually(lambda: api.get(ITEM, headers=shown).status_code == 401)


def test_a_narrowed_key_is_public_elsewhere(api: TestClient, key: Any) -> None:
    shown = key(layers=["staff_only"])
    assert api.get("/api/collections/staff_only", headers=shown).status_code == 200
    assert not sees_inspector(api, shown)


@pytest.mark.parametrize("path", [ITEM, f"{ITEMS}?limit=1", TILE_PATH, "/api/openapi", "/api/collections"])
def test_answers_for_staff_reach_nobody_else(api: TestClient, key: Any, path: str) -> None:
    shown = key()
    # In both orders, so that neither's answer stands in a cache for the other.
    for first, second in ((shown, {}), ({}, shown)):
        answers = [api.get(path, headers=headers) for headers in (first, second)]
        staff, public = answers if first else reversed(answers)
        assert staff.content != public.content
        assert staff.headers["etag"] != public.headers["etag"]
        assert "private" in staff.headers["cache-control"] and "public" in public.headers["cache-control"]
        assert {"X-API-Key", "Authorization", "Cookie"} <= set(re.split(", *", staff.headers["vary"]))
        for mine, others in ((staff, {}), (public, shown)):
            tag = {"if-none-match": mine.headers["etag"]}
            assert api.get(path, headers=others | tag).status_code == 200


def test_a_login_of_the_staff_serves_too_and_ends_with_logout(api: TestClient, login: Any) -> None:
    from django.contrib.sessions.models import Session

    cookies = login()
    assert sees_inspector(api, by_cookie(cookies))
    Session.objects.all().delete()
    eventually(lambda: not sees_inspector(api, by_cookie(cookies)))


def test_who_has_lost_his_role_or_has_none_is_one_of_the_public(api: TestClient, login: Any) -> None:
    from layers.models import Membership

    cookies = login()
    assert sees_inspector(api, by_cookie(cookies))
    Membership.objects.all().delete()
    eventually(lambda: not sees_inspector(api, by_cookie(cookies)))
    assert not sees_inspector(api, {"cookie": "sessionid=made-up; other=1"})


def test_rights_are_remembered_not_asked_for_each_time(api: TestClient, key: Any, store: Store) -> None:
    shown = key()
    with psycopg.connect(store.url, autocommit=True) as looking:
        listening = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%identity%'"
        eventually(lambda: looking.execute(listening).rowcount == 1)
    assert sees_inspector(api, shown)
    with psycopg.connect(store.url) as blocked:
        blocked.execute("LOCK TABLE layers_apikey IN ACCESS EXCLUSIVE MODE")
        assert sees_inspector(api, shown)


def test_the_use_of_keys_is_noted_when_the_api_stops(api: TestClient, key: Any, clients: Any) -> None:
    from layers.services.keys import all_keys

    shown = key()
    for _ in range(3):
        api.get(ITEM, headers=shown)
    assert all_keys()[0]["last_used_at"] is None
    clients.opened.pop().__exit__(None, None, None)
    from layers.key_models import ApiKey

    assert ApiKey.objects.get().used_today == 3


def test_the_document_names_the_ways_of_showing_who_asks(api: TestClient) -> None:
    document = api.get("/api/openapi").json()
    assert set(document["components"]["securitySchemes"]) == {"apiKey", "bearer", "session"}
    assert {} in document["security"]

"""What holds now: live status, its log, alerts, situations, and the cameras' last images."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator
from starlette.testclient import TestClient

from layers.cap import NAMESPACE
from tests.api.conftest import Clients
from tests.api.test_openapi import without_nullable
from tests.conftest import Store

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)
STATUS = "/api/collections/benches/status"


@pytest.fixture
def told(publish: Callable[[int], None]) -> None:
    """Three benches, whose states were told at three moments."""
    from layers.services.status import Entry, log

    publish(3)
    for hour, state in enumerate(("open", "full", "open")):
        log(
            [Entry("benches", 1, NOW + timedelta(hours=hour), state, "page", {"people": hour})], actor="tests"
        )
    log([Entry("benches", 2, NOW, "closed", "page")], actor="tests")


@pytest.mark.usefixtures("told")
def test_the_newest_entry_of_each_feature_holds(clients: Clients, store: Store) -> None:
    client = clients(store)
    answer = client.get(STATUS).json()
    assert [(e["feature"], e["state"]) for e in answer["entries"]] == [(1, "open"), (2, "closed")]
    then = client.get(f"{STATUS}?at=2026-09-01T04:30:00Z").json()["entries"]
    assert [(e["feature"], e["state"]) for e in then] == [(1, "full"), (2, "closed")]
    assert client.get(f"{STATUS}?at=2026-08-01").json()["entries"] == []
    tag = client.get(STATUS).headers["etag"]
    assert client.get(STATUS, headers={"if-none-match": tag}).status_code == 304


@pytest.mark.usefixtures("told")
def test_the_log_is_read_page_by_page_and_from_where_one_was(clients: Clients, store: Store) -> None:
    client = clients(store)
    page, seen = client.get(f"{STATUS}/log?limit=3").json(), []
    while True:
        seen += page["entries"]
        further = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not further:
            break
        page = client.get(further[0]).json()
    assert [e["state"] for e in seen] == ["open", "full", "open", "closed"]
    assert client.get(f"{STATUS}/log?after={page['last']}").json()["entries"] == []
    only = client.get(f"{STATUS}/log", params={"feature": 1, "from": "2026-09-01T04:00:00Z"}).json()
    assert [e["state"] for e in only["entries"]] == ["full", "open"]


@pytest.mark.parametrize(
    ("query", "named"),
    [("after=x", "after"), ("feature=-1", "feature"), ("from=soon", "from"), ("limit=0", "limit")],
)
def test_a_bad_parameter_is_named(client: TestClient, query: str, named: str) -> None:
    response = client.get(f"{STATUS}/log?{query}")
    assert (response.status_code, response.json()["parameter"]) == (400, named)


def test_the_status_of_a_layer_for_staff_is_for_staff(client: TestClient) -> None:
    for path in ("status", "status/log", "items/1/image", "aggregate", "nearest?lon=140&lat=36"):
        assert client.get(f"/api/collections/staff_only/{path}").status_code == 404


@pytest.fixture
def alert(store: Store) -> Callable[..., int]:
    """Keep and publish an alert; returns its number."""
    from layers.alerts import Incoming
    from layers.models import Alert
    from layers.services import alerts

    def keep(identifier: str, *, publish: bool = True, **changes: Any) -> int:
        message: dict[str, Any] = {
            "source": "cap", "identifier": identifier, "sender": "city", "series": identifier, "bulletin": "b",
            "status": "actual", "message_type": "alert", "event": "rain", "sent": NOW, "effective": NOW,
            "name": {"ja": "大雨警報", "en": "Heavy rain"}, "areas": ({"name": "大田原市", "code": "0921000"},),
            "expires": NOW + timedelta(days=36500),
        }  # fmt: skip
        alerts.keep([Incoming(**(message | changes))])
        number = int(Alert.objects.get(identifier=identifier).pk)
        if publish:
            alerts.publish(number, actor="tests")
        return number

    return keep


def test_published_alerts_in_force_are_answered(
    clients: Clients, store: Store, alert: Callable[..., int]
) -> None:
    number = alert("1")
    waiting = alert("2", publish=False)
    drill = alert("3", status="exercise")
    alert("4", expires=NOW)
    client = clients(store)
    answer = client.get("/api/alerts").json()
    assert [a["id"] for a in answer["alerts"]] == [number]
    assert answer["alerts"][0]["name"]["ja"] == "大雨警報"
    components = client.get("/api/openapi").json()["components"]
    for name, content in (("alerts", answer), ("alert", client.get(f"/api/alerts/{number}").json())):
        schema = without_nullable(components["schemas"][name] | {"components": components})
        Draft4Validator(schema).validate(content)
    with_drills = client.get("/api/alerts?exercises=true").json()["alerts"]
    assert {a["id"] for a in with_drills} == {number, drill}
    assert client.get("/api/alerts?at=2026-08-01").json()["alerts"] == []
    assert client.get(f"/api/alerts/{waiting}").status_code == 404
    assert client.get("/api/alerts?exercises=perhaps").json()["parameter"] == "exercises"


def test_an_alert_is_also_a_message_of_cap(clients: Clients, store: Store, alert: Callable[..., int]) -> None:
    client = clients(store)
    response = client.get(f"/api/alerts/{alert('1')}?f=cap")
    assert response.headers["content-type"] == "application/cap+xml"
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{{{NAMESPACE}}}alert"
    assert {e.text for e in root.iter(f"{{{NAMESPACE}}}language")} == {"ja", "en"}


def test_open_situations_are_answered(clients: Clients, store: Store) -> None:
    from layers.services.people import close_situation, open_situation

    client = clients(store)
    assert client.get("/api/situations").json()["situations"] == []
    number = open_situation("台風19号", actor="tests")
    (found,) = client.get("/api/situations").json()["situations"]
    assert (found["name"], found["closed"]) == ("台風19号", None)
    close_situation(number, actor="tests")
    assert client.get("/api/situations").json()["situations"] == []
    assert (
        client.get("/api/situations", params={"at": found["opened"]}).json()["situations"][0]["id"] == number
    )


@pytest.fixture
def camera(publish: Callable[[int], None], tmp_path: Path) -> Callable[..., None]:
    """Let a bench have an image in the store below `tmp_path`."""
    from layers.feed_models import CameraImage

    publish(3)
    (tmp_path / "cameras").mkdir()

    def keep(path: str, *, media_type: str = "image/jpeg", age: timedelta = timedelta()) -> None:
        taken = datetime.now(UTC) - age
        CameraImage.objects.update_or_create(
            layer="benches", feature_id=1,
            defaults={
                "url": "http://camera.example/", "checked_at": taken, "fetched_at": taken, "taken_at": taken,
                "sha256": "a" * 64, "path": path, "media_type": media_type,
            },
        )  # fmt: skip

    return keep


IMAGE = "/api/collections/benches/items/1/image"


def test_the_last_good_image_is_sent_and_says_when_it_is_old(
    clients: Clients, store: Store, tmp_path: Path, camera: Callable[..., None]
) -> None:
    (tmp_path / "cameras" / "1.jpg").write_bytes(b"\xff\xd8\xff picture")
    camera("1.jpg")
    client = clients(store, cameras=tmp_path / "cameras")
    response = client.get(IMAGE)
    assert (response.content, response.headers["content-type"]) == (b"\xff\xd8\xff picture", "image/jpeg")
    assert response.headers["machizu-stale"] == "?0"
    assert client.get(IMAGE, headers={"if-none-match": response.headers["etag"]}).status_code == 304
    camera("1.jpg", age=timedelta(hours=1))
    assert client.get(IMAGE).headers["machizu-stale"] == "?1"
    assert client.get("/api/collections/benches/items/2/image").status_code == 404


@pytest.mark.parametrize("path", ["../secret-key", "/etc/passwd", "link", "missing.jpg", "."])
def test_nothing_but_the_stores_own_files_is_sent(
    clients: Clients, store: Store, tmp_path: Path, camera: Callable[..., None], path: str
) -> None:
    (tmp_path / "secret-key").write_text("secret")
    (tmp_path / "cameras" / "link").symlink_to(tmp_path / "secret-key")
    camera(path)
    assert clients(store, cameras=tmp_path / "cameras").get(IMAGE).status_code == 404


def test_what_is_no_image_is_not_sent(
    clients: Clients, store: Store, tmp_path: Path, camera: Callable[..., None]
) -> None:
    (tmp_path / "cameras" / "1.html").write_text("<script>")
    camera("1.html", media_type="text/html")
    assert clients(store, cameras=tmp_path / "cameras").get(IMAGE).status_code == 404
    camera("1.html")
    assert clients(store).get(IMAGE).status_code == 404


def test_the_state_of_the_data_is_told(client: TestClient) -> None:
    layers = {layer["id"]: layer for layer in client.get("/api/status").json()["layers"]}
    assert layers["benches"]["itemCount"] == 250
    assert "staff_only" not in layers

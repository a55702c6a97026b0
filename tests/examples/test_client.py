"""The Python client over a real server: what it reads, writes and hears."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from machizu_client import Event, Feature, Machizu, Problem, Unreachable
from machizu_client.events import read_events

from tests.examples.conftest import SHELTERS, City

PLACE = {"type": "Point", "coordinates": [140.05, 36.88]}


@pytest.fixture
def reader(city: City) -> Machizu:
    return Machizu(city.api)


@pytest.fixture
def writer(city: City) -> Machizu:
    return Machizu(city.api, city.headquarters)


def report(name: str) -> Feature:
    return Feature(0, {"name": name, "response_status": "pending"}, PLACE)


def names(features: object) -> list[str]:
    return [feature.properties["name"] for feature in features]  # type: ignore[attr-defined]


def test_layers_and_features_are_read_page_by_page(reader: Machizu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("machizu_client.api.PAGE", 1)
    layers = {layer.id: layer for layer in reader.collections()}
    assert layers["evacuation_shelters"] == reader.collection("evacuation_shelters")
    assert layers["evacuation_shelters"].item_count == len(SHELTERS)
    assert names(reader.features("evacuation_shelters")) == [*SHELTERS]
    assert names(reader.features("evacuation_shelters", most=1)) == [SHELTERS[0]]
    assert names(reader.features("evacuation_shelters", sortby=["-name"], properties=["name"])) == [
        *reversed(SHELTERS)
    ]


def test_features_are_chosen_by_filter_box_time_text_and_value(reader: Machizu) -> None:
    layer = "evacuation_shelters"
    assert names(reader.features(layer, filter="name LIKE '第二%'")) == [SHELTERS[1]]
    assert names(reader.features(layer, bbox=(140.0, 36.0, 140.0205, 37.0))) == [SHELTERS[0]]
    assert names(reader.features(layer, name=SHELTERS[0])) == [SHELTERS[0]]
    assert names(reader.features(layer, q="第二")) == [SHELTERS[1]]
    assert names(reader.features(layer, at="2000-01-01")) == []
    assert reader.nearest(layer, 140.021, 36.87, limit=1)[0].feature.properties["name"] == SHELTERS[1]
    assert reader.nearest(layer, 140.5, 36.5, max_m=10) == []
    assert names(reader.search("第一小学校")) == [SHELTERS[0]]
    assert reader.aggregate(layer)["total"]["count"] == len(SHELTERS)


def test_a_file_is_downloaded(reader: Machizu, home: Path) -> None:
    reader.download("evacuation_shelters", "csv", home / "shelters.csv")
    assert all(name in (home / "shelters.csv").read_text("utf-8-sig") for name in SHELTERS)


def test_a_refusal_says_what_is_wrong_and_under_which_name(reader: Machizu, writer: Machizu) -> None:
    with pytest.raises(Problem) as refused:
        [*reader.features("facilities", filter="name = ")]
    assert (refused.value.status, refused.value.parameter) == (400, "filter")
    assert refused.value.request_id and refused.value.detail in str(refused.value)
    with pytest.raises(Problem) as nobody:
        reader.create("damage_reports", [report("だれか")])
    assert nobody.value.status == 401
    with pytest.raises(Problem) as wrong:
        writer.create("damage_reports", [report("良い"), Feature(0, {"response_status": "nonsense"}, PLACE)])
    assert wrong.value.errors
    with pytest.raises(Unreachable):
        Machizu("http://127.0.0.1:9/api", timeout_s=5).collections()


def test_what_was_written_is_changed_only_as_it_was_read_and_told_as_changes(writer: Machizu) -> None:
    before = writer.collection("damage_reports").revision
    written = writer.create("damage_reports", [report("倒木"), report("冠水")], idempotency_key="tree-1")
    again = writer.create("damage_reports", [report("倒木"), report("冠水")], idempotency_key="tree-1")
    assert again.repeated and again.ids == written.ids and not written.repeated
    first, second = written.ids
    read = writer.feature("damage_reports", first)
    writer.update("damage_reports", first, {"response_status": "responding"}, etag=read.etag)
    with pytest.raises(Problem) as stale:
        writer.update("damage_reports", first, {"response_status": "completed"}, etag=read.etag)
    assert stale.value.status == 412
    writer.replace("damage_reports", first, report("倒木（撤去済み）"))
    writer.delete("damage_reports", second)
    feed = writer.changes("damage_reports", since=before)
    told = [(change.op, change.id) for change in feed]
    assert told[-2:] == [("update", first), ("delete", second)]
    assert feed.revision == writer.collection("damage_reports").revision
    assert [*writer.changes("damage_reports", since=feed.revision)] == []
    assert names([writer.feature("damage_reports", first)]) == ["倒木（撤去済み）"]


def test_the_stream_tells_what_changes_and_what_was_missed(writer: Machizu) -> None:
    heard: list[Event] = []

    def listen() -> None:
        for event in writer.stream(layers=["damage_reports"]):
            heard.append(event)
            return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    while listener.is_alive():
        writer.create("damage_reports", [report("浸水")])
        listener.join(0.5)
    assert (heard[0].kind, heard[0].data["layer"]) == ("layer", "damage_reports")
    writer.create("damage_reports", [report("落石")])
    missed = next(writer.stream(layers=["damage_reports"], after=heard[0].id))
    assert missed.data["revision"] == writer.collection("damage_reports").revision


def test_events_are_read_as_the_standard_writes_them() -> None:
    lines = [
        b"retry: 3000\n",
        b"\n",
        b":\n",
        b"\n",
        b"event: layer\n",
        b'data: {"a":1}\n',
        b"id: 5-6\n",
        b"\n",
    ]
    assert [*read_events(lines)] == [Event("layer", {"a": 1}, "5-6")]


def test_a_key_goes_nowhere_else(city: City) -> None:
    with pytest.raises(Unreachable, match="is not at"):
        Machizu(city.api, city.headquarters)._transport.get("http://127.0.0.1:9/elsewhere")

"""Alerts in the store: what holds when, whatever the order of arrival, and who is shown what."""

import itertools
import json

import psycopg
import pytest

from etl.feeds import documents
from gis_core.city import City
from gis_core.errors import Conflict, NotFound
from layers.roles import PUBLIC_ROLE
from tests.conftest import Store
from tests.etl.feeds.bulletins import NOON, OLD, OTHER, RAIN, SLOPES, flood, quake, report, weather
from tests.etl.feeds.test_cap import alert


def keep(city: City, *data: bytes) -> int:
    from layers.services import alerts

    return alerts.keep(documents.messages(documents.read(d, "x.xml", city) for d in data))


def held(minute: int, **options: bool) -> list[tuple[str, str]]:
    from datetime import timedelta

    from layers.live import alerts_in_force

    return [(a["event"], a["kind"]) for a in alerts_in_force(NOON + timedelta(minutes=minute), **options)]


@pytest.fixture(autouse=True)
def empty_store(store: Store) -> None:
    """Each test has a store of its own."""


def test_a_warning_holds_until_the_next_bulletin_says_otherwise(city: City) -> None:
    keep(city, weather(RAIN, {"10": "発表"}, 0), weather(RAIN, {"43": "発表"}, 30), weather(RAIN, {}, 60))
    assert [held(m) for m in (-1, 5, 45, 90)] == [[], [("rain", "10")], [("rain", "43")], []]


def test_the_order_of_arrival_does_not_matter(city: City, store: Store) -> None:
    bulletins = [weather(RAIN, {"10": "発表"}, 0), weather(RAIN, {"43": "発表"}, 30), weather(RAIN, {}, 60)]
    seen = set()
    for order in itertools.permutations(bulletins):
        with psycopg.connect(store.url, autocommit=True) as connection:
            connection.execute("DELETE FROM layers_alert")
        for data in order:
            keep(city, data)
        seen.add(str([held(m) for m in (5, 45, 90)]))
    assert len(seen) == 1


def test_the_same_message_twice_changes_nothing(city: City) -> None:
    data = weather(OTHER, {"14": "発表", "20": "発表"})
    assert [keep(city, data), keep(city, data), keep(city, data, data)] == [2, 0, 0]


def test_hazards_of_one_bulletin_end_one_by_one(city: City) -> None:
    keep(city, weather(OTHER, {"14": "発表", "20": "発表"}, 0), weather(OTHER, {"20": "継続"}, 30))
    assert held(45) == [("fog", "20")]


def test_bulletins_of_different_hazards_leave_each_other_alone(city: City) -> None:
    keep(city, weather(RAIN, {"43": "発表"}, 0), weather(SLOPES, {"09": "発表"}, 10), weather(RAIN, {}, 20))
    assert [held(15), held(30)] == [[("rain", "43"), ("landslide", "09")], [("landslide", "09")]]


def test_an_exercise_is_never_shown_as_real_nor_ends_what_is(city: City) -> None:
    keep(city, weather(RAIN, {"03": "発表"}, 0), weather(RAIN, {"33": "発表"}, 10, status="訓練"))
    keep(city, weather(RAIN, {}, 20, status="試験"))
    assert held(30) == [("rain", "03")]
    assert held(15, exercises=True) == [("rain", "03")]
    assert held(15, exercises=True, published=False) == [("rain", "33"), ("rain", "03")]


def test_a_cancelled_event_is_over_and_a_correction_replaces(city: City) -> None:
    keep(city, quake("5+", 0), quake("4", 5, info="訂正"))
    assert [held(3), held(10)] == [[("quake", "5+")], [("quake", "4")]]
    keep(city, quake("", 20, info="取消"))
    assert held(30) == []


def test_a_cancellation_that_comes_first_still_cancels(city: City) -> None:
    keep(city, quake("", 20, info="取消"))
    keep(city, quake("4", 0))
    assert [held(10), held(30)] == [[("quake", "4")], []]


def test_a_quake_is_shown_for_a_day_and_quakes_elsewhere_leave_no_trace(city: City) -> None:
    assert keep(city, quake("4", 0), quake("4", 1, city="0920100", event="other")) == 1
    assert [held(60 * 23), held(60 * 25)] == [[("quake", "4")], []]


def test_old_bulletins_give_way_to_new_ones_of_the_same_hazard(city: City) -> None:
    keep(city, weather(OLD, {"03": "発表", "14": "発表"}, 0))
    assert held(5) == [("rain", "03"), ("thunderstorm", "14")]
    keep(city, weather(RAIN, {"43": "発表"}, 1))
    assert held(5) == [("rain", "43"), ("thunderstorm", "14")]


def test_floods_of_two_rivers_stand_side_by_side(city: City) -> None:
    keep(city, flood("30", 0), flood("40", 5, river="箒川", event="830303000200"), flood("41", 9, serial="2"))
    assert sorted(held(20)) == [("river_flood", "40"), ("river_flood", "41")]


def test_what_others_say_is_shown_only_once_somebody_publishes_it(city: City, store: Store) -> None:
    from layers.feed_models import Alert
    from layers.services import alerts

    keep(city, alert())
    assert [held(30), held(30, published=False)] == [[], [("cap", "")]]
    found = Alert.objects.get()
    alerts.publish(found.pk, actor="officer")
    assert held(30) == [("cap", "")]
    with pytest.raises(Conflict):
        alerts.publish(found.pk, actor="officer")
    with pytest.raises(NotFound):
        alerts.publish(0, actor="officer")


def test_an_unpublished_update_does_not_hide_what_is_published_but_a_cancellation_ends_it(city: City) -> None:
    from layers.feed_models import Alert
    from layers.services import alerts

    keep(city, alert())
    alerts.publish(Alert.objects.get().pk, actor="officer")
    reference = Alert.objects.get().reference
    keep(
        city, alert(identifier="u", msgType="Update", sent="2026-08-01T12:10:00+09:00", references=reference)
    )
    assert held(30) == [("cap", "")]
    stranger = alert(
        identifier="c", sender="x@y", msgType="Cancel", sent="2026-08-01T12:20:00+09:00", references=reference
    )
    keep(city, stranger)
    assert held(30) == [("cap", "")]
    keep(
        city, alert(identifier="c", msgType="Cancel", sent="2026-08-01T12:20:00+09:00", references=reference)
    )
    assert [held(15), held(30)] == [[("cap", "")], []]


def test_areas_are_cut_to_the_citys_boundary(city: City, store: Store) -> None:
    from layers.feed_models import Alert

    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO layer.city_boundary (name, geom)"
            " VALUES ('市', ST_Multi(ST_MakeEnvelope(139.99, 36.80, 140.20, 36.87, 4326)))"
        )
    neighbour = "<info><category>Met</category><event>e</event><urgency>Future</urgency><severity>Minor</severity><certainty>Likely</certainty><area><areaDesc>x</areaDesc><circle>{} 1</circle></area></info>"
    assert keep(city, alert(neighbour.format("36.78,139.93"), identifier="outside")) == 0
    assert keep(city, alert(neighbour.format("36.87,140.016"), identifier="inside")) == 1
    assert round(Alert.objects.get().area.extent[3], 6) == 36.87


def test_listeners_are_told_of_what_came_and_ended_and_of_nothing_else(city: City, store: Store) -> None:
    from layers.alerts import ALERT_CHANNEL

    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(f"LISTEN {ALERT_CHANNEL}")
        for data in (
            weather(RAIN, {}, 0),
            weather(RAIN, {"43": "発表"}, 10),
            weather(RAIN, {"43": "発表"}, 10),
            weather(RAIN, {}, 20),
        ):
            keep(city, data)
        notices = [json.loads(n.payload)["alerts"] for n in connection.notifies(timeout=2, stop_after=9)]
    assert len(notices) == 2
    assert set(notices[1]) <= set(notices[0])


def test_the_public_reads_what_is_published_and_no_more(city: City, store: Store) -> None:
    from layers.alerts import alerts_statement

    keep(city, weather(RAIN, {"43": "発表"}, 0), alert())
    with psycopg.connect(store.url, options=f"-c role={PUBLIC_ROLE}", autocommit=True) as connection:
        alerts, count, _ = connection.execute(*alerts_statement()).fetchone()
        assert count == 1
        assert json.loads(alerts)["level"] == 4
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(*alerts_statement(published=False))


def test_bulletins_that_are_no_alerts_leave_no_trace(city: City) -> None:
    assert keep(city, report("全般台風情報", "<Text/>")) == 0

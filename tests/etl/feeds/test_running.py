"""Feeds on and off, once or by the clock; the weather service's Atom feed, from a real server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gis_core.city import City
from gis_core.errors import BadInput, MachizuError, NotFound
from tests.conftest import Store
from tests.etl.feeds.bulletins import OFFICE, OLD, RAIN, SLOPES, weather
from tests.etl.feeds.conftest import Site

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def atom(site: Site, *entries: tuple[str, str, str]) -> bytes:
    """An Atom feed of (path, title, office), the newest first as the agency writes them."""
    listed = "".join(
        f"""<entry><title>{title}</title><id>{site.url}{path}</id><updated>2026-08-01T03:{59 - place:02}:00Z</updated>
<author><name>{office}</name></author><link type="application/xml" href="{site.url}{path}"/></entry>"""
        for place, (path, title, office) in enumerate(entries)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>高頻度</title>{listed}</feed>'.encode()


@pytest.fixture
def jma(store: Store, site: Site, home_city: City, tmp_path: Path) -> Any:
    """Run the weather feed against the server: `jma(minute)`."""
    from etl.feeds import running

    running.switch("jma_weather", enabled=True, url=site.url + "/feed.xml", every_s=60, actor="tester")
    setting = running.Setting(home_city, tmp_path / "cameras")
    return lambda minute=0: running.run("jma_weather", setting, NOW + timedelta(minutes=minute))


def test_nothing_is_fetched_from_outside_until_it_is_switched_on(store: Store) -> None:
    from etl.feeds import running
    from layers.services import feeds

    assert [(f.name, f.enabled) for f in running.known_feeds() if f.enabled] == [("levels", True)]
    assert feeds.due(NOW) == ["levels"]
    with pytest.raises(BadInput, match="--url"):
        running.switch("jma_quakes", enabled=True, url=None, every_s=None, actor="tester")
    with pytest.raises(NotFound, match="cameras"):
        running.the_feed("weather")


def test_new_bulletins_are_read_once_and_others_not_at_all(jma: Any, site: Site) -> None:
    site.put("/1.xml", weather(RAIN, {"43": "発表"}))
    site.put("/2.xml", weather(SLOPES, {"09": "発表"}))
    entries = [
        ("/2.xml", SLOPES, OFFICE),
        ("/1.xml", RAIN, OFFICE),
        ("/3.xml", OLD, "長崎地方気象台"),
        ("/4.xml", "台風", "気象庁"),
    ]
    site.put("/feed.xml", atom(site, *entries), ETag='"a"')
    assert jma() == {"bulletins": 2, "alerts": 2, "refused": []}
    assert jma() == {"unchanged": True}
    site.put("/feed.xml", atom(site, *entries), ETag='"b"')
    assert jma()["bulletins"] == 0
    assert site.asked.count("/1.xml") == 1
    assert "/3.xml" not in site.asked


def test_a_bulletin_that_cannot_be_fetched_is_asked_for_again(jma: Any, site: Site) -> None:
    from etl.feeds import running

    site.put("/1.xml", b"", status=503)
    site.put("/2.xml", weather(SLOPES, {"09": "発表"}))
    site.put("/feed.xml", atom(site, ("/2.xml", SLOPES, OFFICE), ("/1.xml", RAIN, OFFICE)), ETag='"a"')
    with pytest.raises(MachizuError):
        jma()
    assert running.the_feed("jma_weather").failures == 1
    site.put("/1.xml", weather(RAIN, {"43": "発表"}))
    assert jma() == {"bulletins": 1, "alerts": 1, "refused": []}


def test_a_bulletin_that_cannot_be_read_is_told_and_left(jma: Any, site: Site) -> None:
    site.put("/1.xml", b"<!DOCTYPE x><x/>")
    site.put("/feed.xml", atom(site, ("/1.xml", RAIN, OFFICE)), ETag='"a"')
    (refused,) = jma()["refused"]
    assert "DOCTYPE" in refused["en"]
    assert jma() == {"unchanged": True}


def test_a_failing_feed_waits_longer_each_time_and_then_goes_on(jma: Any, site: Site) -> None:
    from etl.feeds import running

    waits = []
    for minute in range(8):
        with pytest.raises(MachizuError):
            jma(minute)
        feed = running.the_feed("jma_weather")
        assert feed.next_at and feed.last_at
        waits.append((feed.next_at - feed.last_at).total_seconds() / 60)
        assert "ja" in feed.result["failed"]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    site.put("/feed.xml", atom(site), ETag='"a"')
    jma(20)
    feed = running.the_feed("jma_weather")
    assert (feed.failures, feed.next_at) == (0, NOW + timedelta(minutes=21))


def test_the_worker_queues_each_due_feed_once(store: Store, django_ready: str) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from etl.feeds import schedule

    for _ in range(2):
        schedule.start_due(int(NOW.timestamp()))
    queued = ProcrastinateJob.objects.filter(task_name="feeds.run", status="todo")
    assert [job.args for job in queued] == [{"name": "levels"}]


def test_a_queued_run_notes_how_it_went(store: Store) -> None:
    from etl.feeds import running, schedule

    schedule.run_feed("levels")
    schedule.run_feed("jma_weather")
    assert running.the_feed("levels").result["gauges"] == 0
    assert running.the_feed("jma_weather").failures == 1


def test_switching_a_feed_is_in_the_audit(jma: Any) -> None:
    from layers.selectors import audit_entries

    assert [(e["action"], e["subject"], e["actor"]) for e in audit_entries(actor="tester")] == [
        ("feed.on", "jma_weather", "tester")
    ]

"""Events by month and in people's own calendars; what is over leaves by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from tests.webmap.browsing import assert_clean, open_page

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def get(sample_store) -> Iterator[Any]:
    """Ask the pages; what a test writes into the samples is undone at its end."""
    from django.db import transaction
    from django.test import Client

    with transaction.atomic():
        yield Client(HTTP_HOST="127.0.0.1").get
        transaction.set_rollback(True)


def event(**fields: Any) -> int:
    from django.contrib.gis.geos import Point
    from django.utils import timezone

    from layers.features import feature_model
    from layers.selectors import catalogue

    today = timezone.localdate()
    given = {"name": "試験のまつり", "start_date": today, "end_date": today, **fields}
    model = feature_model(catalogue().layers["events"].definition)
    return int(model._default_manager.create(geom=Point(140.01, 36.87, srid=4326), **given).pk)


def today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def month(day: date) -> str:
    return f"{day:%Y-%m}"


def test_an_event_stands_under_its_day_with_ways_to_the_map_and_the_calendar(get):
    later = (today().replace(day=1) + timedelta(days=40)).replace(day=15)
    number = event(start_date=later, end_date=later, venue="公会堂")
    text = get(f"/events?month={month(later)}").content.decode()
    assert f'href="#day-{later}"' in text
    assert "試験のまつり" in text and "公会堂" in text
    assert f"place=events/{number}" in text and f"/events/{number}.ics" in text


def test_what_is_over_leaves_by_itself_and_what_goes_on_stays(get):
    yesterday = today() - timedelta(days=1)
    event(name="昨日のまつり", start_date=yesterday, end_date=yesterday)
    event(name="続くまつり", start_date=yesterday, end_date=today() + timedelta(days=1))
    for address in ("/events", "/events.ics"):
        text = get(address).content.decode()
        assert "昨日のまつり" not in text
        assert "続くまつり" in text


@pytest.mark.parametrize("asked", ["1999-01", "9999-12", "2026-13", "<script>", "２０２６-01"])
def test_a_month_that_cannot_be_is_this_month(get, asked):
    from django.utils.formats import date_format

    answer = get("/events", {"month": asked, "lang": "ja"})
    assert date_format(today(), "YEAR_MONTH_FORMAT") in answer.content.decode()


def entries(answer) -> dict[str, icalendar.Event]:
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content)
    return {str(entry["summary"]): entry for entry in found.walk("VEVENT")}


def test_the_feed_says_hours_of_one_day_and_days_of_several(get):
    event(name="一日", start_time="10:00", end_time="16:30")
    event(name="三日", end_date=today() + timedelta(days=2), start_time="10:00", end_time="16:30")
    event(name="終日", event_status="中止")
    found = entries(get("/events.ics"))
    assert found["一日"].decoded("dtstart").isoformat().endswith("T01:00:00+00:00")
    assert found["一日"].decoded("dtend") - found["一日"].decoded("dtstart") == timedelta(hours=6.5)
    assert found["三日"].decoded("dtend") == today() + timedelta(days=3)
    assert "10:00–16:30" in found["三日"]["description"]
    assert found["終日"]["status"] == "CANCELLED"


def test_an_event_has_a_file_of_its_own(get):
    number = event(name='<b>";,\\改行\n', venue="会場")
    (entry,) = entries(get(f"/events/{number}.ics")).values()
    assert entry["uid"] == f"events-{number}@127.0.0.1"
    assert str(entry["url"]).endswith(f"/list/events/{number}")
    assert get("/events/999999999.ics").status_code == 404


@pytest.mark.parametrize("options", [{}, {"viewport": NARROW}])
def test_the_calendar_in_a_browser(browser, server, options):
    watched = open_page(browser, f"{server}/events", **options)
    watched.page.get_by_role("link", name="次の月").click()
    watched.page.get_by_role("table").wait_for()
    assert "month=" in watched.page.url
    assert_clean(watched)

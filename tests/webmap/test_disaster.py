"""The disaster page and the accessibility policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.webmap.browsing import assert_clean, open_page


@pytest.fixture
def get(sample_store):
    from django.db import transaction
    from django.test import Client

    with transaction.atomic():
        yield Client(HTTP_HOST="127.0.0.1").get
        transaction.set_rollback(True)


def alert(**said: Any) -> None:
    from django.utils import timezone

    from layers.feed_models import Alert

    now = timezone.now()
    given = {
        "source": "cap", "identifier": str(len(said)), "sender": "s", "series": "s", "bulletin": "b", "status": "actual",
        "message_type": "alert", "event": "rain", "severity": "Severe", "urgency": "Immediate", "certainty": "Likely",
        "sent": now, "effective": now, "published_at": now, "headline": {"ja": "大雨に警戒"},
    }  # fmt: skip
    Alert.objects.create(**{**given, **said})


def test_alerts_in_force_stand_with_level_and_words(get):
    alert(level=4, name={"ja": "レベル4土砂災害危険警報", "en": "Landslide"})
    japanese = get("/public/?lang=ja").content.decode()
    assert '<span class="level">レベル4</span> 土砂災害危険警報</h3>' in japanese
    english = get("/public/?lang=pt").content.decode()
    assert 'data-level="4"' in english and "Landslide" in english and "Nível 4" in english


@pytest.mark.parametrize("said", [{"status": "exercise"}, {"published_at": None}])
def test_exercises_and_what_is_not_published_are_not_shown(get, said):
    alert(name={"ja": "見せない"}, **said)
    assert "見せない" not in get("/public/").content.decode()


def test_what_has_expired_is_gone(get):
    from django.utils import timezone

    alert(name={"ja": "過ぎた"}, expires=timezone.now() - timedelta(seconds=1))
    assert "過ぎた" not in get("/public/").content.decode()


def test_sites_that_take_people_come_first(get):
    from django.utils import timezone

    from layers.feed_models import StatusEntry
    from layers.selectors import catalogue, features

    first, second = features(catalogue().layers["evacuation_sites"], limit=2)
    for row, state in ((first, "full"), (second, "open")):
        StatusEntry.objects.create(
            layer="evacuation_sites",
            feature_id=row["id"],
            at=timezone.now() - timedelta(minutes=1),
            state=state,
            source="s",
            actor="a",
        )
    text = get("/public/?lang=ja").content.decode()
    assert text.index(second["name"]) < text.index(first["name"])
    assert "1 か所が開いています" in text.replace("1か所", "1 か所")


def test_closures_that_are_over_leave(get):
    from django.utils import timezone

    from layers.features import feature_model
    from layers.selectors import catalogue

    model = feature_model(catalogue().layers["road_closures"].definition)
    row = model._default_manager.first()
    row.reason, row.end_at = "終わった工事", timezone.now() + timedelta(hours=1)
    row.save()
    assert "終わった工事" in get("/public/").content.decode()
    row.end_at = timezone.now() - timedelta(hours=1)
    row.save()
    assert "終わった工事" not in get("/public/").content.decode()


@pytest.mark.parametrize("path", ["/public/", "/accessibility"])
@pytest.mark.parametrize("options", [{}, {"viewport": {"width": 320, "height": 640}}, {"locale": "en-GB"}])
def test_the_pages_in_a_browser(browser, server, path, options):
    watched = open_page(browser, server + path, **options)
    assert watched.page.get_by_role("heading", level=1).is_visible()
    assert_clean(watched)


def test_the_policy_says_what_is_not_met(get):
    text = get("/accessibility?lang=ja").content.decode()
    assert "JIS X 8341-3:2016" in text and "まだ行っていません" in text

"""The wall of river cameras: what each last saw, when, and whether that is too long ago."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.webmap.browsing import PHONE, assert_clean, open_page


@pytest.fixture
def get(sample_store):
    from django.db import transaction
    from django.test import Client

    with transaction.atomic():
        yield Client(HTTP_HOST="127.0.0.1").get
        transaction.set_rollback(True)


def image(minutes: int) -> int:
    from django.utils import timezone

    from layers.feed_models import CameraImage
    from layers.selectors import catalogue, features

    number = features(catalogue().layers["river_cameras"], limit=1)[0]["id"]
    taken = timezone.now() - timedelta(minutes=minutes)
    CameraImage.objects.update_or_create(
        layer="river_cameras", feature_id=number,
        defaults={"url": "https://example.jp/a.jpg", "checked_at": taken, "fetched_at": taken, "taken_at": taken, "path": "a.jpg", "media_type": "image/jpeg", "width": 640, "height": 480},
    )  # fmt: skip
    return int(number)


@pytest.mark.parametrize(("minutes", "is_old"), [(1, False), (31, True)])
def test_an_image_has_its_time_and_words_and_says_when_it_is_old(get, minutes, is_old):
    number = image(minutes)
    text = get("/cameras?lang=ja").content.decode()
    assert f'src="/api/collections/river_cameras/items/{number}/image"' in text
    assert 'alt="' in text and "の川の画像" in text and "撮影" in text
    assert ("古い画像</strong>" in text) is is_old


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}, {"viewport": {"width": 320, "height": 640}}])
def test_the_wall_in_a_browser(browser, server, options):
    watched = open_page(browser, f"{server}/cameras", **options)
    assert watched.page.get_by_text("まだ画像がありません。").count() > 3
    assert_clean(watched)

"""Cameras polled from a real server: the last good image is kept, an old one is told as old."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import psycopg
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from gis_core.city import City
from gis_core.errors import BadInput
from tests.conftest import Store
from tests.etl.feeds.conftest import Site

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def picture(seed: int = 0, driver: str = "JPEG", size: int = 64) -> bytes:
    """A picture of noise, as no codec can make it small."""
    with warnings.catch_warnings(), rasterio.MemoryFile() as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open(driver=driver, width=size, height=size, count=3, dtype="uint8") as target:
            target.write(np.random.default_rng(seed).integers(0, 255, (3, size, size), "uint8"))
        return bytes(file.read())


def camera(store: Store, url: str, name: str = "カメラ") -> int:
    with psycopg.connect(store.url) as connection:
        row = connection.execute(
            "INSERT INTO layer.river_cameras (name, image, geom) VALUES (%s, %s, ST_SetSRID(ST_MakePoint(140.1, 36.87), 4326)) RETURNING id",
            [name, url],
        ).fetchone()
    assert row is not None
    return int(row[0])


def poll(city: City, folder: Path, minute: int = 0) -> dict[int, str]:
    """Poll at a minute and return the states that hold then."""
    from etl.feeds.cameras import LAYER, poll
    from layers.live import status_of
    from layers.selectors import catalogue

    now = NOW + timedelta(minutes=minute)
    poll(city, folder, now)
    return {e["feature"]: e["state"] for e in status_of(catalogue().layer(LAYER), now)}


def log_length(store: Store) -> int:
    with psycopg.connect(store.url) as connection:
        return int(connection.execute("SELECT count(*) FROM layers_statusentry").fetchone()[0])  # type: ignore[index]


def test_a_new_image_is_kept_with_its_digest(
    store: Store, site: Site, home_city: City, tmp_path: Path
) -> None:
    from layers.services.cameras import known

    one = camera(store, site.put("/a.jpg", picture(1)))
    assert poll(home_city, tmp_path) == {one: "ok"}
    row = known("river_cameras")[one]
    assert (tmp_path / row.path).read_bytes() == picture(1)
    assert (row.media_type, row.width, row.fetched_at) == ("image/jpeg", 64, NOW)


def test_the_log_tells_changes_only(store: Store, site: Site, home_city: City, tmp_path: Path) -> None:
    one = camera(store, site.url + "/a.jpg")
    for minute in range(3):
        site.put("/a.jpg", picture(minute))
        assert poll(home_city, tmp_path, minute) == {one: "ok"}
    assert log_length(store) == 1


def test_the_same_image_again_and_again_is_stale(
    store: Store, site: Site, home_city: City, tmp_path: Path
) -> None:
    one = camera(store, site.put("/a.jpg", picture(), ETag='"1"'))
    states = [poll(home_city, tmp_path, minute)[one] for minute in (0, 1, 2, 3, 4, 5, 6, 19, 20)]
    assert states == ["ok"] * 8 + ["stale"]
    site.put("/a.jpg", picture(200), ETag='"2"')
    assert poll(home_city, tmp_path, 25) == {one: "ok"}


def test_an_image_that_was_taken_long_ago_is_stale(
    store: Store, site: Site, home_city: City, tmp_path: Path
) -> None:
    old = format_datetime(NOW - timedelta(hours=2), usegmt=True)
    one = camera(store, site.put("/a.jpg", picture(), Last_Modified=old))
    assert poll(home_city, tmp_path) == {one: "stale"}


def test_a_dead_camera_is_down_and_its_last_good_image_stays(
    store: Store, site: Site, home_city: City, tmp_path: Path
) -> None:
    one = camera(store, site.put("/a.jpg", picture(7)))
    poll(home_city, tmp_path)
    site.put("/a.jpg", b"gone", status=500)
    assert [poll(home_city, tmp_path, m)[one] for m in (1, 2, 3)] == ["ok", "ok", "down"]
    assert [p.read_bytes() for p in tmp_path.glob("*.jpg")] == [picture(7)]
    site.put("/a.jpg", picture(9))
    assert poll(home_city, tmp_path, 4) == {one: "ok"}


def test_one_bad_camera_does_not_trouble_the_others(
    store: Store, site: Site, home_city: City, tmp_path: Path
) -> None:
    good, missing = (
        camera(store, site.put("/a.png", picture(driver="PNG"))),
        camera(store, site.url + "/none.jpg", "別"),
    )
    elsewhere = camera(store, "ftp://example.jp/a.jpg", "三")
    assert poll(home_city, tmp_path) == {good: "ok", missing: "down", elsewhere: "down"}


def test_a_private_address_that_the_city_does_not_name_is_not_asked(
    store: Store, site: Site, city: City, tmp_path: Path
) -> None:
    one = camera(store, site.put("/a.jpg", picture()))
    assert poll(city, tmp_path) == {one: "down"}
    assert site.asked == []


def test_a_camera_that_is_gone_leaves_no_image(
    store: Store, site: Site, home_city: City, tmp_path: Path
) -> None:
    camera(store, site.put("/a.jpg", picture()))
    poll(home_city, tmp_path)
    with psycopg.connect(store.url) as connection:
        connection.execute("DELETE FROM layer.river_cameras")
    poll(home_city, tmp_path, 1)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("driver", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_told_by_what_they_are(tmp_path: Path, driver: str) -> None:
    from etl.feeds.images import check_picture

    path = tmp_path / "x"
    path.write_bytes(picture(5, driver))
    assert check_picture(path).media_type == f"image/{driver.lower()}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>camera offline</html>",
        b"\xff\xd8\xff" + b"x" * 50 + b"\xff\xd9",
        picture()[:-40],
        picture(driver="PNG")[:-40],
        picture(driver="WEBP")[:1000],
    ],
    ids=["empty", "page", "no picture inside", "cut JPEG", "cut PNG", "cut WebP"],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    from etl.feeds.images import check_picture

    path = tmp_path / "x.jpg"
    path.write_bytes(data)
    with pytest.raises(BadInput):
        check_picture(path)

"""Watched folders: what is left there is loaded, laid aside with its report, and cannot reach outside."""

import json
import os
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from etl.sources.home import Home
from etl.sources.reader import write_source
from gis_core.city import City
from tests.conftest import Store
from tests.etl.test_sources import ROWS

LATER = 120.0


@pytest.fixture
def home(store: Store, tmp_path: Path, city: City) -> Home:
    made = Home(tmp_path / "home", city)
    (made.inbox / "general_affairs").mkdir(parents=True)
    return made


def put(home: Home, name: str, text: str = ROWS, folder: str = "general_affairs") -> Path:
    path = home.inbox / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def source(home: Home, **more: Any) -> None:
    raw = {"id": "places", "layer": "facilities", "department": "general_affairs", "title": {"ja": "施設"}}
    write_source({**raw, "file": "施設*.csv", **more}, home.sources)


def watch(home: Home, **more: Any) -> list[Any]:
    from etl.folders import watch

    return watch(home, **{"now": time.time() + LATER, **more})


def laid(home: Home, place: str, folder: str = "general_affairs") -> list[str]:
    """The names in `done` or `refused`, without their moment."""
    found = home.inbox / folder / place
    return sorted(path.name.split("_", 1)[1] for path in found.iterdir()) if found.is_dir() else []


def report(home: Home, place: str) -> Any:
    (path,) = (home.inbox / "general_affairs" / place).glob("*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_file_of_a_source_is_staged_and_laid_aside_with_its_report(home: Home) -> None:
    from layers.models import Load

    source(home)
    put(home, "施設一覧.csv")
    assert [outcome.state for outcome in watch(home)] == ["loaded"]
    assert laid(home, "done") == ["施設一覧.csv", "施設一覧.csv.json"]
    load = Load.objects.get()
    assert (load.state, load.actor, load.file) == ("awaiting_approval", "source:places", "施設一覧.csv")
    assert report(home, "done")["load"] == load.pk
    assert watch(home) == []


def test_a_source_may_publish(home: Home) -> None:
    source(home, publish=True)
    put(home, "施設.csv")
    assert watch(home)[0].report["state"] == "published"


def test_a_file_is_left_until_it_has_not_changed_for_a_minute(home: Home) -> None:
    source(home)
    path = put(home, "施設.csv")
    os.utime(path, (0, 0))
    assert watch(home, now=time.time()) == []
    put(home, "施設.csv.part")
    put(home, "~$施設.csv")
    put(home, ".施設.csv")
    assert len(watch(home)) == 1


def test_a_name_from_macos_is_known(home: Home) -> None:
    source(home, file="ごみ*.CSV")
    put(home, unicodedata.normalize("NFD", "ごみ一覧.csv"))
    assert watch(home)[0].state == "loaded"


def test_a_file_without_a_source_goes_to_the_layer_that_it_clearly_is_for(home: Home) -> None:
    from layers.models import Load

    text = "名称,名称_カナ,所在地_連結表記,電話番号,利用可能曜日,バリアフリー情報,緯度,経度\n本館,ホンカン,大田原市本町1-4,0287-23-1111,月火,有,36.871,140.016\n"
    put(home, "list.csv", text)
    assert watch(home)[0].state == "loaded"
    assert (Load.objects.get().layer_id, Load.objects.get().actor) == ("facilities", "folder:general_affairs")


def test_a_file_that_is_for_no_layer_is_refused_with_its_remedy(home: Home) -> None:
    from layers.source_runs import runs

    put(home, "謎.csv", "あ,い\n1,2\n")
    put(home, "空.csv", "")
    assert {outcome.state for outcome in watch(home)} == {"refused"}
    assert laid(home, "refused") == ["空.csv", "空.csv.json", "謎.csv", "謎.csv.json"]
    told = runs(department="general_affairs")
    assert len(told) == 2
    assert all(run.message is not None and "machizu source remember" in run.message.ja for run in told)


def test_two_sources_that_fit_are_none(home: Home) -> None:
    source(home)
    source(home, id="others", file="*一覧.csv")
    put(home, "施設一覧.csv")
    assert watch(home)[0].state == "refused"
    assert "others、places" in report(home, "refused")["message"]["ja"]


def test_a_file_that_the_store_refuses_is_laid_aside_with_all_that_was_found(home: Home) -> None:
    source(home)
    put(home, "施設.csv", "名称,緯度,経度\n甲,0,0\n")
    assert watch(home)[0].state == "refused"
    assert report(home, "refused")["state"] == "rejected"


def test_links_are_not_followed(home: Home, tmp_path: Path) -> None:
    source(home)
    secret = tmp_path / "secret.csv"
    secret.write_text(ROWS, encoding="utf-8")
    inbox = home.inbox / "general_affairs"
    (inbox / "施設.csv").symlink_to(secret)
    os.mkfifo(inbox / "施設2.csv")
    assert [outcome.state for outcome in watch(home)] == ["refused", "refused"]
    assert secret.read_text(encoding="utf-8") == ROWS
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (inbox / "done").symlink_to(elsewhere)
    put(home, "施設3.csv")
    assert watch(home)[0].state == "loaded"
    assert list(elsewhere.iterdir()) == []
    assert "施設3.csv" in laid(home, "done")


def test_the_parts_of_a_shapefile_go_together(home: Home) -> None:
    import geopandas as gpd
    import shapely

    source(home, file="施設*.shp")
    points = shapely.points([140.016, 140.017], [36.871, 36.872])
    frame = gpd.GeoDataFrame({"名称": ["本館", "別館"]}, geometry=points, crs="EPSG:6668")
    frame.to_file(home.inbox / "general_affairs" / "施設.shp", encoding="utf-8")
    outcomes = watch(home)
    assert [outcome.report["rows"]["accepted"] for outcome in outcomes] == [2]
    assert {"施設.shp", "施設.dbf", "施設.shx"} <= set(laid(home, "done"))


def test_a_source_may_have_a_folder_of_its_own_and_long_names_fit(home: Home) -> None:
    source(home, folder="shared/places", file="*")
    put(home, "あ" * 80 + ".csv", folder="shared/places")
    assert watch(home)[0].state == "loaded"
    assert all(len(path.name.encode()) <= 255 for path in (home.inbox / "shared/places/done").iterdir())


def test_one_source_can_be_run_by_hand_at_once(home: Home) -> None:
    from etl.sources.reader import source_named

    source(home)
    put(home, "施設.csv")
    put(home, "謎.csv", "あ,い\n1,2\n")
    only = source_named("places", home.sources)
    assert [outcome.state for outcome in watch(home, now=float("inf"), only=only)] == ["loaded"]
    assert (home.inbox / "general_affairs" / "謎.csv").exists()

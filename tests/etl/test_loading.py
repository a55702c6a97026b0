"""From a file to the layer store, in a real PostGIS."""

from typing import Any

import pytest

from gis_core.city import City
from gis_core.errors import BadInput, NotFound
from tests.conftest import Store
from tests.etl.conftest import Write

TEXT = "ID,名称,緯度,経度\n1,本館,36.871,140.016\n2,別館,36.872,140.017\n3,,36.873,140.018\n"


def load(path: Any, city: City, mode: str = "publish", layer: str = "facilities") -> dict[str, Any]:
    from etl.loading import load

    done = load(path, layer, city=city, actor="staff", mode=mode, encoding=None, crs=None, sheet=None)  # type: ignore[arg-type]
    return done.as_dict()


def count(layer: str = "facilities") -> int:
    from layers import selectors

    return selectors.catalogue().layer(layer).feature_count


def test_a_file_is_published_and_twice_changes_nothing(store: Store, city: City, write: Write) -> None:
    first = load(write(TEXT), city)
    assert first["rows"] == {"read": 3, "accepted": 2, "rejected": 1}
    assert first["diff"] == {"added": 2, "changed": 0, "removed": 0, "unchanged": 0}
    assert (first["state"], isinstance(first["load"], int)) == ("published", True)
    again = load(write(TEXT), city)
    assert again["diff"] == {"added": 0, "changed": 0, "removed": 0, "unchanged": 2}
    changed = load(write(TEXT.replace("別館", "新館").replace("1,本館,36.871,140.016\n", "")), city)
    assert changed["diff"] == {"added": 0, "changed": 1, "removed": 1, "unchanged": 0}


def test_a_dry_run_leaves_the_store_alone(store: Store, city: City, write: Write) -> None:
    report = load(write(TEXT), city, mode="dry_run")
    assert (report["load"], report["state"], report["diff"]["added"]) == (None, "checked", 2)
    assert count() == 0


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "ID,緯度,経度\n9,36.871,140.016\n", "名称,緯度,経度\n甲,0,0\n"]
)
def test_a_useless_file_leaves_the_layer_as_it_was(store: Store, city: City, write: Write, text: str) -> None:
    load(write(TEXT), city)
    with pytest.raises(BadInput, match=r"場所\.csv"):
        load(write(text), city)
    assert count() == 2


def test_an_unknown_layer_is_said(store: Store, city: City, write: Write) -> None:
    with pytest.raises(NotFound):
        load(write(TEXT), city, layer="ghosts")
    with pytest.raises(BadInput, match="raster add"):
        load(write(TEXT), city, layer="flood_depth")


def test_every_type_of_value_reaches_the_table(store: Store, city: City, write: Write) -> None:
    text = (
        "ID,イベント名,開始日,終了日,開始時間,終了時間,緯度,経度\n"
        "E1,夏祭り,令和8年8月1日,2026/8/2,午前9時,24:00,36.871,140.016\n"
    )
    report = load(write(text), city, layer="events")
    assert (report["rows"]["accepted"], report["state"]) == (1, "published")

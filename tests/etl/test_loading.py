"""From a file to the layer store, in a real PostGIS."""

from typing import Any

import pytest

from gis_core.city import City
from gis_core.errors import BadInput, NotFound
from tests.conftest import Store
from tests.etl.conftest import Write

TEXT = "ID,名称,緯度,経度\n1,本館,36.871,140.016\n2,別館,36.872,140.017\n3,,36.873,140.018\n"


def load(
    path: Any, city: City, mode: str = "publish", layer: str = "facilities", **more: Any
) -> dict[str, Any]:
    from etl.loading import load

    done = load(path, layer, city=city, actor="staff", mode=mode, **more)  # type: ignore[arg-type]
    return done.as_dict()


def many(amount: int) -> str:
    rows = (f"{n},施設{n},36.87{n:04d},140.01{n:04d}\n" for n in range(amount))
    return "ID,名称,緯度,経度\n" + "".join(rows)


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


def test_the_layers_rules_are_part_of_the_report(store: Store, city: City, write: Write) -> None:
    text = "ID,名称,緯度,経度,開始時間,終了時間\n1,本館,36.871,140.016,9:00,8:00\n2,本館,36.8711,140.016,9:00,17:00\n"
    report = load(write(text), city)
    found = {(issue["row"], issue["column"], issue["rule"]): issue["severity"] for issue in report["issues"]}
    assert found[2, "開始時間", "fields.order"] == found[3, "名称", "duplicate.near"] == "warning"
    assert report["rows"] == {"read": 2, "accepted": 2, "rejected": 0}


def test_a_row_that_a_rule_refuses_is_kept_as_it_came(store: Store, city: City, write: Write) -> None:
    from layers.models import QuarantinedRow
    from layers.services.registry import register_layer
    from tests.etl.conftest import layer

    register_layer(layer(rules=[{"rule": "unique", "fields": ["remarks"]}], limits={"rejected_share": 0.5}))
    text = "ID,名称,備考,緯度,経度\n\n1,甲,済,36.871,140.016\n2,乙,済 ,36.872,140.017\n"
    report = load(write(text), city, mode="stage", layer="places")
    assert report["rows"] == {"read": 2, "accepted": 1, "rejected": 1}
    kept = QuarantinedRow.objects.get()
    assert kept.values == {"ID": "2", "名称": "乙", "備考": "済 ", "緯度": "36.872", "経度": "140.017"}
    assert (kept.row, [issue["rule"] for issue in kept.issues]) == (4, ["value.rewritten", "duplicate.key"])


def test_a_refused_delivery_still_reports_and_is_recorded(store: Store, city: City, write: Write) -> None:
    from etl.report import DeliveryRefused
    from layers.models import Load

    load(write(many(30)), city)
    with pytest.raises(DeliveryRefused, match="allow-removal") as refused:
        load(write(many(2)), city)
    report = refused.value.report.as_dict()
    assert (report["state"], report["diff"]["removed"]) == ("rejected", 28)
    assert report["issues"][0]["rule"] == "delivery.removed_share"
    assert Load.objects.get(pk=report["load"]).state == "rejected"
    assert count() == 30
    assert load(write(many(2)), city, allow_removal=True)["state"] == "published"

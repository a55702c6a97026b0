import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shapely
from openpyxl import load_workbook

from data_samples import standard
from data_samples.city import City
from data_samples.delivery import REMARK, Delivery
from data_samples.departments.public import FAULTS, FIRST_OF_KEY, FIRST_OF_ROW
from data_samples.projection import geometry_to_degrees

Deliveries = dict[str, Delivery]
ENCODINGS = {
    "evacuation_sites": "cp932",
    "evacuation_shelters": "cp932",
    "facilities": "utf-8-sig",
    "aed": "utf-8",
    "medical_institutions": "cp932",
    "radiation_readings": "utf-8-sig",
    "river_levels": "utf-8-sig",
    "distribution_points": "cp932",
    "damage_reports": "cp932",
}
ROWS = {
    "evacuation_sites": 100,
    "evacuation_shelters": 86,
    "facilities": 320,
    "aed": 140,
    "medical_institutions": 75,
    "radiation_readings": 40,
    "river_levels": 8,
    "distribution_points": 10,
    "damage_reports": 6,
}


def rows_of(delivery: Delivery) -> list[dict[str, str]]:
    text = delivery.path.read_bytes().decode(ENCODINGS[delivery.layer])
    return list(csv.DictReader(text.splitlines()))


def sheet_of(path: Path) -> list[tuple[Any, ...]]:
    return list(load_workbook(path).active.iter_rows(values_only=True))


@pytest.mark.parametrize("layer", ENCODINGS)
def test_a_csv_has_the_encoding_and_the_rows_it_is_meant_to_have(deliveries: Deliveries, layer: str) -> None:
    assert len(rows_of(deliveries[layer])) == ROWS[layer]
    assert deliveries[layer].path.read_bytes().startswith(b"\xef\xbb\xbf") == (
        ENCODINGS[layer] == "utf-8-sig"
    )


@pytest.mark.parametrize("layer", ["evacuation_sites", "medical_institutions"])
def test_a_cp932_file_is_not_utf8_and_ends_its_lines_as_windows_does(
    deliveries: Deliveries, layer: str
) -> None:
    data = deliveries[layer].path.read_bytes()
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert data.count(b"\r\n") == data.count(b"\n") == ROWS[layer] + 1


@pytest.mark.parametrize("layer", ENCODINGS)
def test_every_row_says_that_it_is_a_sample(deliveries: Deliveries, layer: str) -> None:
    assert all(row["備考"].startswith(REMARK) for row in rows_of(deliveries[layer]))


def test_the_columns_are_those_of_the_municipal_standard(deliveries: Deliveries) -> None:
    for layer, columns, count in (
        ("evacuation_sites", standard.EVACUATION_SITES, 39),
        ("facilities", standard.FACILITIES, 29),
        ("aed", standard.AED, 39),
        ("medical_institutions", standard.HOSPITALS, 38),
    ):
        assert tuple(rows_of(deliveries[layer])[0]) == columns
        assert len(columns) == count


@pytest.mark.parametrize("layer", [layer for layer in ENCODINGS if layer != "facilities"])
def test_every_point_stands_inside_the_sample_city(deliveries: Deliveries, city: City, layer: str) -> None:
    boundary = geometry_to_degrees(city.outline)
    points = [(float(row["経度"]), float(row["緯度"])) for row in rows_of(deliveries[layer])]
    assert shapely.contains_xy(boundary, points).all()


def test_a_site_under_half_a_metre_of_water_is_for_floods_only_upstairs(
    deliveries: Deliveries, city: City
) -> None:
    sites = {facility.name: facility for facility in city.facilities}
    wet = [
        row
        for row in rows_of(deliveries["evacuation_sites"])
        if city.depth_at(sites[row["名称"]].point) >= 0.5
    ]
    assert wet
    assert all(row["災害種別_洪水"] == "" or "2階以上" in row["備考"] for row in wet)


def test_hazard_flags_are_one_or_empty_and_an_inland_city_has_no_sea(deliveries: Deliveries) -> None:
    rows = rows_of(deliveries["evacuation_sites"])
    assert {row[hazard] for row in rows for hazard in standard.HAZARDS} == {"1", ""}
    assert not any(row["災害種別_高潮"] or row["災害種別_津波"] for row in rows)


def test_most_shelters_are_evacuation_sites_too(deliveries: Deliveries) -> None:
    sites = {row["名称"] for row in rows_of(deliveries["evacuation_sites"]) if row["指定避難所との重複"]}
    shared = [
        row for row in rows_of(deliveries["evacuation_shelters"]) if row["指定緊急避難場所との住所同一"]
    ]
    assert {row["施設・場所名"] for row in shared} == sites
    assert len(shared) > 0.8 * ROWS["evacuation_shelters"]


def test_the_note_says_which_rows_are_faulty_and_they_are(deliveries: Deliveries, city: City) -> None:
    by_row = dict(enumerate(rows_of(deliveries["facilities"]), 2))
    bad = {rule: by_row[number] for number, rule in FAULTS.items()}
    assert all(f"row {number} {rule}" in deliveries["facilities"].note for number, rule in FAULTS.items())
    assert bad["required.missing"]["名称"] == ""
    assert float(bad["coordinates.swapped"]["緯度"]) > 139
    assert float(bad["coordinates.outside_japan"]["経度"]) < 122
    assert bad["coordinates.missing"]["緯度"] == bad["coordinates.missing"]["経度"] == ""
    assert bad["coordinates.zero"]["緯度"] == bad["coordinates.zero"]["経度"] == "0"
    assert 35 < float(bad["coordinates.outside_city"]["緯度"]) < 36
    assert bad["duplicate.key"]["ID"] == by_row[FIRST_OF_KEY]["ID"]
    assert bad["duplicate.key"]["名称"] != by_row[FIRST_OF_KEY]["名称"]
    assert bad["duplicate.row"] == by_row[FIRST_OF_ROW]


def test_all_other_facilities_are_sound(deliveries: Deliveries, city: City) -> None:
    rows = [row for number, row in enumerate(rows_of(deliveries["facilities"]), 2) if number not in FAULTS]
    points = [(float(row["経度"]), float(row["緯度"])) for row in rows]
    assert shapely.contains_xy(geometry_to_degrees(city.outline), points).all()
    assert len({row["ID"] for row in rows}) == len(rows)
    assert all(row["名称"] for row in rows)


def test_the_wireless_book_has_a_title_above_its_header_and_wide_figures(deliveries: Deliveries) -> None:
    title, date, header, *rows = sheet_of(deliveries["wifi_hotspots"].path)
    assert "避難には使えません" in title[0]
    assert date[0] == "令和８年７月１日現在"
    assert header == standard.WIFI
    assert len(rows) == 45
    assert all("０２８７" in row[header.index("電話番号")] for row in rows)


def test_event_dates_are_written_in_many_styles_within_the_fiscal_year(deliveries: Deliveries) -> None:
    header, *rows = sheet_of(deliveries["events"].path)
    starts = [row[header.index("開始日")] for row in rows]
    assert len(rows) == 60
    assert any(isinstance(start, dt.datetime) for start in starts)
    texts = [start for start in starts if isinstance(start, str)]
    for part in ("令和8年", "R8.", "令和８年", "（", "2026/", "令和9年", "R9."):
        assert any(part in text for text in texts), part


def test_one_gauge_has_no_reading_which_is_not_zero(deliveries: Deliveries) -> None:
    missing = [row for row in rows_of(deliveries["river_levels"]) if row["状態"] == "欠測"]
    assert [row["水位(m)"] for row in missing] == [""]

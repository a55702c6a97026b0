"""健康政策課: invented medical institutions, CP932."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from data_samples.city import City
from data_samples.delivery import REMARK, Delivery, rng
from data_samples.facilities import block, telephone
from data_samples.projection import to_degrees
from data_samples.standard import CITY_NAME, HOSPITALS, identity
from data_samples.tables import Row, write_csv

DEPARTMENT: Final = "健康政策課"
KINDS: Final = (
    ("病院", "中央病院", "チュウオウビョウイン", "Hospital", "内科;外科;整形外科;小児科", 180, 4),
    ("有床診療所", "外科医院", "ゲカイイン", "Surgery Clinic", "外科;整形外科", 15, 5),
    ("無床診療所", "内科医院", "ナイカイイン", "Medical Clinic", "内科", 0, 20),
    ("無床診療所", "こどもクリニック", "コドモクリニック", "Children's Clinic", "小児科", 0, 8),
    ("無床診療所", "眼科", "ガンカ", "Eye Clinic", "眼科", 0, 6),
    ("無床診療所", "皮膚科", "ヒフカ", "Skin Clinic", "皮膚科", 0, 5),
    ("無床診療所", "整形外科クリニック", "セイケイゲカクリニック", "Orthopaedic Clinic", "整形外科", 0, 5),
    ("無床診療所", "歯科医院", "シカイイン", "Dental Clinic", "歯科", 0, 22),
)
"""Kind, ending of the name in three scripts, departments, beds, how many."""


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write 医療機関一覧.csv: 75 rows."""
    chance = np.array([town.weight for town in city.towns]) ** 1.3
    rows: list[Row] = []
    for kind in KINDS:
        random = rng(f"medical {kind[1]}")
        towns = random.choice(len(city.towns), kind[-1], replace=False, p=chance / chance.sum())
        rows += [
            _institution(city, len(rows) + i, int(town), kind, random) for i, town in enumerate(towns, 1)
        ]
    path = write_csv(folder / DEPARTMENT / "医療機関一覧.csv", HOSPITALS, rows, "cp932")
    return [Delivery(path, "medical_institutions", DEPARTMENT, note="CP932, CRLF")]


def _institution(
    city: City,
    number: int,
    index: int,
    kind: tuple[str, str, str, str, str, int, int],
    random: np.random.Generator,
) -> Row:
    town, point = city.towns[index], city.placer.near(index, random)
    lon, lat = to_degrees(point)[0]
    street = block(random, town.urban)
    return {
        "全国地方公共団体コード": "092100",
        "ID": identity("HH", number),
        "地方公共団体名": CITY_NAME,
        "名称": f"{town.name}{kind[1]}",
        "名称_カナ": f"{town.kana}{kind[2]}",
        "名称_英字": f"{town.roma} {kind[3]}",
        "医療機関の種類": kind[0],
        "所在地_全国地方公共団体コード": "092100",
        "所在地_連結表記": f"{CITY_NAME}{town.name}{street}",
        "所在地_都道府県": "栃木県",
        "所在地_市区町村": "大田原市",
        "所在地_町字": town.name,
        "所在地_番地以下": street,
        "緯度": f"{lat:.6f}",
        "経度": f"{lon:.6f}",
        "電話番号": telephone(5000 + number),
        "郵便番号": "3240000",
        "診療曜日": "月火水木金" if number % 3 else "月火水金土",
        "診療開始時間": "9:00",
        "診療終了時間": "18:00" if number % 2 else "17:30",
        "診療日時特記事項": "祝日休診",
        "診療科目": kind[4],
        "病床数": kind[5],
        "災害拠点分類": "災害拠点病院" if number == 1 else "",
        "備考": REMARK,
    }

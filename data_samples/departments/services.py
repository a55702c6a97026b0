"""消防本部 and 生活環境課: AED in UTF-8, radiation readings in UTF-8 with BOM."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data_samples.city import City
from data_samples.delivery import REMARK, Delivery, rng
from data_samples.departments.evacuation import pick
from data_samples.facilities import Facility
from data_samples.standard import AED, identity, place_cells
from data_samples.tables import Row, write_csv

FIRE: Final = "消防本部"
ENVIRONMENT: Final = "生活環境課"
AED_PLACES: Final = {
    "庁舎": 9, "小学校": 20, "中学校": 9, "公民館": 34, "体育館": 8, "図書館": 3, "福祉施設": 7, "文化施設": 3,
    "観光施設": 4, "保育園": 18, "児童館": 8, "集会所": 17,
}  # fmt: skip
READING_PLACES: Final = {"庁舎": 5, "小学校": 12, "公園": 13, "公民館": 10}
READING_COLUMNS: Final = (
    "測定地点番号", "測定地点名", "所在地", "緯度", "経度", "測定日", "測定時刻", "測定高さ(cm)",
    "空間放射線量率(μSv/h)", "測定器", "天候", "地表面の状態", "備考",
)  # fmt: skip


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write AED設置箇所一覧.csv (140 rows) and 放射線量測定結果.csv (40 rows)."""
    aed = [_aed(number, place) for number, place in enumerate(pick(city.facilities, AED_PLACES), 1)]
    readings = [
        _reading(number, place) for number, place in enumerate(pick(city.facilities, READING_PLACES), 1)
    ]
    return [
        Delivery(
            write_csv(folder / FIRE / "AED設置箇所一覧.csv", AED, aed, "utf-8", "\n"),
            "aed",
            FIRE,
            note="UTF-8 without BOM, LF",
        ),
        Delivery(
            write_csv(folder / ENVIRONMENT / "放射線量測定結果.csv", READING_COLUMNS, readings, "utf-8-sig"),
            "radiation_readings",
            ENVIRONMENT,
            note="UTF-8 BOM; μSv/h at 100 cm, at schools 50 cm",
        ),
    ]


def _aed(number: int, place: Facility) -> Row:
    return {
        **place_cells(place),
        "ID": identity("FF", number),
        "設置位置": ("1階玄関", "事務室前", "職員室前廊下", "受付横")[number % 4],
        "団体名": "大田原市",
        "利用可能日時特記事項": "施設の開いている時間に限る" if number % 5 == 0 else "",
        "小児対応設備の有無": "無" if number % 6 == 0 else "有",
    }


def _reading(number: int, place: Facility) -> Row:
    random = rng(f"radiation {place.name}")
    return {
        "測定地点番号": number,
        "測定地点名": place.name,
        "所在地": place.address,
        "緯度": f"{place.lat:.6f}",
        "経度": f"{place.lon:.6f}",
        "測定日": f"2026/7/{6 + number % 4}",
        "測定時刻": f"{9 + number % 6}:{number % 6}0",
        "測定高さ(cm)": 50 if place.kind == "小学校" else 100,
        "空間放射線量率(μSv/h)": f"{random.gamma(9, 0.007) + 0.02:.3f}",
        "測定器": "シンチレーション式サーベイメータ",
        "天候": "晴れ" if number % 3 else "曇り",
        "地表面の状態": "土" if place.kind in ("公園", "小学校") else "舗装",
        "備考": REMARK,
    }

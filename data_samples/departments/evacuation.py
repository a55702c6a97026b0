"""危機管理課: emergency evacuation sites and shelters, as two CP932 files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data_samples.city import CODE, City
from data_samples.delivery import REMARK, Delivery, rng
from data_samples.facilities import Facility
from data_samples.standard import CITY_NAME, EVACUATION_SITES, HAZARDS, identity, place_cells
from data_samples.tables import Row, write_csv

DEPARTMENT: Final = "危機管理課"
SITES: Final = {"小学校": 20, "中学校": 9, "公民館": 34, "集会所": 16, "体育館": 8, "公園": 13}
SHELTERS: Final = {"小学校": 20, "中学校": 9, "公民館": 34, "集会所": 10, "体育館": 8, "福祉施設": 5}
SIZE: Final = {
    "小学校": 620,
    "中学校": 780,
    "公民館": 160,
    "集会所": 70,
    "体育館": 900,
    "公園": 1500,
    "福祉施設": 60,
}
WET: Final = 0.5
"""Metres: from here on the ground floor is lost (the 0.5 m class of the national hazard-map legend)."""
TALL: Final = ("小学校", "中学校")
SHELTER_COLUMNS: Final = (
    "NO", "共通ID", "都道府県名及び市町村名", "施設・場所名", "施設・場所名_カナ", "施設・場所名_英語", "住所",
    "指定緊急避難場所との住所同一", "その他市町村長が必要と認める事項", "受入対象者", "緯度", "経度", "電話番号",
    "想定収容人数", "避難所タイプ", "ペット同行避難", "バリアフリートイレ", "車椅子使用者用スロープ", "非常用電源",
    "備蓄倉庫", "開設状況", "備考",
)  # fmt: skip


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write 指定緊急避難場所.csv (standard's 39 columns) and 指定避難所.csv (national list's columns and more)."""
    sites, shelters = pick(city.facilities, SITES), pick(city.facilities, SHELTERS)
    site_rows = [_site(city, number, site, site in shelters) for number, site in enumerate(sites, 1)]
    shelter_rows = [_shelter(number, shelter, shelter in sites) for number, shelter in enumerate(shelters, 1)]
    return [
        Delivery(
            write_csv(folder / DEPARTMENT / "指定緊急避難場所.csv", EVACUATION_SITES, site_rows, "cp932"),
            "evacuation_sites",
            DEPARTMENT,
            note="CP932, CRLF, 自治体標準オープンデータセット No.03",
        ),
        Delivery(
            write_csv(folder / DEPARTMENT / "指定避難所.csv", SHELTER_COLUMNS, shelter_rows, "cp932"),
            "evacuation_shelters",
            DEPARTMENT,
            note="CP932, CRLF, 国土地理院 指定避難所の項目に収容人数などを加えた表",
        ),
    ]


def pick(facilities: list[Facility], counts: dict[str, int]) -> list[Facility]:
    """Return the first so many facilities of each kind."""
    return [
        facility
        for kind, count in counts.items()
        for facility in [each for each in facilities if each.kind == kind][:count]
    ]


def _site(city: City, number: int, site: Facility, shelter: bool) -> Row:
    depth = city.depth_at(site.point)
    upstairs = depth >= WET and site.kind in TALL and depth < 3
    flags = _flags(site, depth < WET or upstairs, depth < WET, not city.slides_at(site.point))
    return {
        **place_cells(site),
        "ID": identity("CC", number),
        "標高": f"{city.height_at(site.point):.1f}",
        "電話番号": "(0287)" + site.phone[5:],
        "市区町村コード": CODE,
        **dict(zip(HAZARDS, ("1" if flag else "" for flag in flags), strict=True)),
        "指定避難所との重複": "1" if shelter else "",
        "想定収容人数": _capacity(site),
        "対象となる町会・自治会": f"{site.town.base}自治会;{site.town.base}東自治会",
        "画像_ライセンス": "",
        "備考": REMARK + ("。洪水のときは2階以上" if upstairs else ""),
    }


def _flags(site: Facility, flood: bool, inland: bool, slide: bool) -> tuple[bool, ...]:
    """Return the eight kinds in the law's order; an inland city has no storm surge and no tsunami."""
    open_air = site.kind in ("公園", "小学校", "中学校")
    return flood, slide, False, True, False, open_air, inland, site.kind in TALL


def _capacity(facility: Facility) -> int:
    return int(SIZE[facility.kind] * rng(f"capacity {facility.name}").uniform(0.7, 1.4)) // 10 * 10


def _shelter(number: int, shelter: Facility, site: bool) -> Row:
    random = rng(f"shelter {shelter.name}")
    welfare = shelter.kind == "福祉施設"

    def mark(chance: float) -> str:
        return "○" if random.random() < chance else "×"

    return {
        "NO": number,
        "共通ID": f"E{CODE[:5]}{90000 + number}1{2 if welfare else 1}1",
        "都道府県名及び市町村名": CITY_NAME,
        "施設・場所名": shelter.name,
        "施設・場所名_カナ": shelter.kana,
        "施設・場所名_英語": shelter.english,
        "住所": shelter.address,
        "指定緊急避難場所との住所同一": "1" if site else "",
        "その他市町村長が必要と認める事項": "",
        "受入対象者": "高齢者、障害者、妊産婦、乳幼児とその家族" if welfare else "",
        "緯度": f"{shelter.lat:.6f}",
        "経度": f"{shelter.lon:.6f}",
        "電話番号": shelter.phone,
        "想定収容人数": f"{_capacity(shelter):,}",
        "避難所タイプ": "福祉" if welfare else "一般",
        "ペット同行避難": mark(0.6),
        "バリアフリートイレ": mark(0.7),
        "車椅子使用者用スロープ": mark(0.75),
        "非常用電源": mark(0.5),
        "備蓄倉庫": mark(0.65),
        "開設状況": "未開設",
        "備考": REMARK,
    }

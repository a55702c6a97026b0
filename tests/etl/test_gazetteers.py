"""Gazetteers' files as they are published: what is read of them, and what is told when they are wrong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.gazetteers.wanted import ALL, Wanted, wanted
from gis_core.errors import BadInput
from tests.conftest import Store

OURS = wanted(["092100", "大田原市"])

ISJ_TOWN = """\
"都道府県コード","都道府県名","市区町村コード","市区町村名","大字町丁目コード","大字町丁目名","緯度","経度","原典資料コード","大字・字・丁目区分コード"
"09","栃木県","09210","大田原市","092100001001","元町一丁目","36.860437","140.032426","0","3"
"09","栃木県","09210","大田原市","092100002000","佐久山","36.799871","140.013271","0","1"
"09","栃木県","09407","那須郡那須町","094070001000","大字大島","37.12629","140.025826","0","1"
"""
ISJ_BLOCK = """\
"都道府県名","市区町村名","大字・丁目名","小字・通称名","街区符号・地番","座標系番号","Ｘ座標","Ｙ座標","緯度","経度","住居表示フラグ","代表フラグ","更新前履歴フラグ","更新後履歴フラグ"
"栃木県","大田原市","元町一丁目","","5","9","95000.1","17000.2","36.861","140.033","1","1","0","0"
"栃木県","大田原市","元町一丁目","","5","9","95100.1","17100.2","36.999","140.099","1","0","0","0"
"栃木県","大田原市","佐久山","","２０１８","9","88000.1","15000.2","36.8","140.014","0","1","0","0"
"栃木県","矢板市","荒井","","1","9","88000.1","15000.2","36.82","139.92","0","1","0","0"
"""
TOWN = """\
lg_code,machiaza_id,machiaza_type,pref,pref_kana,pref_roma,county,county_kana,county_roma,city,city_kana,city_roma,ward,ward_kana,ward_roma,oaza_cho,oaza_cho_kana,oaza_cho_roma,chome,chome_kana,chome_roma,chome_number,koaza,koaza_kana,koaza_roma,machiaza_dist,rsdt_addr_flg,efct_date,ablt_date
092100,0001001,2,栃木県,トチギケン,Tochigi,,,,大田原市,オオタワラシ,Otawara-shi,,,,元町,モトマチ,Motomachi,一丁目,１チョウメ,1chome,1,,,,,1,1947-04-17,
092100,0002000,1,栃木県,トチギケン,Tochigi,,,,大田原市,オオタワラシ,Otawara-shi,,,,佐久山,サクヤマ,Sakuyama,,,,,,,,,0,1947-04-17,
092100,0002101,3,栃木県,トチギケン,Tochigi,,,,大田原市,オオタワラシ,Otawara-shi,,,,佐久山,サクヤマ,Sakuyama,,,,,前坂,マエサカ,Maesaka,,0,1947-04-17,
092100,0009000,1,栃木県,トチギケン,Tochigi,,,,大田原市,オオタワラシ,Otawara-shi,,,,廃村,ハイソン,Haison,,,,,,,,,0,1947-04-17,2005-09-30
094072,0001000,1,栃木県,トチギケン,Tochigi,那須郡,ナスグン,Nasu-gun,那須町,ナスマチ,Nasu-machi,,,,大島,オオシマ,Oshima,,,,,,,,,0,1947-04-17,
"""
TOWN_POS = """\
lg_code,machiaza_id,rsdt_addr_flg,rep_lon,rep_lat,rep_srid,rep_scale,rep_src_code
092100,0001001,1,140.032426,36.860437,EPSG:6668,2500,1
092100,0002000,0,140.013271,36.799871,EPSG:6668,2500,1
094072,0001000,0,140.025826,37.12629,EPSG:6668,2500,1
"""
BLOCK = """\
lg_code,machiaza_id,blk_id,city,ward,oaza_cho,chome,koaza,machiaza_dist,blk_num,rsdt_addr_flg,rsdt_addr_mtd_code,status_flg,efct_date,ablt_date,src_code,remarks
092100,0001001,005,大田原市,,元町,一丁目,,,5,1,1,1,1965-01-01,,1,
"""
BLOCK_POS = """\
lg_code,machiaza_id,blk_id,rsdt_addr_flg,rsdt_addr_mtd_code,rep_lon,rep_lat,rep_srid,rep_scale,rep_src_code
092100,0001001,005,1,1,140.033,36.861,EPSG:6668,2500,1
"""
RESIDENCE = """\
lg_code,machiaza_id,blk_id,rsdt_id,rsdt2_id,city,ward,oaza_cho,chome,koaza,machiaza_dist,blk_num,rsdt_num,rsdt_num2,basic_rsdt_div,rsdt_addr_flg,rsdt_addr_mtd_code,status_flg,efct_date,ablt_date,src_code,remarks
092100,0001001,005,043,,大田原市,,元町,一丁目,,,5,43,,0,1,1,1,1965-01-01,,1,
"""
RESIDENCE_POS = """\
lg_code,machiaza_id,blk_id,rsdt_id,rsdt2_id,rsdt_addr_flg,rsdt_addr_mtd_code,rep_lon,rep_lat,rep_srid,rep_scale,rep_src_code,rsdt_addr_code_rdbl,rsdt_addr_data_mnt_date,basic_rsdt_div
092100,0001001,005,043,,1,1,140.0331,36.8611,EPSG:6668,2500,1,,2017-08-04,0
"""
PARCEL = """\
lg_code,machiaza_id,prc_id,city,ward,oaza_cho,chome,koaza,prc_num1,prc_num2,prc_num3,rsdt_addr_flg,prc_rec_flg,prc_area_code,efct_date,ablt_date,src_code,remarks,real_prop_num
092100,0002000,020180000300000,大田原市,,佐久山,,,2018,3,,0,1,,,,1,,
"""
PARCEL_POS = """\
lg_code,machiaza_id,prc_id,rep_lon,rep_lat,rep_srid,rep_scale,rep_src_code
092100,0002000,020180000300000,140.0141,36.8001,EPSG:6668,1000,1
"""

Put = Callable[..., list[Path]]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write files by name; `.zip` names are packed as they are distributed."""

    def write(**files: str) -> list[Path]:
        paths = []
        for name, text in files.items():
            encoding = "cp932" if name.startswith("isj") else "utf-8-sig"
            path = tmp_path / f"{name}.csv.zip"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(f"{name}.csv", text.replace("\n", "\r\n").encode(encoding))
            paths.append(path)
        return paths

    return write


def load(paths: list[Path], which: Wanted = OURS) -> Any:
    from etl.gazetteers.loading import load_gazetteer

    return load_gazetteer(paths, wanted=which, prefecture="栃木県", actor="tester")


def found(address: str) -> tuple[str, str, float, float]:
    from layers.gazetteer.locating import locate

    (match,) = locate([address])
    assert match is not None
    return match.level, match.source, round(match.lon, 6), round(match.lat, 6)


def test_position_reference_of_towns_and_blocks(store: Store, put: Put) -> None:
    done = load(put(isj_town=ISJ_TOWN, isj_block=ISJ_BLOCK))
    assert {key: (r.towns["added"], r.addresses["added"]) for key, r in done.items()} == {
        "isj_town": (2, 0),
        "isj_block": (2, 2),
    }
    assert found("大田原市元町1-5-43") == ("block", "isj_block", 140.033, 36.861)
    assert found("大田原市佐久山2018-3") == ("lot", "isj_block", 140.014, 36.8)
    assert found("大田原市佐久山1") == ("oaza", "isj_town", 140.013271, 36.799871)


def test_the_address_base_registry_joins_names_and_positions(store: Store, put: Put) -> None:
    files = put(
        mt_town_pref09=TOWN, mt_town_pos_pref09=TOWN_POS, mt_rsdtdsp_blk_pref09=BLOCK, mt_rsdtdsp_blk_pos_pref09=BLOCK_POS,
        mt_rsdtdsp_rsdt_pref09=RESIDENCE, mt_rsdtdsp_rsdt_pos_pref09=RESIDENCE_POS,
        mt_parcel_city092100=PARCEL, mt_parcel_pos_city092100=PARCEL_POS,
    )  # fmt: skip
    masters = [path for path in files if "_pos_" not in path.name]
    done = load(masters)
    assert done["abr_town"].without_position == 1, (
        "the 小字 has no position; what is abolished is not even counted"
    )
    assert found("大田原市元町1-5-43") == ("residence", "abr_residence", 140.0331, 36.8611)
    assert found("大田原市元町1-5-1") == ("block", "abr_block", 140.033, 36.861)
    assert found("大田原市佐久山2018番地3") == ("lot", "abr_parcel", 140.0141, 36.8001)
    again = load(masters)
    assert not any(n for r in again.values() for n in [*r.towns.values(), *r.addresses.values()])


def test_kana_and_town_id_come_from_the_registry(store: Store, put: Put) -> None:
    from layers.gazetteer.selectors import search

    load(put(mt_town_pref09=TOWN, mt_town_pos_pref09=TOWN_POS), ALL)
    (hit,) = search("さくや", 5)
    assert (hit["town"], hit["town_id"]) == ("佐久山", "0002000")
    assert search("那須町大島", 5)[0]["municipality"] == "栃木県那須郡那須町"


@pytest.mark.parametrize("which", [wanted(["094072"]), wanted(["那須町"]), wanted(["那須郡那須町"])])
def test_other_municipalities_are_named_by_code_or_name(store: Store, put: Put, which: Wanted) -> None:
    load(put(isj_town=ISJ_TOWN), which)
    assert found("那須町大島1")[0] == "oaza"
    load(put(mt_town_pref09=TOWN, mt_town_pos_pref09=TOWN_POS), which)
    assert found("那須町大島1")[1] == "abr_town"


def test_real_files_load(store: Store, shared: Path) -> None:
    files = sorted((shared / "data/otawara/addresses").glob("*.json"))
    assert len(files) == 8
    (done,) = load(files, ALL).values()
    assert done.towns["added"] == sum(len(json.loads(f.read_text(encoding="utf-8"))) for f in files)
    assert found("栃木県那須塩原市東町1-1")[0] == "oaza"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"unknown": "名称,住所\nA,B\n"}, "住所辞書のファイルではない"),
        ({"mt_town_pref09": TOWN}, "位置がありません"),
        ({"mt_town_pos_pref09": TOWN_POS}, "名前がありません"),
        ({"isj_town": ISJ_TOWN.replace("09210", "09999").replace("大田原市", "遠くの市")}, "対象の市区町村"),
        ({"isj_town": ISJ_TOWN.replace("36.860437", "north")}, "読めません"),
        ({"isj_block": ISJ_BLOCK.replace("代表フラグ", "代表")}, "列「代表フラグ」"),
        ({"mt_town_pref09": TOWN, "mt_town_pos_pref09": TOWN_POS.replace("6668", "4301")}, "座標系「EPSG:4301」"),
        ({"mt_town_pref09": TOWN, "mt_town_pos_pref09": TOWN_POS.replace("09", "08")}, "位置がありません"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_and_changes_nothing(
    store: Store, put: Put, files: dict[str, str], words: str
) -> None:
    from layers.gazetteer_models import GazetteerTown

    with pytest.raises(BadInput, match=words):
        load(put(**files))
    assert not GazetteerTown.objects.exists()

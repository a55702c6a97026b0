"""Columns of 自治体標準オープンデータセット (デジタル庁, 定義書 3.09 of 2026-08) and what every row shares."""

from __future__ import annotations

from typing import Final

from data_samples.city import CODE
from data_samples.delivery import REMARK
from data_samples.facilities import Facility

CITY_NAME: Final = "栃木県大田原市"
CONTACT: Final = (
    "電話番号",
    "内線番号",
    "連絡先メールアドレス",
    "連絡先FormURL",
    "連絡先備考（その他、SNSなど）",
    "郵便番号",
)
PLACE: Final = (
    "所在地_全国地方公共団体コード", "町字ID", "所在地_連結表記", "所在地_都道府県", "所在地_市区町村", "所在地_町字",
    "所在地_番地以下", "建物名等(方書)", "緯度", "経度",
)  # fmt: skip
OPEN: Final = ("利用可能曜日", "開始時間", "終了時間", "利用可能日時特記事項")
NAMES: Final = ("名称", "名称_カナ", "名称_英字")

FACILITIES: Final = (
    "全国地方公共団体コード", "ID", *NAMES, *PLACE, "種別", *CONTACT, *OPEN, "URL", "画像", "備考",
)  # fmt: skip
HAZARDS: Final = (
    "災害種別_洪水", "災害種別_崖崩れ、土石流及び地滑り", "災害種別_高潮", "災害種別_地震", "災害種別_津波",
    "災害種別_大規模な火事", "災害種別_内水氾濫", "災害種別_火山現象",
)  # fmt: skip
EVACUATION_SITES: Final = (
    "全国地方公共団体コード", "ID", *NAMES, *PLACE, "標高", *CONTACT, "市区町村コード", "地方公共団体名", *HAZARDS,
    "指定避難所との重複", "想定収容人数", "対象となる町会・自治会", "URL", "画像", "画像_ライセンス", "備考",
)  # fmt: skip
WIFI: Final = (
    "全国地方公共団体コード", "法人番号", "ID", "地方公共団体名", "名称", "名称_カナ", "名称_英語", *PLACE, "設置者",
    *CONTACT, "SSID", "提供エリア", "URL", "備考",
)  # fmt: skip
AED: Final = (
    "全国地方公共団体コード", "ID", "地方公共団体名", *NAMES, *PLACE, "高度の種別", "高度の値", "設置位置", *CONTACT,
    "法人番号", "団体名", *OPEN, "小児対応設備の有無", "URL", "画像1", "画像1_ライセンス", "画像2", "画像2_ライセンス",
    "外部利用不可", "備考",
)  # fmt: skip
HOSPITALS: Final = (
    "全国地方公共団体コード", "ID", "地方公共団体名", *NAMES, "医療機関の種類", *PLACE, "電話番号", "内線番号", "FAX番号",
    "連絡先メールアドレス", "連絡先FormURL", "連絡先備考（その他、SNSなど）", "郵便番号", "法人番号", "法人の名称",
    "医療機関コード", "診療曜日", "診療開始時間", "診療終了時間", "診療日時特記事項", "時間外における対応", "診療科目",
    "病床数", "状況", "災害拠点分類", "URL", "備考",
)  # fmt: skip


def identity(prefix: str, number: int) -> str:
    """Return an ID of the standard's form: two letters, the city's code, a number."""
    return f"{prefix}{CODE}{number:04d}"


def place_cells(facility: Facility) -> dict[str, object]:
    """Return the cells that say what and where a facility is, in the standard's words."""
    return {
        "全国地方公共団体コード": CODE,
        "地方公共団体名": CITY_NAME,
        "名称": facility.name,
        "名称_カナ": facility.kana,
        "名称_英字": facility.english,
        "名称_英語": facility.english,
        "所在地_全国地方公共団体コード": CODE,
        "所在地_連結表記": facility.address,
        "所在地_都道府県": "栃木県",
        "所在地_市区町村": "大田原市",
        "所在地_町字": facility.town.name,
        "所在地_番地以下": facility.block,
        "緯度": f"{facility.lat:.6f}",
        "経度": f"{facility.lon:.6f}",
        "電話番号": facility.phone,
        "郵便番号": "3240000",
        "利用可能曜日": facility.days,
        "開始時間": facility.opens,
        "終了時間": facility.closes,
        "URL": "https://www.example.jp/sample/",
        "備考": REMARK,
    }

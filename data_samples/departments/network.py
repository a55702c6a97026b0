"""情報政策課: public wireless LAN, an Excel book with title rows and full-width figures."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data_samples.city import City
from data_samples.delivery import REMARK, Delivery
from data_samples.departments.evacuation import pick
from data_samples.standard import WIFI, identity, place_cells
from data_samples.tables import write_book

DEPARTMENT: Final = "情報政策課"
PLACES: Final = {"庁舎": 9, "図書館": 3, "文化施設": 3, "観光施設": 4, "体育館": 6, "公民館": 20}
WIDE: Final = str.maketrans("0123456789-", "０１２３４５６７８９－")
TOP: Final = ("公衆無線LANアクセスポイント一覧（見本・避難には使えません）", "令和８年７月１日現在")


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write 公衆無線LAN一覧.xlsx with the header in row 3."""
    rows = []
    for number, place in enumerate(pick(city.facilities, PLACES), 1):
        rows.append(
            {
                **place_cells(place),
                "ID": identity("GG", number),
                "法人番号": "",
                "所在地_連結表記": place.address.translate(WIDE),
                "所在地_番地以下": place.block.translate(WIDE),
                "緯度": place.lat,
                "経度": place.lon,
                "電話番号": place.phone.translate(WIDE),
                "設置者": "大田原市",
                "SSID": "SAMPLE-Free-WiFi",
                "提供エリア": "館内ロビー" if number % 3 else "館内全域",
                "備考": REMARK,
            }
        )
    path = write_book(folder / DEPARTMENT / "公衆無線LAN一覧.xlsx", "一覧", TOP, WIFI, rows)
    note = "header in row 3 under a title and a date; full-width figures in addresses and telephone numbers"
    return [Delivery(path, "wifi_hotspots", DEPARTMENT, note=note)]

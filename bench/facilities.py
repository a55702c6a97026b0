"""A big list of public facilities in the layout of the standard dataset; the same bytes for the same size."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely

from data_samples.city import CODE, build_city
from data_samples.projection import Floats, to_degrees
from data_samples.standard import FACILITIES, identity

SEED = 20261122
KINDS = ("小学校", "公民館", "図書館", "公園", "保育園", "体育館", "消防団詰所", "集会所")
FLAW_EVERY = 1000
"""Each so many rows one lacks its name, as in a real file."""


def write_facilities(path: Path, rows: int) -> Path:
    """Write `rows` facilities spread over the sample city's towns (UTF-8 CSV) and return the path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FACILITIES, restval="")
        writer.writeheader()
        writer.writerows(_rows(rows))
    return path


def _rows(amount: int) -> Iterator[dict[str, object]]:
    city = build_city()
    chance = np.random.default_rng(SEED)
    owners = chance.integers(0, len(city.towns), amount)
    points = np.empty((amount, 2))
    for number, area in enumerate(city.areas):
        chosen = owners == number
        points[chosen] = _inside(area, int(chosen.sum()), chance)
    lots = chance.integers(1, 3000, (amount, 2))
    for number, (owner, (lon, lat), lot) in enumerate(zip(owners, to_degrees(points), lots, strict=True), 1):
        town = city.towns[owner].name
        yield {
            "全国地方公共団体コード": CODE,
            "ID": identity("AA", number),
            "名称": ""
            if number % FLAW_EVERY == 0
            else f"{town}{KINDS[number % len(KINDS)]}第{number % 997 + 1}",
            "所在地_連結表記": f"栃木県大田原市{town}{lot[0]}-{lot[1] % 90 + 1}",
            "所在地_都道府県": "栃木県",
            "所在地_市区町村": "大田原市",
            "所在地_町字": town,
            "緯度": f"{lat:.6f}",
            "経度": f"{lon:.6f}",
            "種別": KINDS[number % len(KINDS)],
            "電話番号": f"0287-{20 + number % 80}-{number % 10000:04d}",
            "郵便番号": "3240000",
            "利用可能曜日": "月火水木金",
            "開始時間": f"{8 + number % 3:02d}:30",
            "終了時間": f"{17 + number % 5:02d}:00",
            "URL": f"https://www.example.jp/facility/{number}",
            "備考": "性能測定用の見本",
        }


def _inside(area: shapely.MultiPolygon, amount: int, chance: np.random.Generator) -> Floats:
    """Return random points (metres) that lie in the area."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    found = np.empty((0, 2))
    while len(found) < amount:
        tried = chance.uniform((west, south), (east, north), (4 * amount + 16, 2))
        found = np.vstack([found, tried[shapely.contains_xy(area, tried)]])
    return found[:amount]

"""災害対策本部 and its gauges: river levels, road closures, distribution points, damage reports (a drill)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from shapely.geometry import Point

from data_samples.city import City
from data_samples.delivery import REMARK, Delivery, rng
from data_samples.departments.evacuation import pick
from data_samples.geofiles import write_geojson
from data_samples.projection import Floats, to_degrees
from data_samples.rivers import River
from data_samples.tables import Row, write_csv

DEPARTMENT: Final = "災害対策本部"
GAUGES: Final = (
    ("那珂川", 0.35), ("那珂川", 0.62), ("箒川", 0.3), ("箒川", 0.7), ("蛇尾川", 0.45), ("蛇尾川", 0.8),
    ("余笹川", 0.75), ("松葉川", 0.6),
)  # fmt: skip
LEVELS: Final = (
    "水防団待機水位(m)",
    "氾濫注意水位(m)",
    "避難判断水位(m)",
    "氾濫危険水位(m)",
    "氾濫発生水位(m)",
)
SHARES: Final = (0.3, 0.42, 0.56, 0.66, 0.8)
"""Each level as a share of the depth of the sample flood at the gauge."""
LEVEL_COLUMNS: Final = (
    "観測所ID", "観測所名", "河川名", "水系名", "管理者", "緯度", "経度", "水位(m)", "観測日時", "状態", *LEVELS,
    "水位標ゼロ点高(m)", "備考",
)  # fmt: skip
POINT_COLUMNS: Final = (
    "ID",
    "名称",
    "種別",
    "住所",
    "緯度",
    "経度",
    "配布物資",
    "開始日時",
    "終了日時",
    "状況",
    "備考",
)
REPORT_COLUMNS: Final = (
    "受付番号",
    "受付日時",
    "被害種別",
    "件名",
    "被害状況",
    "場所",
    "緯度",
    "経度",
    "対応状況",
    "備考",
)
REPORTS: Final = (
    ("美原一丁目", "道路冠水", "アンダーパスの冠水", "深さ約30cm、車が通れない", "対応中"),
    ("須佐木", "土砂崩れ", "道路脇の斜面の崩れ", "土砂が片側の車線をふさいでいる", "対応中"),
    ("北野上", "倒木", "倒木", "歩道をふさいでいる", "完了"),
    ("宇田川", "床下浸水", "床下浸水", "3棟", "調査中"),
    ("両郷", "停電", "停電", "約40戸", "調査中"),
    ("佐久山", "護岸損傷", "護岸のひび", "約5mにわたりひび割れ", "未着手"),
)
CLOSURES: Final = (
    ("通行止め", "冠水"),
    ("通行止め", "橋の点検"),
    ("片側交互通行", "路肩の崩れ"),
    ("通行止め", "倒木"),
)


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write the four small files that the headquarters keeps."""
    here = folder / DEPARTMENT
    table = [
        ("river_levels", "河川水位観測所.csv", LEVEL_COLUMNS, _levels(city), "utf-8-sig", "1件は欠測"),
        ("distribution_points", "物資配布場所.csv", POINT_COLUMNS, _points(city), "cp932", "CP932"),
        (
            "damage_reports",
            "被害報告（訓練）.csv",
            REPORT_COLUMNS,
            _reports(city),
            "cp932",
            "CP932、訓練の報告",
        ),
    ]
    written = [
        Delivery(write_csv(here / name, columns, rows, encoding), layer, DEPARTMENT, note=note)
        for layer, name, columns, rows, encoding, note in table
    ]
    return [*written, _closures(city, here / "通行規制（訓練）.geojson")]


def beside(city: City, river: River, share: float, aside: float) -> Floats:
    """Return a point inside the city `aside` metres left of a river, at a share of its course in the city."""
    city_inside = city.outline.buffer(-120)
    inside = [i for i in range(1, len(river.line) - 1) if city_inside.contains(Point(river.line[i]))]
    i = inside[int(share * (len(inside) - 1))]
    dx, dy = river.line[i + 1] - river.line[i - 1]
    point: Floats = np.round(river.line[i] + np.array([-dy, dx]) / np.hypot(dx, dy) * aside, 2)
    return point


def _where(point: Floats) -> dict[str, object]:
    lon, lat = to_degrees(point)[0]
    return {"緯度": f"{lat:.6f}", "経度": f"{lon:.6f}"}


def _levels(city: City) -> list[Row]:
    rivers, random = {river.name: river for river in city.rivers}, rng("levels")
    rows: list[Row] = []
    for number, (name, share) in enumerate(GAUGES, 1):
        river, missing = rivers[name], number == 6
        point = beside(city, river, share, 18.0)
        rows.append(
            {
                "観測所ID": f"SAMPLE{number:03d}",
                "観測所名": f"{city.town_at(point).base}水位観測所",
                "河川名": name,
                "水系名": "那珂川水系",
                "管理者": "栃木県（見本）",
                **_where(point),
                "水位(m)": "" if missing else f"{river.stage * random.uniform(0.1, 0.28):.2f}",
                "観測日時": "2026/7/15 9:00",
                "状態": "欠測" if missing else "正常",
                **{level: f"{river.stage * part:.2f}" for level, part in zip(LEVELS, SHARES, strict=True)},
                "水位標ゼロ点高(m)": f"{city.height_at(point):.2f}",
                "備考": REMARK,
            }
        )
    return rows


def _points(city: City) -> list[Row]:
    places = pick(city.facilities, {"庁舎": 3, "体育館": 4, "文化施設": 3})
    return [
        {
            "ID": f"D{number:02d}",
            "名称": f"{place.name}（配布所）",
            "種別": "給水" if number % 3 == 0 else "物資",
            "住所": place.address,
            "緯度": f"{place.lat:.6f}",
            "経度": f"{place.lon:.6f}",
            "配布物資": "飲料水" if number % 3 == 0 else "飲料水;食料;毛布",
            "開始日時": f"令和8年7月15日 {8 + number % 3}時",
            "終了日時": "令和8年7月15日 17時",
            "状況": "受付終了" if number == 10 else "受付中",
            "備考": REMARK,
        }
        for number, place in enumerate(places, 1)
    ]


def _reports(city: City) -> list[Row]:
    random, names = rng("damage"), [town.name for town in city.towns]
    return [
        {
            "受付番号": f"訓練-{number:03d}",
            "受付日時": f"2026/07/15 {8 + number // 3:02d}:{7 * number:02d}",
            "被害種別": kind,
            "件名": f"【訓練】{title}",
            "被害状況": text,
            "場所": f"大田原市{town}地内",
            **_where(city.placer.near(names.index(town), random)),
            "対応状況": state,
            "備考": REMARK,
        }
        for number, (town, kind, title, text, state) in enumerate(REPORTS, 1)
    ]


def _closures(city: City, path: Path) -> Delivery:
    wet = [road for road in city.roads if road.width >= 6 and road.line.length > 150]
    wet.sort(
        key=lambda road: -city.depth_at(np.asarray(road.line.interpolate(0.5, normalized=True).coords)[0])
    )
    chosen = [wet[i * 7] for i in range(len(CLOSURES))]
    rows = [
        {
            "ID": f"R{number:02d}",
            "路線名": road.route,
            "規制区間": f"{city.town_at(np.asarray(road.line.coords)[0]).name}地内",
            "規制区分": kind,
            "規制理由": reason,
            "規制開始日時": f"2026-07-15T0{5 + number}:30:00+09:00",
            "規制終了日時": None,
            "備考": REMARK,
        }
        for number, (road, (kind, reason)) in enumerate(zip(chosen, CLOSURES, strict=True), 1)
    ]
    write_geojson(path, rows, [road.line for road in chosen])
    return Delivery(path, "road_closures", DEPARTMENT, note="GeoJSON、見本（訓練の規制）")

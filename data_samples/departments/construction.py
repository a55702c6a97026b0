"""建設部: cameras as a zipped Shapefile in plane coordinates, rivers and roads as GeoPackages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import shapely
from shapely.geometry import MultiLineString, Point

from data_samples.city import City
from data_samples.delivery import REMARK, Delivery
from data_samples.departments.disaster import beside
from data_samples.geofiles import frame, write_geopackage, write_shapefile_zip
from data_samples.projection import PLANE

DEPARTMENT: Final = "建設部"
CAMERAS: Final = (
    ("那珂川", 0.12), ("那珂川", 0.4), ("那珂川", 0.7), ("那珂川", 0.93), ("箒川", 0.15), ("箒川", 0.5),
    ("箒川", 0.85), ("蛇尾川", 0.25), ("蛇尾川", 0.6), ("余笹川", 0.5), ("松葉川", 0.75), ("百村川", 0.5),
)  # fmt: skip


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write rivers, roads and river cameras."""
    here = folder / DEPARTMENT
    return [
        Delivery(
            _rivers(city, here), "rivers", DEPARTMENT, note="GeoPackage, EPSG:6668, clipped to the city"
        ),
        Delivery(_roads(city, here), "roads", DEPARTMENT, note="GeoPackage, EPSG:6668, a connected network"),
        Delivery(
            _cameras(city, here),
            "river_cameras",
            DEPARTMENT,
            note="zipped Shapefile, EPSG:6677, CP932 without .cpg and without a language id, CP932 entry names",
        ),
    ]


def _rivers(city: City, here: Path) -> Path:
    rows, lines = [], []
    for number, river in enumerate(city.rivers, 1):
        parts = [
            part for part in shapely.get_parts(river.geometry().intersection(city.outline)) if part.length > 1
        ]
        rows.append(
            {
                "ID": f"S{number:03d}",
                "河川名": river.name,
                "河川名_カナ": river.kana,
                "区分": river.grade,
                "水系名": "那珂川",
                "合流先": river.into,
                "備考": REMARK,
            }
        )
        lines.append(MultiLineString(parts))
    return write_geopackage(here / "河川.gpkg", "河川", frame(rows, lines))


def _roads(city: City, here: Path) -> Path:
    rows = [
        {
            "ID": f"S{number:05d}",
            "路線名": road.route,
            "道路種別": road.kind,
            "幅員": road.width,
            "備考": REMARK,
        }
        for number, road in enumerate(city.roads, 1)
    ]
    return write_geopackage(here / "道路.gpkg", "道路", frame(rows, [road.line for road in city.roads]))


def _cameras(city: City, here: Path) -> Path:
    rivers = {river.name: river for river in city.rivers}
    rows, points = [], []
    for number, (name, share) in enumerate(CAMERAS, 1):
        point = beside(city, rivers[name], share, 28.0)
        town = city.town_at(point)
        rows.append(
            {
                "カメラID": f"CAM{number:02d}",
                "名称": f"{name} {town.base}カメラ",
                "河川名": name,
                "設置場所": f"大田原市{town.name}地内",
                "管理者": "大田原市",
                "画像URL": f"https://www.example.jp/sample/cam{number:02d}.jpg",
                "設置年度": f"令和{2 + number % 6}年度",
                "状態": "点検中" if number == 9 else "稼働中",
                "備考": REMARK,
            }
        )
        points.append(Point(point))
    table = frame(rows, points, PLANE)
    return write_shapefile_zip(here / "河川監視カメラ.zip", "河川監視カメラ", table, language_id=0)

"""都市計画課: the city boundary as GeoJSON and the 町丁目 areas with their people as a GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import shapely

from data_samples.city import CODE, City
from data_samples.delivery import MADE_ON, REMARK, Delivery, rng
from data_samples.geofiles import frame, write_geojson, write_geopackage

DEPARTMENT: Final = "都市計画課"


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write the boundary, which is exactly the union of the areas, and the areas."""
    here = folder / DEPARTMENT
    boundary = write_geojson(
        here / "市域界.geojson",
        [{"全国地方公共団体コード": CODE, "名称": "大田原市", "名称_カナ": "オオタワラシ", "備考": REMARK}],
        [shapely.coverage_union_all(city.areas)],
    )
    return [
        Delivery(boundary, "city_boundary", DEPARTMENT, note="GeoJSON, invented boundary"),
        Delivery(
            _areas(city, here), "town_areas", DEPARTMENT, note="GeoPackage, EPSG:6668, tiles the boundary"
        ),
    ]


def _areas(city: City, here: Path) -> Path:
    sizes = rng("households").uniform(2.1, 2.8, len(city.towns))
    rows = [
        {
            "KEY_CODE": f"{CODE[:5]}{number:04d}00",
            "町丁目名": town.name,
            "町丁目名_カナ": town.kana,
            "人口": count,
            "世帯数": round(count / size),
            "面積（㎡）": round(area.area),
            "基準日": MADE_ON.replace(month=4, day=1),
            "備考": REMARK,
        }
        for number, (town, area, count, size) in enumerate(
            zip(city.towns, city.areas, city.people, sizes, strict=True), 1
        )
    ]
    return write_geopackage(here / "町丁目.gpkg", "町丁目", frame(rows, city.areas))

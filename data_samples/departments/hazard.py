"""ハザードマップ: landslide zones as 国土数値情報 A33, flood depths and heights as GeoTIFF."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from data_samples.city import City
from data_samples.delivery import REMARK, Delivery
from data_samples.geofiles import frame, write_raster, write_shapefile_zip
from data_samples.landslide import RED, Zone

DEPARTMENT: Final = "危機管理課"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def deliver(city: City, folder: Path) -> list[Delivery]:
    """Write the two rasters and the zones."""
    here = folder / DEPARTMENT
    reds = {zone.number for zone in city.zones if zone.level == RED}
    rows = [_attributes(zone, zone.number in reds) for zone in city.zones]
    table = frame(rows, [zone.area for zone in city.zones])
    zones = write_shapefile_zip(here / "A33-26_09_サンプル.zip", "A33-26_09Polygon", table, language_id=0x13)
    depth = write_raster(here / "洪水浸水想定_サンプル.tif", city.depth, city.grid, "浸水深 (m)")
    heights = write_raster(here / "標高_サンプル.tif", city.heights, city.coarse, "標高 (m)")
    return [
        Delivery(
            zones, "landslide_zones", DEPARTMENT, note="A33, zipped Shapefile, EPSG:6668, CP932 without .cpg"
        ),
        Delivery(
            depth,
            "flood_depth",
            DEPARTMENT,
            "raster",
            "EPSG:6677, 10 m, metres; nodata is not mapped, 0 is dry",
        ),
        Delivery(heights, "elevation", DEPARTMENT, "raster", "EPSG:6677, 20 m, metres above sea level"),
    ]


def _attributes(zone: Zone, designated: bool) -> dict[str, object]:
    return {
        "A33_001": zone.phenomenon,
        "A33_002": zone.level,
        "A33_003": "09",
        "A33_004": f"S-{zone.number:03d}",
        "A33_005": f"{zone.town.base}{LETTERS[zone.number % 26]}（見本）",
        "A33_006": f"栃木県大田原市{zone.town.name}",
        "A33_007": f"20{10 + zone.number % 12}-03-25",
        "A33_008": 0 if designated else 1,
        "備考": REMARK,
    }

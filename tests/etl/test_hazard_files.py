"""Files of the national land numerical information: A31 (flood, all editions) and A33 (landslide), as published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.definition_file import read_definition
from tests.conftest import ROOT
from tests.etl.conftest import Checked, check

FOLDER = ROOT / "layers" / "definitions"
ZONE = shapely.box(140.0, 36.87, 140.01, 36.88)
# Rank columns of each edition, with what else its rows hold.
BY_RIVER = {
    "A31a_{}01": "8303030555",
    "A31a_{}02": "蛇尾川",
    "A31a_{}03": "09",
    "A31a_{}04": "栃木県",
    "A31a_{}05": 3,
}
EDITIONS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "by river, largest flood": (
        {name.format(2): value for name, value in BY_RIVER.items()},
        {"depth": "3", "name": "蛇尾川", "river_number": "8303030555", "manager": "栃木県"},
    ),
    "by river, planning scale": (
        {name.format(1): value for name, value in BY_RIVER.items()},
        {"depth_planned": "3", "name": "蛇尾川"},
    ),
    "by river, duration": (
        {name.format(3): value for name, value in BY_RIVER.items()},
        {"duration": "3", "name": "蛇尾川"},
    ),
    "by river, collapse": (
        {name.format(4): value for name, value in BY_RIVER.items()},
        {"collapse": "3", "name": "蛇尾川"},
    ),
    "2020 and 2021, by river": (
        {"A31_201": "8303030555", "A31_202": "蛇尾川", "A31_203": "09", "A31_204": "栃木県", "A31_205": "4"},
        {"depth": "4", "name": "蛇尾川"},
    ),
    "2022, by grid square, largest flood": ({"A31_201": 6}, {"depth": "6"}),
    "2022, by grid square, planning scale": ({"A31_101": 2}, {"depth_planned": "2"}),
    "2022, by grid square, duration": ({"A31_301": 7}, {"duration": "7"}),
    "2022, by grid square, collapse": ({"A31_401": 1}, {"collapse": "1"}),
    "newest, by grid square": ({"A31b_201": 5}, {"depth": "5"}),
    "2012, five steps": ({"A31_001": 14}, {"depth": "14"}),
    "2012, seven steps": ({"A31_001": "27"}, {"depth": "27"}),
}


@pytest.fixture(scope="module")
def floods() -> LayerDefinition:
    definition = read_definition(FOLDER / "offered" / "flood_zones.yaml")
    assert isinstance(definition, LayerDefinition)
    return definition


def written(path: Path, cells: dict[str, Any]) -> Path:
    """Write one zone, as GeoJSON or a Shapefile in CP932 as they are published, on JGD2011."""
    frame = geopandas.GeoDataFrame([cells], geometry=[ZONE], crs="EPSG:6668")
    driver, more = ("ESRI Shapefile", {"encoding": "cp932"}) if path.suffix == ".shp" else ("GeoJSON", {})
    frame.to_file(path, driver=driver, engine="pyogrio", **more)
    return path


def row_of(checked: Checked) -> dict[str, Any]:
    assert [issue for issue in checked.issues if issue.severity == "error"] == []
    (row,) = checked.rows
    return dict(zip(checked.columns, row, strict=False))


@pytest.mark.parametrize("suffix", [".geojson", ".shp"])
@pytest.mark.parametrize(("cells", "expected"), EDITIONS.values(), ids=EDITIONS)
def test_each_edition_of_a31_feeds_its_fields(
    floods: LayerDefinition, tmp_path: Path, city: City, cells: dict[str, Any], expected: dict[str, str], suffix: str
) -> None:  # fmt: skip
    row = row_of(check(written(tmp_path / f"zones{suffix}", cells), floods, city))
    found = {name: value for name, value in row.items() if name in expected}
    assert found == expected
    ranks = {"depth", "depth_planned", "duration", "collapse"} - expected.keys()
    assert not any(row.get(name) for name in ranks)


def test_an_unknown_rank_is_told(floods: LayerDefinition, tmp_path: Path, city: City) -> None:
    checked = check(written(tmp_path / "z.geojson", {"A31a_205": 9}), floods, city)
    assert [issue.rule for issue in checked.issues if issue.rule.startswith("code.")] == ["code.unknown"]


@pytest.mark.parametrize("suffix", [".geojson", ".shp"])
def test_a33_is_read_with_its_codes(tmp_path: Path, city: City, suffix: str) -> None:
    definition = read_definition(FOLDER / "landslide_zones.yaml")
    assert isinstance(definition, LayerDefinition)
    cells = {
        "A33_001": 2, "A33_002": 2, "A33_003": "09", "A33_004": "210-Ⅰ-001", "A33_005": "寺宿", "A33_006": "大田原市寒井",
        "A33_007": "2011-03-25", "A33_008": 0,
    }  # fmt: skip
    row = row_of(check(written(tmp_path / f"A33{suffix}", cells), definition, city))
    assert (row["phenomenon"], row["zone_kind"], row["name"]) == ("2", "2", "寺宿")
    assert (str(row["designated_on"]), row["red_zone_pending"]) == ("2011-03-25", False)

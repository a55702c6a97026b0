"""What a report says of the way to WGS 84, with and without Japan's grid files."""

from __future__ import annotations

import dataclasses

import pytest
from pyproj import CRS

from etl.transformations import about, way_to_wgs84
from gis_core.city import City
from gis_core.crs import transformation


def grids_are_here() -> bool:
    return not transformation(4301, 6668).missing_grids


@pytest.mark.parametrize("srid", [4326, 6668, 6677, 3857])
def test_nothing_is_told_where_nothing_matters(city: City, srid: int) -> None:
    assert about(CRS.from_epsg(srid), f"EPSG:{srid}", city) == []


@pytest.mark.parametrize("srid", [4301, 30169, 4612, 2451])
def test_old_datums_are_told_with_way_accuracy_and_what_is_missing(city: City, srid: int) -> None:
    (issue,) = about(CRS.from_epsg(srid), f"EPSG:{srid}", city)
    assert (issue.row, issue.rule) == (None, "coordinates.datum")
    assert f"EPSG:{srid}" in issue.message.ja
    if grids_are_here():
        assert (issue.severity, "格子" in issue.message.ja) == ("fixed", True)
        return
    assert issue.severity == "warning"
    assert ("3 パラメータの近似式" in issue.message.ja) == (srid in {4301, 30169})
    assert ("約 16 m" if srid in {4301, 30169} else "約 7 m") in issue.message.ja
    assert "touhokutaiheiyouoki2011.gsb" in issue.message.en
    assert "2011 年の地震" in issue.message.ja


def test_only_places_that_moved_are_told_of_the_earthquake(city: City) -> None:
    fukuoka = dataclasses.replace(city, centre=(130.4, 33.6))
    (issue,) = about(CRS.from_epsg(4612), "EPSG:4612", fukuoka)
    assert "地震で" not in issue.message.ja


def test_the_way_is_named_from_the_report_s_label(city: City) -> None:
    way = way_to_wgs84("EPSG:6677", city)
    assert way is not None
    assert way.ja.startswith("平面直角座標系（IX）→緯度・経度")
    assert "good to about 1 m" in way.en
    assert way_to_wgs84("Tokyo / some local grid", city) is None
    assert way_to_wgs84("", city) is None

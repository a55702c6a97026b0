import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from data_samples.city import POPULATION, City
from data_samples.delivery import REMARK, Delivery
from data_samples.projection import BOX, PLANE

Deliveries = dict[str, Delivery]


def unzip(delivery: Delivery, folder: Path) -> gpd.GeoDataFrame:
    with zipfile.ZipFile(delivery.path, metadata_encoding="cp932") as packed:
        packed.extractall(folder)
    return gpd.read_file(next(folder.glob("*.shp")), encoding="cp932")


def boundary_of(delivery: Delivery) -> shapely.Geometry:
    collection = json.loads(delivery.path.read_text(encoding="utf-8"))
    return shapely.geometry.shape(collection["features"][0]["geometry"])


def test_the_boundary_lies_in_the_city_box(deliveries: Deliveries) -> None:
    boundary = boundary_of(deliveries["city_boundary"])
    assert boundary.is_valid
    assert shapely.box(*BOX).contains(boundary)
    assert 300 < len(shapely.get_coordinates(boundary)) < 1000


def test_towns_tile_the_boundary_without_gap_or_overlap(deliveries: Deliveries) -> None:
    towns = gpd.read_file(deliveries["town_areas"].path)
    assert len(towns) == 110
    assert shapely.coverage_is_valid(towns.geometry.to_numpy())
    union = shapely.coverage_union_all(towns.geometry.to_numpy())
    assert union.equals(boundary_of(deliveries["city_boundary"]))
    assert shapely.area(towns.geometry.to_numpy()).sum() == pytest.approx(union.area, rel=1e-12)


def test_the_people_add_up(deliveries: Deliveries) -> None:
    towns = gpd.read_file(deliveries["town_areas"].path)
    assert towns["人口"].sum() == POPULATION
    assert (towns["世帯数"] < towns["人口"]).all()


def test_cameras_are_a_plane_shapefile_without_a_word_on_its_encoding(
    deliveries: Deliveries, city: City, tmp_path: Path
) -> None:
    cameras = unzip(deliveries["river_cameras"], tmp_path)
    dbf = next(tmp_path.glob("*.dbf")).read_bytes()
    assert not list(tmp_path.glob("*.cpg"))
    assert dbf[29] == 0
    assert cameras.crs == PLANE
    assert len(cameras) == 12
    assert set(cameras["備考"]) == {REMARK}
    assert cameras.within(city.outline).all()
    assert cameras.distance(city.courses()).max() < 60


def test_the_names_in_the_zip_are_cp932_as_windows_writes_them(deliveries: Deliveries) -> None:
    with zipfile.ZipFile(deliveries["river_cameras"].path) as packed:
        assert not any(info.flag_bits & 0x800 for info in packed.infolist())
    assert "河川監視カメラ.shp".encode("cp932") in deliveries["river_cameras"].path.read_bytes()


def test_red_zones_lie_inside_yellow_ones(deliveries: Deliveries, city: City, tmp_path: Path) -> None:
    zones = unzip(deliveries["landslide_zones"], tmp_path)
    assert list(zones.columns[:8]) == [f"A33_{number:03d}" for number in range(1, 9)]
    assert zones.crs.to_epsg() == 6668
    yellow, red = (zones[zones["A33_002"] == level].set_index("A33_004") for level in (1, 2))
    assert len(zones) == pytest.approx(60, abs=5)
    assert red.within(yellow.geometry.loc[red.index]).all()
    assert all(city.outline.contains(zone.area) for zone in city.zones)


def test_rivers_fall_and_stay_in_the_city(deliveries: Deliveries, city: City) -> None:
    rivers = gpd.read_file(deliveries["rivers"].path)
    assert {"那珂川", "箒川", "蛇尾川", "余笹川"} <= set(rivers["河川名"])
    assert set(rivers.geom_type) == {"MultiLineString"}
    assert all((np.diff(river.bed) <= 0).all() and river.geometry().is_simple for river in city.rivers)
    assert rivers.within(boundary_of(deliveries["city_boundary"]).buffer(1e-6)).all()


def test_roads_hold_together_in_shared_end_points(deliveries: Deliveries) -> None:
    roads = gpd.read_file(deliveries["roads"].path)
    joined: dict[tuple[float, ...], tuple[float, ...]] = {}

    def root(point: tuple[float, ...]) -> tuple[float, ...]:
        while joined.setdefault(point, point) != point:
            point = joined[point]
        return point

    for line in roads.geometry:
        joined[root(line.coords[0])] = root(line.coords[-1])
    assert len({root(point) for point in list(joined)}) == 1
    assert set(roads["道路種別"]) == {"国道", "県道", "市道"}


def test_the_flood_raster_tells_dry_from_not_mapped(deliveries: Deliveries) -> None:
    with rasterio.open(deliveries["flood_depth"].path) as raster:
        depth = raster.read(1, masked=True)
        assert (raster.crs, raster.nodata, raster.res, raster.dtypes[0]) == (
            PLANE,
            -9999.0,
            (10.0, 10.0),
            "float32",
        )
        assert raster.profile["tiled"]
        assert raster.compression.name == "deflate"
    assert 0.4 < np.ma.getmaskarray(depth).mean() < 0.9
    assert (depth == 0).any()
    assert 6 < depth.max() <= 8.5


def test_heights_are_those_of_the_region_and_rivers_run_in_valleys(
    deliveries: Deliveries, city: City
) -> None:
    with rasterio.open(deliveries["elevation"].path) as raster:
        heights = raster.read(1, masked=True)
        assert (raster.crs, raster.res) == (PLANE, (20.0, 20.0))
    assert heights.count() == heights.size
    assert 100 < heights.min() < heights.max() < 700
    naka = city.rivers[0]
    east = [city.height_at(point + np.array([2500, 0])) for point in naka.line[60:-60:10]]
    assert np.mean(east) > np.mean([city.height_at(point) for point in naka.line[60:-60:10]]) + 10


def test_closures_are_lines_on_the_road_network(deliveries: Deliveries) -> None:
    closures = gpd.read_file(deliveries["road_closures"].path)
    roads = gpd.read_file(deliveries["roads"].path)
    assert len(closures) == 4
    assert all(roads.geometry.geom_equals(line).any() for line in closures.geometry)

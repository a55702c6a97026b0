"""GeoTIFFs to the raster store, in a real PostGIS."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from gis_core.city import City
from gis_core.errors import BadInput
from tests.conftest import Store

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a GeoTIFF of 600 × 600 pixels of 10 m in plane zone IX, around the city hall."""

    def write(values: Any = None, **changes: Any) -> Path:
        values = depths() if values is None else values
        profile = {
            "driver": "GTiff", "width": 600, "height": 600, "count": 1, "dtype": values.dtype, "crs": "EPSG:6677",
            "transform": Affine(10, 0, 13_000, 0, -10, 100_000), "nodata": -9999,
        } | changes  # fmt: skip
        path = tmp_path / "浸水深.tif"
        with rasterio.open(path, "w", **profile) as sink:
            for band in range(1, profile["count"] + 1):
                sink.write(values, band)
        return path

    return write


def depths() -> Any:
    values = np.full((600, 600), -9999, dtype="float32")
    values[100:300, 100:300] = 2.5
    return values


def add(path: Path, city: City, crs: str | None = None) -> dict[str, Any]:
    from etl.raster_sources import RasterOptions
    from etl.rasters import add_raster
    from layers.selectors import raster_definition

    return add_raster(path, raster_definition("flood_depth"), city, "staff", options=RasterOptions(crs))


def test_a_geotiff_becomes_a_cog_in_its_own_system(store: Store, city: City, make: Make) -> None:
    from layers.selectors import catalogue

    before = catalogue().rasters["flood_depth"].revision if "flood_depth" in catalogue().rasters else 0
    report = add(make(), city)
    stored = catalogue().raster("flood_depth")
    assert report["revision"] == stored.revision > before
    assert (report["minimum"], report["maximum"], report["mapped_share"]) == (2.5, 2.5, 0.1111)
    with rasterio.open(stored.path) as cog:
        assert (cog.crs.to_epsg(), cog.nodata, cog.block_shapes) == (6677, -9999, [(512, 512)])
        assert cog.overviews(1)
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.array_equal(cog.read(1), depths())


def test_nan_is_no_data(store: Store, city: City, make: Make) -> None:
    values = np.where(depths() < 0, np.nan, depths()).astype("float32")
    report = add(make(values, nodata=None), city)
    assert (report["nodata"], report["minimum"], report["mapped_share"]) == (-9999, 2.5, 0.1111)
    assert [issue["rule"] for issue in report["issues"]] == ["raster.nodata", "raster.partial"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"crs": None}, "座標系がありません"),
        ({"count": 3}, "3 バンド"),
        ({"transform": Affine(10, 0, 913_000, 0, -10, 100_000)}, "大田原市 と重なりません"),
        ({"nodata": 2.5, "values": np.full((600, 600), 2.5, dtype="float32")}, "値のある画素がありません"),
    ],
)
def test_an_unfit_raster_is_refused(
    store: Store, city: City, make: Make, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        add(make(changes.pop("values", None), **changes), city)


def test_a_broken_raster_is_refused(store: Store, city: City, make: Make, tmp_path: Path) -> None:
    path = make()
    path.write_bytes(path.read_bytes()[:500_000])
    with pytest.raises(BadInput, match=r"最後まで読めません|読めるラスタではありません"):
        add(path, city)
    (tmp_path / "a.tif").write_text("no")
    with pytest.raises(BadInput, match="読めるラスタではありません"):
        add(tmp_path / "a.tif", city)
    with pytest.raises(BadInput, match="がありません"):
        add(tmp_path / "ない.tif", city)


def test_a_grid_of_text_needs_its_system_named(store: Store, city: City, tmp_path: Path) -> None:
    path = tmp_path / "浸水深.asc"
    head = "ncols 3\nnrows 2\nxllcorner 13000\nyllcorner 94000\ncellsize 100\nNODATA_value -9999\n"
    path.write_text(head + "-9999 1.5 2\n0.5 -9999 1\n")
    with pytest.raises(BadInput, match="--crs"):
        add(path, city)
    report = add(path, city, crs="平面直角座標系第9系")
    assert (report["crs"], report["format"], report["maximum"]) == ("EPSG:6677", "Esri ASCII", 2)


def test_elevation_meshes_become_one_raster(store: Store, city: City, tmp_path: Path) -> None:
    from tests.etl.test_dem import mesh, zipped

    paths = [mesh(tmp_path / f"{n}.xml", 140 + n / 50, [200, 210, 220, -9999]) for n in range(2)]
    report = add(zipped(tmp_path / "DEM.zip", *paths), city)
    assert (report["crs"], report["width"], report["height"], report["maximum"]) == ("EPSG:6668", 4, 2, 220)
    assert report["format"] == "基盤地図情報 DEM"

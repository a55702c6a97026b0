"""GeoTIFFs to the raster store, in a real PostGIS."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.windows import Window

from gis_core.city import City
from gis_core.errors import BadInput
from tests.conftest import ROOT, Store

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
        assert (cog.crs.to_epsg(), cog.nodata, cog.block_shapes) == (6677, -9999, [(128, 128)])
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


def test_numbers_that_programs_write_for_nothing_are_no_depths(store: Store, city: City, make: Make) -> None:
    for dtype, number in (("int16", -9999), ("int32", -32768), ("float32", np.finfo("float32").min)):
        values = np.where(depths() < 0, number, 2).astype(dtype)
        report = add(make(values, nodata=None), city)
        assert (report["nodata"], report["minimum"], report["mapped_share"]) == (-9999, 2, 0.1111)


def test_scaled_numbers_become_what_they_mean(store: Store, city: City, make: Make) -> None:
    path = make(np.where(depths() < 0, 0, 250).astype("uint16"), nodata=0)
    with rasterio.open(path, "r+") as source:
        source.scales, source.offsets = (0.01,), (1.0,)
    report = add(path, city)
    assert (report["nodata"], report["minimum"], report["maximum"]) == (-9999, 3.5, 3.5)


def test_values_outside_the_legend_and_parts_outside_the_raster_are_told(
    store: Store, city: City, make: Make
) -> None:
    values = depths()
    values[100:200, 100:300] = -3
    report = add(make(values), city)
    told = {issue["rule"]: issue["value"] for issue in report["issues"]}
    assert told["raster.range"] == "50 %"
    assert float(told["raster.partial"].split()[0]) == pytest.approx(100 * report["city_share"], abs=1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"crs": "EPSG:6675"}, "大田原市 と重なりません"),
        ({"crs": "EPSG:4326"}, "大田原市 と重なりません"),
        ({"values": np.ones((600, 600), "complex64"), "nodata": None}, "型 complex64"),
        ({"values": np.full((600, 600), np.nan, "float32")}, "値のある画素がありません"),
        ({"values": np.zeros((9008, 8000), "uint8"), "tiled": True, "blockxsize": 8000, "blockysize": 9008}, "TILED=YES"),
        ({"values": np.full((600, 600), 77, "uint8"), "count": 3, "photometric": "RGB", "nodata": None},
         "#4D4D4D 100.0 %"),
    ],
)  # fmt: skip
def test_what_would_be_wrong_on_the_map_is_refused(
    store: Store, city: City, make: Make, changes: dict[str, Any], says: str
) -> None:
    values = changes.pop("values", None)
    if values is not None and values.shape != (600, 600):
        changes |= {"width": values.shape[1], "height": values.shape[0], "nodata": None}
    with pytest.raises(BadInput, match=says):
        add(make(values, **changes), city)


# In a process of its own, whose memory is its own; what it prints is its peak in MiB.
COPY = r"""
import re, sys
from pathlib import Path
import rasterio
import rasterio.shutil
from etl import rasters
from etl.raster_copying import copy, meaning, sink_profile
path, target = Path(sys.argv[1]), Path(sys.argv[2])
with rasterio.Env(GDAL_CACHEMAX=rasters._CACHE_BYTES), rasterio.open(path) as source:
    meant = meaning(source)
    copy(path, source, sink_profile(source, source.crs, meant), target, meant, ())
    rasterio.shutil.copy(target, target.with_name("cog.tif"), **rasters._COG)
# Not by getrusage(), which counts the process that this one was forked from.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.full
@pytest.mark.parametrize("tiled", [False, True])
def test_a_file_of_five_gigabytes_takes_no_more_memory_than_a_small_one(
    django_ready: str, tmp_path: Path, tiled: bool
) -> None:
    path = tmp_path / "big.tif"
    side = 36_000
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32", "crs": "EPSG:6677",
        "transform": Affine(1, 0, 0, 0, -1, 110_000), "nodata": -9999, "SPARSE_OK": True, "BIGTIFF": "YES",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile, **({"tiled": True} if tiled else {})) as sink:
        for at in range(0, side, 3000):
            sink.write(np.full((1, side), 2.5, "float32"), 1, window=Window(0, at, side, 1))
    code = "from machizu import bootstrap; bootstrap.setup_django()\n" + COPY
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "plain.tif")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 500

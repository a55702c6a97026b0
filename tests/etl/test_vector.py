import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from etl import reading
from etl.table import Options
from gis_core.errors import BadInput
from tests.etl.conftest import Check, layer, rules, values

POINT = shapely.Point(140.016, 36.871)
SQUARE = shapely.box(140.0, 36.85, 140.02, 36.87)


def frame(geometry: list[Any], crs: str | None = "EPSG:4326", **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"名称": ["本館"] * len(geometry)}, geometry=geometry, crs=crs)


def zipped(folder: Path, name: str = "a.zip") -> Path:
    path = folder.parent / name
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return path


@pytest.mark.parametrize(
    ("suffix", "driver", "format_"),
    [(".geojson", "GeoJSON", "GeoJSON"), (".gpkg", "GPKG", "GeoPackage"), (".fgb", "FlatGeobuf", "FlatGeobuf"),
     (".gml", "GML", "GML")],
)  # fmt: skip
def test_geometry_files_are_read(
    tmp_path: Path, checked: Check, suffix: str, driver: str, format_: str
) -> None:
    path = tmp_path / f"a{suffix}"
    frame([POINT]).to_file(path, driver=driver)
    done = checked(path)
    assert (values(done, "name"), done.report.format) == (["本館"], format_)
    assert shapely.from_wkb(done.rows[0][-1]) == POINT
    assert done.report.mapping["geom"] is None


def test_kml_is_read(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.kml"
    frame([POINT], Name=["本館"]).to_file(path, driver="KML")
    definition = layer(fields=[{"name": "name", "type": "string", "title": {"ja": "名称"}}], keys=[])
    assert values(checked(path, definition), "name") == ["本館"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_zipped_shapefile_without_cpg_is_read(tmp_path: Path, checked: Check, encoding: str) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    frame([POINT], 名称=["本館（別館）"]).to_crs(6677).to_file(folder / "施設.shp", encoding=encoding)
    (folder / "施設.cpg").unlink()
    done = checked(zipped(folder))
    assert (values(done, "name"), done.report.crs) == (["本館（別館）"], "EPSG:6677")
    assert shapely.from_wkb(done.rows[0][-1]).distance(POINT) < 1e-8


def test_a_shapefile_without_index_and_system_is_read(tmp_path: Path, checked: Check) -> None:
    frame([POINT]).to_crs(6677).to_file(tmp_path / "a.shp", encoding="utf-8")
    (tmp_path / "a.shx").unlink()
    (tmp_path / "a.prj").unlink()
    done = checked(tmp_path / "a.shp")
    assert (done.report.crs, rules(done)) == ("EPSG:6677", [(None, "coordinates.guessed", "warning")])
    assert not (tmp_path / "a.shx").exists()


def test_the_geojson_member_crs_is_obeyed(tmp_path: Path, checked: Check) -> None:
    frame([POINT]).to_crs(6677).to_file(tmp_path / "a.geojson", driver="GeoJSON")
    assert json.loads((tmp_path / "a.geojson").read_text())["crs"]
    done = checked(tmp_path / "a.geojson")
    assert shapely.from_wkb(done.rows[0][-1]).distance(POINT) < 1e-6


def test_what_looks_like_a_time_in_geojson_stays_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    frame([POINT], 名称=["本館"], 開始時間=["08:30"], 備考=["2026/11/22"]).to_file(path, driver="GeoJSON")
    (table,) = reading.tables(path, layer(), Options())
    assert [table.column(name).tolist() for name in ("開始時間", "備考")] == [["08:30"], ["2026/11/22"]]


def test_tokyo_datum_is_moved_and_said(tmp_path: Path, checked: Check) -> None:
    frame([POINT], crs="EPSG:4301").to_file(tmp_path / "a.gpkg")
    done = checked(tmp_path / "a.gpkg")
    assert rules(done) == [(None, "coordinates.datum", "warning")]
    assert 0.003 < shapely.from_wkb(done.rows[0][-1]).distance(POINT) < 0.006


def test_polygons_are_promoted_and_repaired(tmp_path: Path, checked: Check) -> None:
    bow = shapely.Polygon([(140.0, 36.85), (140.02, 36.87), (140.02, 36.85), (140.0, 36.87)])
    frame([SQUARE, bow], 名称=["甲", "乙"]).to_file(tmp_path / "a.gpkg")
    done = checked(tmp_path / "a.gpkg", layer("MultiPolygon"))
    shapes = shapely.from_wkb([row[-1] for row in done.rows])
    assert set(shapely.get_type_id(shapes)) == {6}
    assert shapely.is_valid(shapes).all()
    assert rules(done) == [(2, "geometry.invalid", "fixed")]


def test_features_without_or_with_another_geometry_are_refused(tmp_path: Path, checked: Check) -> None:
    line = shapely.LineString([(140.0, 36.85), (140.02, 36.87)])
    frame([POINT, None, line], 名称=["甲", "乙", "丙"]).to_file(tmp_path / "a.geojson", driver="GeoJSON")
    done = checked(tmp_path / "a.geojson")
    assert rules(done) == [(2, "geometry.null", "error"), (3, "geometry.type", "error")]


def test_heights_are_dropped_and_exchanged_axes_put_right(tmp_path: Path, checked: Check) -> None:
    frame([shapely.Point(36.871, 140.016, 200)]).to_file(tmp_path / "a.geojson", driver="GeoJSON")
    done = checked(tmp_path / "a.geojson")
    assert shapely.from_wkb(done.rows[0][-1]).wkt == "POINT (140.016 36.871)"
    assert rules(done) == [(1, "coordinates.swapped", "fixed")]


def test_points_for_a_polygon_layer_are_refused(tmp_path: Path, checked: Check) -> None:
    frame([POINT]).to_file(tmp_path / "a.gpkg")
    with pytest.raises(BadInput, match="Point で、レイヤ「場所」は MultiPolygon"):
        checked(tmp_path / "a.gpkg", layer("MultiPolygon"))


def test_the_layer_that_looks_like_ours_is_chosen_or_named(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.gpkg"
    frame([POINT], 色=["赤"]).to_file(path, layer="装飾")
    frame([POINT], 名称=["本館"]).to_file(path, layer="施設")
    assert values(checked(path), "name") == ["本館"]
    with pytest.raises(BadInput, match="装飾、施設"):
        checked(path, sheet="道路")


def test_a_raster_is_refused_for_a_layer_of_features(tmp_path: Path, checked: Check) -> None:
    path = tmp_path / "a.tif"
    profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=Affine(0.01, 0, 140, 0, -0.01, 37), **profile) as sink:
        sink.write(np.ones((1, 4, 4), dtype="float32"))
    with pytest.raises(BadInput, match="machizu raster add"):
        checked(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', r"a\.geojson"),
        ("a.json", b"[1, 2]", "データの並びがありません"),
        ("a.pdf", b"%PDF-1.7\n", "形式が分かりません"),
        ("a.xls", b"<html><table></table></html>", "HTML"),
        ("a.vrt", b"<OGRVRTDataSource></OGRVRTDataSource>", "見出しが見つかりません|形式が分かりません"),
        ("a.bin", bytes(range(256)), "形式が分かりません"),
        ("a.csv", b"", "空です"),
    ],
)
def test_what_is_no_data_is_refused(
    tmp_path: Path, checked: Check, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=says) as refused:
        checked(tmp_path / name)
    assert str(tmp_path) not in str(refused.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path, checked: Check) -> None:
    with pytest.raises(BadInput, match="がありません"):
        checked(tmp_path / "ない.csv")
    with pytest.raises(BadInput, match="ファイルではありません"):
        checked(tmp_path)

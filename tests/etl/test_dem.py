"""Elevation meshes of 基盤地図情報 and Esri grids, made one raster."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio

from etl.formats import dem
from etl.raster_sources import RasterOptions, Taking, opened
from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from gis_core.definition_file import read_definition
from gis_core.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
MANY = 10**9


def taking() -> Taking:
    definition = read_definition(ROOT / "layers/definitions/elevation.yaml")
    assert isinstance(definition, RasterDefinition)
    return Taking(definition, Box(139.9, 36.7, 140.3, 37), MANY, RasterOptions())


MESH = """<?xml version="1.0" encoding="UTF-8"?>
<Dataset xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="D">
<gml:description>基盤地図情報メタデータ</gml:description><DEM gml:id="DEM001"><fid>f</fid><type>5mメッシュ（標高）</type>
<coverage gml:id="DEM001-3"><gml:boundedBy><gml:Envelope srsName="{srs}"><gml:lowerCorner>{south} {west}</gml:lowerCorner>
<gml:upperCorner>{north} {east}</gml:upperCorner></gml:Envelope></gml:boundedBy><gml:gridDomain><gml:Grid dimension="2">
<gml:limits><gml:GridEnvelope><gml:low>0 0</gml:low><gml:high>{high}</gml:high></gml:GridEnvelope></gml:limits>
<gml:axisLabels>x y</gml:axisLabels></gml:Grid></gml:gridDomain><gml:rangeSet><gml:DataBlock><gml:tupleList>
{tuples}
</gml:tupleList></gml:DataBlock></gml:rangeSet><gml:coverageFunction><gml:GridFunction>
<gml:sequenceRule order="+x-y">Linear</gml:sequenceRule><gml:startPoint>{start}</gml:startPoint></gml:GridFunction>
</gml:coverageFunction></coverage></DEM></Dataset>"""


def mesh(
    path: Path, west: float, heights: list[float], start: str = "0 0", high: str = "1 1", **changes: str
) -> Path:
    """A mesh of 2 × 2 cells of 0.01 degrees from (36.80, west) on."""
    words = {"srs": "fguuid:jgd2011.bl", "south": "36.8", "north": "36.82"} | changes
    tuples = "\n".join(f"{'データなし' if h == -9999 else '地表面'},{h}" for h in heights)
    text = MESH.format(west=west, east=west + 0.02, tuples=tuples, start=start, high=high, **words)
    path.write_text(text, encoding="utf-8")
    return path


def zipped(target: Path, *paths: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return target


def test_meshes_are_put_together_rows_from_north(tmp_path: Path) -> None:
    paths = [
        mesh(tmp_path / "FG-GML-1.xml", 140.0, [1, 2, 3, -9999]),
        mesh(tmp_path / "FG-GML-2.xml", 140.02, [7], start="1 0"),
    ]
    packed = zipped(tmp_path / "a.zip", *paths)
    with opened(packed, taking()) as file, rasterio.open(file.path) as source:
        assert file.format == "基盤地図情報 DEM"
        assert (source.crs.to_epsg(), source.nodata, source.res) == (6668, -9999, pytest.approx((0.01, 0.01)))
        assert tuple(source.bounds) == pytest.approx((140.0, 36.8, 140.04, 36.82))
        assert source.read(1).tolist() == [[1, 2, -9999, 7], [3, -9999, -9999, -9999]]


def test_where_meshes_overlap_a_height_stays(tmp_path: Path) -> None:
    first = mesh(tmp_path / "a.xml", 140.0, [1, 2, 3, 4])
    second = mesh(tmp_path / "b.xml", 140.0, [-9999, 9, -9999, -9999])
    dem.write([first, second], tmp_path / "a.tif", MANY)
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.read(1).tolist() == [[1, 9], [3, 4]]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"high": "3 3"}, "格子の大きさ"),
        ({"srs": "fguuid:jgd2000.bl"}, "座標系が違います"),
        ({"heights": [1.0] * 5}, "5 > 4"),
        ({"start": "a b"}, "標高（DEM）のデータとして読めません"),
        ({"high": "9999 9999"}, "10000 × 10000"),
    ],
)
def test_meshes_that_do_not_fit_are_refused(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    first = mesh(tmp_path / "a.xml", 140.0, [1, 2, 3, 4])
    heights = [float(h) for h in changes.pop("heights", [1.0])]
    second = mesh(tmp_path / "b.xml", 140.02, heights, **changes)
    with pytest.raises(BadInput, match=says):
        dem.write([first, second], tmp_path / "a.tif", MANY)


def test_a_raster_that_would_be_too_large_is_refused(tmp_path: Path) -> None:
    paths = [mesh(tmp_path / "a.xml", 122.0, [1]), mesh(tmp_path / "b.xml", 150.0, [1])]
    with pytest.raises(BadInput, match="大きすぎます"):
        dem.write(paths, tmp_path / "a.tif", 5000)


def test_the_published_mesh_is_read_whole(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/dem/FG-GML-5238-74-00-DEM5A-20161001.xml"
    with opened(path, taking()) as file, rasterio.open(file.path) as source:
        heights = source.read(1)
        assert (source.width, source.height, np.count_nonzero(heights != -9999)) == (225, 150, 33448)
        assert (float(heights[0, 0]), float(heights[-1, -1])) == pytest.approx((145.30, 261.59))


def test_the_one_raster_of_a_zip_is_taken(tmp_path: Path) -> None:
    grid = tmp_path / "a.asc"
    grid.write_text("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 10\nNODATA_value -9999\n1 2\n")
    with opened(zipped(tmp_path / "a.zip", grid), taking()) as file:
        assert (file.path.name, file.format) == ("a.asc", "Esri ASCII")
    with pytest.raises(BadInput, match=r"内\.zip"), opened(
        zipped(tmp_path / "b.zip", (tmp_path / "a.zip").rename(tmp_path / "内.zip")), taking()
    ):  # fmt: skip
        pass
    with pytest.raises(BadInput, match="GeoTIFF も標高"), opened(
        zipped(tmp_path / "c.zip", mesh(tmp_path / "x.txt", 140.0, [])), taking()
    ):  # fmt: skip
        pass

"""国土数値情報 and 基盤地図情報, in small files made as their schemas say."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from etl.formats import vector
from etl.table import Options, Table
from gis_core.errors import BadInput

KSJ = """<?xml version="1.0" encoding="{encoding}"?>
<ksj:Dataset gml:id="D" xmlns:ksj="http://nlftp.mlit.go.jp/ksj/schemas/ksj-app" xmlns:gml="http://www.opengis.net/gml/3.2"
 xmlns:xlink="http://www.w3.org/1999/xlink">
 <gml:description>行政区域</gml:description>
 <gml:boundedBy><gml:EnvelopeWithTimePeriod srsName="{srs}"><gml:lowerCorner>20 122</gml:lowerCorner>
 <gml:upperCorner>46 154</gml:upperCorner></gml:EnvelopeWithTimePeriod></gml:boundedBy>
 {body}
</ksj:Dataset>"""
FGD = """<?xml version="1.0" encoding="UTF-8"?>
<Dataset xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2"
 xmlns:xlink="http://www.w3.org/1999/xlink" gml:id="Dataset1">
 <gml:name>基盤地図情報ダウンロードデータ（GML版）</gml:name>{body}</Dataset>"""


def curve(name: str, *places: str) -> str:
    return (
        f'<gml:Curve gml:id="{name}"><gml:segments><gml:LineStringSegment><gml:posList>{" ".join(places)}'
        "</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>"
    )


def surface(name: str, *rings: list[str]) -> str:
    members = [
        f"<gml:{place}><gml:Ring>" + "".join(f'<gml:curveMember xlink:href="#{c}"/>' for c in ring)
        + f"</gml:Ring></gml:{place}>"
        for place, ring in zip(["exterior", *["interior"] * 9], rings, strict=False)
    ]  # fmt: skip
    return (
        f'<gml:Surface gml:id="{name}"><gml:patches><gml:PolygonPatch>{"".join(members)}'
        "</gml:PolygonPatch></gml:patches></gml:Surface>"
    )


def area(number: int, target: str, name: str = "大田原市") -> str:
    return (
        f'<ksj:AdministrativeBoundary gml:id="gy{number}"><ksj:bounds xlink:href="#{target}"/>'
        f"<ksj:prefectureName>栃木県</ksj:prefectureName><ksj:cityName>{name}</ksj:cityName>"
        "<ksj:office><ksj:code>09210</ksj:code><ksj:code>9210</ksj:code></ksj:office><ksj:note/>"
        "</ksj:AdministrativeBoundary>"
    )


def read(path: Path, text: str, encoding: str = "utf-8", **options: Any) -> Table:
    path.write_bytes(text.encode(encoding))
    (table,) = vector.tables(path, Options(**options), lambda _: 0)
    return table


def ksj(body: str, srs: str = "JGD2000 / (B, L)", encoding: str = "UTF-8") -> str:
    return KSJ.format(encoding=encoding, srs=srs, body=body)


HALVES = curve("c1", "36 140", "36 141", "37 141") + curve("c2", "36 140", "37 140", "37 141")
HOLE = curve("c3", "36.4 140.4", "36.4 140.6", "36.6 140.6", "36.4 140.4")


def test_surfaces_are_composed_of_curves_that_stand_elsewhere(tmp_path: Path) -> None:
    table = read(tmp_path / "a.xml", ksj(HALVES + HOLE + surface("s", ["c1", "c2"], ["c3"]) + area(1, "s")))
    assert table.geometry is not None
    shape = table.geometry[0]
    assert (shape.bounds, len(shape.interiors), shape.is_valid) == ((140, 36, 141, 37), 1, True)
    assert (table.crs, table.format) == ("EPSG:4612", "JPGIS")
    assert table.cells.to_dict("records") == [
        {
            "gml_id": "gy1",
            "prefectureName": "栃木県",
            "cityName": "大田原市",
            "office.code": "09210;9210",
            "note": None,
        }
    ]


def test_the_order_of_the_elements_does_not_matter(tmp_path: Path) -> None:
    table = read(tmp_path / "a.xml", ksj(area(1, "s") + surface("s", ["c1", "c2"]) + HALVES))
    assert table.geometry is not None
    assert table.geometry[0].area == 1


def test_what_is_missing_shows_as_a_row_without_geometry(tmp_path: Path) -> None:
    table = read(tmp_path / "a.xml", ksj(HALVES + surface("s", ["c1", "c9"]) + area(1, "s") + area(2, "x")))
    assert table.geometry is not None
    assert list(table.geometry) == [None, None]


@pytest.mark.parametrize(
    ("srs", "crs"),
    [("JGD2011 / (B, L)", "EPSG:6668"), ("JGD2000 / 9(X, Y)", "EPSG:2451"), ("JGD2011 / 9 (X, Y)", "EPSG:6677"),
     ("TD / (B, L)", "EPSG:4301"), ("fguuid:jgd2001.bl", "EPSG:4612"), ("urn:ogc:def:crs:EPSG::6668", "EPSG:6668")],
)  # fmt: skip
def test_the_system_by_its_name_north_before_east(tmp_path: Path, srs: str, crs: str) -> None:
    point = '<gml:Point gml:id="p"><gml:pos>36.5 140.5</gml:pos></gml:Point>'
    table = read(tmp_path / "a.xml", ksj(point + area(1, "p"), srs))
    assert table.geometry is not None
    assert (table.geometry[0], table.crs) == (shapely.Point(140.5, 36.5), crs)


def test_shift_jis_is_read(tmp_path: Path) -> None:
    text = ksj(HALVES + surface("s", ["c1", "c2"]) + area(1, "s", "㈱大田原"), encoding="Shift_JIS")
    assert read(tmp_path / "a.xml", text, "cp932").cells["cityName"].tolist() == ["㈱大田原"]


def test_of_two_kinds_of_features_one_must_be_named(tmp_path: Path) -> None:
    stop = '<ksj:BusStop gml:id="b"><ksj:busStopName>駅前</ksj:busStopName></ksj:BusStop>'
    text = ksj(HALVES + surface("s", ["c1", "c2"]) + area(1, "s") + stop)
    with pytest.raises(BadInput, match="AdministrativeBoundary、BusStop"):
        read(tmp_path / "a.xml", text)
    assert read(tmp_path / "a.xml", text, sheet="BusStop").cells["busStopName"].tolist() == ["駅前"]


def test_foundation_map_features_hold_their_geometry(tmp_path: Path) -> None:
    ring = curve("c", "36.87 140.01", "36.87 140.02", "36.88 140.02", "36.87 140.01").replace(
        "<gml:Curve ", '<gml:Curve srsName="fguuid:jgd2011.bl" '
    )
    body = (
        '<BldA gml:id="K1"><fid>10-00100-11-1</fid><lfSpanFr gml:id="K1-1"><gml:timePosition>2014-04-09'
        "</gml:timePosition></lfSpanFr><orgGILvl>2500</orgGILvl><area><gml:Surface><gml:patches><gml:PolygonPatch>"
        f"<gml:exterior><gml:Ring><gml:curveMember>{ring}</gml:curveMember></gml:Ring></gml:exterior>"
        "</gml:PolygonPatch></gml:patches></gml:Surface></area><type>普通建物</type></BldA>"
    )
    table = read(tmp_path / "a.xml", FGD.format(body=body))
    assert table.geometry is not None
    assert (table.crs, table.geometry[0].bounds) == ("EPSG:6668", (140.01, 36.87, 140.02, 36.88))
    assert table.cells.to_dict("records") == [
        {
            "gml_id": "K1",
            "fid": "10-00100-11-1",
            "lfSpanFr": "2014-04-09",
            "orgGILvl": "2500",
            "type": "普通建物",
        }
    ]


def test_elevations_go_to_the_rasters(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="machizu raster add"):
        read(tmp_path / "a.xml", FGD.format(body='<DEM gml:id="DEM001"><fid>1</fid></DEM>'))


@pytest.mark.parametrize("body", ["<gml:Curve gml:id='c'><gml:posList>1 x</gml:posList></gml:Curve>", ""])
def test_broken_data_sets_are_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(BadInput, match=r"a\.xml"):
        read(tmp_path / "a.xml", ksj(body))


def test_the_delivered_land_information_reads_as_its_shapefile(shared: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(shared / "data/ksj_zip/A30a5-11_4939-jgd_GML.zip") as archive:
        archive.extractall(tmp_path)
    count: Callable[[list[str]], int] = len
    shapes = []
    for suffix in (".xml", "_SedimentDisasterAndSnowslide.shp"):
        (table,) = vector.tables(tmp_path / f"A30a5-11_4939{suffix}", Options(), count)
        assert table.geometry is not None
        shapes.append(table.geometry[0])
    assert shapely.equals_exact(*[shapely.normalize(shape) for shape in shapes], tolerance=1e-7)

"""Geometry files through their reader alone: what comes out of each format, in parts."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from etl.formats import vector
from etl.table import PART_ROWS, Options, Table
from gis_core.errors import BadInput

Read = Callable[..., Table]
POINT = shapely.Point(140.016, 36.871)
FEATURE = {"type": "Feature", "properties": {"名称": "本館", "階": 3}, "geometry": POINT.__geo_interface__}
KML = '<?xml version="1.0" encoding="{}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


def none_known(_: list[str]) -> int:
    return 0


def parts(path: Path, count: Callable[[list[str]], int] = none_known, **options: Any) -> list[Table]:
    return list(vector.tables(path, Options(**options), count))


def only(path: Path, **options: Any) -> Table:
    (table,) = parts(path, **options)
    return table


def frame(geometry: list[Any], crs: str | None = "EPSG:4326", **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns or {"名称": ["本館"] * len(geometry)}, geometry=geometry, crs=crs)


def cells(table: Table) -> list[dict[str, Any]]:
    return list(table.cells.to_dict("records"))


def wkt(table: Table) -> list[str]:
    assert table.geometry is not None
    return [shapely.to_wkt(shape, rounding_precision=4) if shape else "" for shape in table.geometry]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".fgb", ".shp", ".parquet"])
def test_large_files_come_in_parts_with_the_same_columns(tmp_path: Path, suffix: str) -> None:
    path, rows = tmp_path / f"a{suffix}", PART_ROWS + 10
    made = frame([POINT] * rows, 番号=list(range(rows)), 備考=[None] * (rows - 1) + ["終"])
    made.to_parquet(path) if suffix == ".parquet" else made.to_file(path)
    first, last = parts(path)
    assert (len(first.cells), len(last.cells), list(last.row_numbers)[-1]) == (PART_ROWS, 10, rows)
    assert list(first.cells) == list(last.cells) == ["番号", "備考"]
    # FlatGeobuf puts its features in an order of its own.
    assert sorted(map(int, [*first.cells["番号"], *last.cells["番号"]])) == list(range(rows))
    assert sum("終" in part.cells["備考"].tolist() for part in (first, last)) == 1
    assert last.geometry is not None
    assert last.geometry[-1] == POINT


def test_values_are_texts_as_a_person_reads_them(tmp_path: Path) -> None:
    columns = {
        "整数": [1, None], "小数": [0.1, 3.0], "真偽": [True, False], "日": ["2024-04-01", None],
        "空": ["", "x"], "並び": [["a", "b"], None],
    }  # fmt: skip
    path = tmp_path / "a.geojson"
    features = [
        {"type": "Feature", "properties": {k: v[i] for k, v in columns.items()}, "geometry": None}
        for i in range(2)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert cells(only(path)) == [
        {"整数": "1", "小数": "0.1", "真偽": "TRUE", "日": "2024-04-01", "空": None, "並び": "a;b"},
        {"整数": None, "小数": "3", "真偽": "FALSE", "日": None, "空": "x", "並び": None},
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"type": "FeatureCollection", "features": [FEATURE]}, ensure_ascii=False),
        json.dumps({"features": [FEATURE], "type": "FeatureCollection"}, ensure_ascii=False),
        json.dumps([FEATURE], ensure_ascii=False),
        json.dumps(FEATURE, ensure_ascii=False),
        "\ufeff" + json.dumps({"type": "FeatureCollection", "features": [FEATURE]}, ensure_ascii=False),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_geojson_in_its_shapes_and_old_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "a.json").write_bytes(text.encode(encoding, errors="ignore"))
    table = only(tmp_path / "a.json")
    assert (table.format, cells(table), wkt(table)) == (
        "GeoJSON",
        [{"名称": "本館", "階": "3"}],
        ["POINT (140.016 36.871)"],
    )


@pytest.mark.parametrize("name", ["a.geojsonl", "a.geojson"])
@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_a_feature_on_each_line(tmp_path: Path, name: str, mark: str) -> None:
    (tmp_path / name).write_text(f"{mark}{json.dumps(FEATURE)}\n" * 3)
    assert len(only(tmp_path / name).cells) == 3


def test_topojson_is_in_degrees(tmp_path: Path) -> None:
    topology = {
        "type": "Topology", "arcs": [],
        "objects": {"場所": {"type": "GeometryCollection", "geometries": [
            {"type": "Point", "coordinates": [140.016, 36.871], "properties": {"名称": "本館"}}]}},
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(topology))
    table = only(tmp_path / "a.json")
    assert (table.crs, wkt(table)) == ("EPSG:4326", ["POINT (140.016 36.871)"])


def test_instructions_to_fetch_are_not_followed(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    link = {"type": "link", "properties": {"href": f"{url}/crs", "type": "ogcwkt"}}
    name = {"type": "name", "properties": {"name": f"{url}/named"}}
    files = {
        "link.geojson": json.dumps({"type": "FeatureCollection", "crs": link, "features": [FEATURE]}),
        "name.geojson": json.dumps({"type": "FeatureCollection", "crs": name, "features": [FEATURE]}),
        "alg.json": json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {url}/a.json"}),
        "a.vrt": f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{url}/a</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>",
        "a.xml": f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
        "a.gml": f'<FeatureCollection xmlns="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://a {url}/a.xsd">'
        f'<gml:featureMember><a gml:id="a"><g><gml:Point srsName="{url}/srs"><gml:pos>1 2</gml:pos></gml:Point></g>'
        "</a></gml:featureMember></FeatureCollection>",
        "a.kml": KML.format("UTF-8", f"<NetworkLink><Link><href>{url}/b.kml</href></Link></NetworkLink>"),
    }  # fmt: skip
    try:
        for file, text in files.items():
            (tmp_path / file).write_text(text)
            try:
                parts(tmp_path / file)
            except BadInput as refused:
                assert str(tmp_path) not in str(refused)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


def test_nothing_is_written_beside_the_delivery(tmp_path: Path) -> None:
    frame([POINT]).to_file(tmp_path / "a.gml", driver="GML")
    (tmp_path / "a.xsd").unlink()
    table = only(tmp_path / "a.gml")
    assert (table.format, wkt(table)) == ("GML", ["POINT (140.016 36.871)"])
    assert [p.name for p in tmp_path.iterdir()] == ["a.gml"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_shapefile_that_lost_all_but_shp_and_dbf(tmp_path: Path, encoding: str) -> None:
    frame([POINT], 施設名=["本館（別館）"]).to_file(tmp_path / "a.shp", encoding=encoding)
    for suffix in (".shx", ".prj", ".cpg"):
        (tmp_path / f"a{suffix}").unlink()
    table = only(tmp_path / "a.shp")
    assert (cells(table), table.encoding, table.crs) == ([{"施設名": "本館（別館）"}], encoding, None)
    assert not (tmp_path / "a.shx").exists()


def test_the_encoding_declared_goes_before_the_cpg(tmp_path: Path) -> None:
    frame([POINT], 施設名=["本館"]).to_file(tmp_path / "a.shp", encoding="cp932")
    (tmp_path / "a.cpg").write_text("UTF-8")
    assert cells(only(tmp_path / "a.shp", encoding="Shift_JIS")) == [{"施設名": "本館"}]


def test_heights_are_dropped_and_arcs_become_chords(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame([shapely.Point(140, 36, 5)] * 2).to_file(path)
    assert wkt(only(path)) == ["POINT (140 36)"] * 2
    header = b"GP\x00\x01" + (4326).to_bytes(4, "little")
    arc = (
        b"\x01\x08\x00\x00\x00\x03\x00\x00\x00" + np.array([140, 36, 141, 37, 142, 36], dtype="<f8").tobytes()
    )
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name='GEOMETRY', z=2")
        database.execute("UPDATE a SET geom=? WHERE fid=2", (header + arc,))
    point, line = only(path).geometry  # type: ignore[misc]
    assert (point, line.geom_type, len(line.coords) > 10) == (shapely.Point(140, 36), "LineString", True)
    assert shapely.distance(line, shapely.Point(141, 37)) < 0.01


def test_kml_values_in_extended_data_and_in_tables_of_the_description(tmp_path: Path) -> None:
    table = (
        "<table><tr><th>住所</th><td>本町1-4-1</td></tr><tr><td>電話</td><td>0287&amp;23</td></tr></table>"
    )
    places = (
        f"<Placemark><name>本館</name><description><![CDATA[{table}]]></description>"
        '<ExtendedData><Data name="定員"><value>30</value></Data></ExtendedData>'
        "<Point><coordinates>140.016,36.871,20</coordinates></Point></Placemark>"
        "<Placemark><name>別館</name><Point><coordinates>140.017,36.872</coordinates></Point></Placemark>"
    )
    for encoding in ("UTF-8", "Shift_JIS"):
        (tmp_path / "a.kml").write_bytes(KML.format(encoding, places).encode(encoding))
        read = only(tmp_path / "a.kml")
        main, other = cells(read)
        assert (main["Name"], main["住所"], main["電話"], main["定員"]) == (
            "本館",
            "本町1-4-1",
            "0287&23",
            "30",
        )
        assert (other["Name"], other["住所"], other["定員"]) == ("別館", None, None)
        assert wkt(read)[0] == "POINT (140.016 36.871)"
        assert "tessellate" not in main


def test_of_folders_as_good_one_must_be_named(tmp_path: Path) -> None:
    place = "<Placemark><name>{}</name><Point><coordinates>140,36</coordinates></Point></Placemark>"
    folders = "".join(f"<Folder><name>{n}</name>{place.format(n)}</Folder>" for n in ("甲", "乙"))
    (tmp_path / "a.kml").write_text(KML.format("UTF-8", folders + "<Folder><name>空</name></Folder>"))
    with pytest.raises(BadInput, match=r"甲、乙.*--sheet"):
        parts(tmp_path / "a.kml")
    assert cells(only(tmp_path / "a.kml", sheet="乙"))[0]["Name"] == "乙"
    with pytest.raises(BadInput, match="「丙」はありません"):
        parts(tmp_path / "a.kml", sheet="丙")


def test_of_layers_the_one_with_most_known_columns_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame([POINT], 色=["赤"]).to_file(path, layer="装飾")
    frame([POINT], 名称=["本館"]).to_file(path, layer="施設")
    (table,) = parts(path, lambda names: int("名称" in names))
    assert cells(table) == [{"名称": "本館"}]
    with pytest.raises(BadInput, match="装飾、施設"):
        parts(path)


def test_a_table_of_styles_is_no_rival_of_the_layer(tmp_path: Path) -> None:
    frame([POINT]).to_file(tmp_path / "a.gpkg", layer="施設")
    styles = frame([None], styleName=["赤"]).drop(columns="geometry")
    pyogrio.write_dataframe(styles, tmp_path / "a.gpkg", layer="layer_styles")
    assert cells(only(tmp_path / "a.gpkg")) == [{"名称": "本館"}]
    assert cells(only(tmp_path / "a.gpkg", sheet="layer_styles")) == [{"styleName": "赤"}]


def test_reading_may_stop_after_a_part(tmp_path: Path) -> None:
    frame([POINT] * (PART_ROWS + 1)).to_file(tmp_path / "a.gpkg")
    reading = vector.tables(tmp_path / "a.gpkg", Options(), none_known)
    assert len(next(reading).cells) == PART_ROWS
    reading.close()


def test_old_exchange_files_in_cp932(tmp_path: Path) -> None:
    (tmp_path / "a.mif").write_bytes(
        'Version 300\nCharset "WindowsJapanese"\nDelimiter ","\nColumns 1\n  名称 Char(20)\nData\n\n'
        "Point 140.016 36.871\n".encode("cp932")
    )
    (tmp_path / "a.mid").write_bytes('"本館"\n'.encode("cp932"))
    assert cells(only(tmp_path / "a.mif")) == [{"名称": "本館"}]
    (tmp_path / "a.dxf").write_bytes(
        "0\nSECTION\n2\nHEADER\n9\n$DWGCODEPAGE\n3\nANSI_932\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n0\nPOINT\n8\n"
        "道路\n10\n1.0\n20\n2.0\n0\nENDSEC\n0\nEOF\n".encode("cp932")
    )
    assert cells(only(tmp_path / "a.dxf"))[0]["Layer"] == "道路"


@pytest.mark.parametrize("crs", ["EPSG:6677", None])
def test_geoparquet_says_its_system_or_not(tmp_path: Path, crs: str | None) -> None:
    frame([shapely.Point(1000, 2000, 3)], crs=crs, 番号=[7], 比=[0.5]).to_parquet(tmp_path / "a.parquet")
    table = only(tmp_path / "a.parquet")
    assert (table.format, cells(table), wkt(table)) == (
        "GeoParquet", [{"番号": "7", "比": "0.5"}], ["POINT (1000 2000)"])  # fmt: skip
    assert (pyogrio_epsg(table.crs) if table.crs else None) == crs


def pyogrio_epsg(wkt: str) -> str:
    return f"EPSG:{gpd.GeoSeries([], crs=wkt).crs.to_epsg()}"


def test_dxf_gpx_mapinfo_and_filegdb(tmp_path: Path) -> None:
    line = frame([shapely.LineString([(0, 0), (10, 5)])], crs=None, Layer=["道路"])
    with pytest.warns(UserWarning, match="crs"):
        line.to_file(tmp_path / "a.dxf", driver="DXF")
    assert (only(tmp_path / "a.dxf").format, wkt(only(tmp_path / "a.dxf"))) == (
        "DXF",
        ["LINESTRING (0 0, 10 5)"],
    )
    (tmp_path / "a.gpx").write_text(
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        '<wpt lat="36.871" lon="140.016"><name>本館</name></wpt></gpx>'
    )
    assert (cells(only(tmp_path / "a.gpx"))[0]["name"], wkt(only(tmp_path / "a.gpx"))) == (
        "本館", ["POINT (140.016 36.871)"])  # fmt: skip
    for name, driver in (("a.tab", "MapInfo File"), ("a.mif", "MapInfo File"), ("a.gdb", "OpenFileGDB")):
        pyogrio.write_dataframe(frame([POINT], name=["hall"]), tmp_path / name, driver=driver)
        assert (cells(only(tmp_path / name))[0]["name"], wkt(only(tmp_path / name))) == (
            "hall", ["POINT (140.016 36.871)"])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.kml", '<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>', "DOCTYPE"),
        (
            "a.gml",
            '<?xml version="1.0"?><!-- c --><!DOCTYPE x SYSTEM "http://a/b"><FeatureCollection/>',
            "DOCTYPE",
        ),
        ("a.kml", "<kml><Document>", r"a\.kml"),
        ("a.kml", KML.format("UTF-8", ""), "データの行がありません"),
        ("a.xml", '<?xml version="1.0"?><a/>', "データの並びがありません"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "データの行がありません"),
        ("a.geojson", '{"type": "FeatureCollection", "features": [{"type": "Fea', r"a\.geojson"),
        ("a.parquet", "PAR1 and no more PAR1", r"a\.parquet"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=says) as refused:
        parts(tmp_path / name)
    assert str(tmp_path) not in str(refused.value)


def test_a_limit_of_rows_holds_in_each_format(tmp_path: Path) -> None:
    from etl.table import Limits

    for name in ("a.geojson", "a.gpkg"):
        frame([POINT] * 3).to_file(tmp_path / name)
        with pytest.raises(BadInput, match="上限 2 行"):
            parts(tmp_path / name, limits=Limits(rows=2))


def test_a_filegdb_and_a_kmz_come_out_of_their_zips(tmp_path: Path) -> None:
    from etl.formats import archives, members

    pyogrio.write_dataframe(frame([POINT], name=["hall"]), tmp_path / "a.gdb", driver="OpenFileGDB")
    packed = Path(shutil.make_archive(str(tmp_path / "gdb"), "zip", tmp_path, "a.gdb"))
    with archives.unpacked(packed, Options().limits) as directory:
        member, options = members.chosen(packed, directory, Options())
        assert cells(only(member, sheet=options.sheet))[0]["name"] == "hall"
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", KML.format("UTF-8", "<Placemark><name>本館</name></Placemark>"))
        archive.writestr("files/icon.png", "x")
    with archives.unpacked(tmp_path / "a.kmz", Options().limits) as directory:
        member, _ = members.chosen(tmp_path / "a.kmz", directory, Options())
        assert cells(only(member))[0]["Name"] == "本館"

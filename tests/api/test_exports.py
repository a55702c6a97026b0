"""Items as files: every format is what its programs open, whole and harmless."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyogrio
import pytest
import shapely
from pyarrow import parquet
from starlette.testclient import TestClient

from api.formats.columns import fields_of
from api.formats.kinds import KINDS
from api.formats.shapefile_names import shapefile_names
from api.formats.standard_columns import COLUMNS
from gis_core.definition import LayerDefinition
from gis_core.formulas import restore
from tests.api.conftest import BENCHES, bench_fields, definition
from tests.api.exports import BENCH, fetch, sheet, table
from tests.conftest import Store

PUBLIC = ["name", "name_kana", "address", "seats", "height", "covered", "placed"]
TITLES = ["名称", "名称カナ", "住所", "席数", "高さ", "屋根", "設置日", "緯度", "経度"]
PAYLOADS = ["=1+1", "+81 3-0000", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", '=HYPERLINK("x","y")', 'a"b,c\nd']


def features(
    client: TestClient, name: str, folder: Path, layer: str = "benches"
) -> tuple[Any, Any, Any, Any]:
    """What GDAL reads of a file: about it, the ids, the geometries, the columns."""
    path = folder / f"{layer}.{KINDS[name].suffix}"
    path.write_bytes(fetch(client, f"/api/collections/{layer}/items", f=name))
    made = pyogrio.raw.read(f"/vsizip/{path}" if name == "shp" else path, return_fids=True)
    return made  # type: ignore[no-any-return]


@pytest.mark.parametrize("layer", ["benches", "zones", "nothing"])
@pytest.mark.parametrize("name", ["gpkg", "shp", "fgb", "kml", "geojson-file"])
def test_gdal_opens_every_format(client: TestClient, tmp_path: Path, name: str, layer: str) -> None:
    about, _, geometries, _ = features(client, name, tmp_path, layer)
    assert len(geometries) == {"benches": BENCHES, "zones": 3, "nothing": 0}[layer]
    assert about["crs"] == "EPSG:4326"
    assert not {"inspector", "点検者"} & set(about["fields"])


def test_a_geopackage_keeps_ids_types_and_nulls(client: TestClient, tmp_path: Path) -> None:
    about, ids, geometries, columns = features(client, "gpkg", tmp_path)
    assert sorted(ids) == list(range(1, BENCHES + 1))
    assert list(about["fields"]) == PUBLIC
    assert list(about["ogr_types"])[3:] == ["OFTInteger64", "OFTReal", "OFTInteger", "OFTDate"]
    assert shapely.from_wkb(geometries[1]).coords[0] == pytest.approx((139.955, 36.8))
    assert columns[0][0] == '<b>危険</b> & "ベンチ"'
    assert columns[2][-1] is None


def test_geoparquet_says_where_its_geometry_is(client: TestClient) -> None:
    file = parquet.ParquetFile(io.BytesIO(fetch(client, f="parquet")))
    about = json.loads(file.schema_arrow.metadata[b"geo"])
    assert about["columns"]["geom"] == {"encoding": "WKB", "geometry_types": ["Point"]}
    rows = file.read().to_pylist()
    assert len(rows) == BENCHES
    assert shapely.from_wkb(rows[1]["geom"]).coords[0] == pytest.approx((139.955, 36.8))
    assert rows[1]["placed"].isoformat() == "2026-01-02"


def test_records_of_a_sequence_stand_for_themselves(client: TestClient) -> None:
    first, *records = fetch(client, f="geojsonseq").decode().split("\x1e")
    assert first == ""
    assert [json.loads(record)["id"] for record in records] == list(range(1, BENCHES + 1))


def test_csv_is_what_a_japanese_excel_opens(client: TestClient) -> None:
    content = fetch(client, f="csv")
    assert content.startswith("\ufeff名称,".encode())
    assert content.count(b"\r\n") == BENCHES + 1
    header, *rows = table(content)
    assert header == TITLES
    assert rows[0] == [
        '<b>危険</b> & "ベンチ"',
        "ベンチ",
        "本町0丁目",
        "0",
        "0",
        "有",
        "2026-01-01",
        "36.8",
        "139.95",
    ]
    assert rows[1][3:7] == ["1", "0.5", "無", "2026-01-02"]
    assert rows[-1][1:7] == [""] * 6


def test_a_workbook_has_numbers_and_dates_as_such(client: TestClient) -> None:
    header, *rows = sheet(fetch(client, f="xlsx"))
    assert list(header) == TITLES
    assert len(rows) == BENCHES
    assert rows[1][:6] == ("ベンチ1", "ベンチ", "本町1丁目", 1, 0.5, "無")
    assert rows[1][6].date().isoformat() == "2026-01-02"
    assert rows[1][7:] == pytest.approx((36.8, 139.955))
    assert rows[-1][1:7] == (None,) * 6


def test_headings_and_code_lists_are_in_the_askers_language(client: TestClient) -> None:
    zones = "/api/collections/zones/items"
    assert table(fetch(client, f="csv", lang="en"))[0][-2:] == ["Latitude", "Longitude"]
    assert [row[1] for row in table(fetch(client, zones, f="csv"))] == ["種別", "1", "1", "1"]
    assert [row[1] for row in table(fetch(client, zones, f="csv", labels="true"))][1:] == ["第一種"] * 3
    assert table(fetch(client, zones, f="csv"))[1][2].startswith("POLYGON((140.015 36.85,")


def test_a_shapefile_names_its_fields_and_its_encoding(client: TestClient) -> None:
    with zipfile.ZipFile(io.BytesIO(fetch(client, f="shp"))) as archive:
        parts = {name.rpartition(".")[2] for name in archive.namelist()}
        assert {"shp", "shx", "dbf", "prj", "cpg"} <= parts
        assert archive.read("benches.cpg") == b"UTF-8"
        assert "name_kana\tname_kana\t名称カナ" in archive.read("benches_README.txt").decode("utf-8-sig")


def test_names_that_are_cut_stay_apart() -> None:
    names = [
        "local_government_code",
        "local_government_name",
        "LOCAL_GOVX",
        "住所の市や町",
        "住所の市や町村",
        "ID",
    ]
    made = shapefile_names(names)
    assert made[:3] == ["local_gove", "local_go_1", "LOCAL_GOVX"]
    assert len({name.casefold() for name in [*made, "id"]}) == len(names) + 1
    assert all(len(name.encode()) <= 10 for name in made)


@pytest.mark.parametrize("name", ["gpkg", "shp", "fgb"])
def test_coordinates_are_in_the_system_asked_for(client: TestClient, tmp_path: Path, name: str) -> None:
    system = "http://www.opengis.net/def/crs/EPSG/0/6677"
    path = tmp_path / f"a.{KINDS[name].suffix}"
    path.write_bytes(fetch(client, f=name, crs=system, limit=1))
    about, _, (geometry,), _ = pyogrio.raw.read(f"/vsizip/{path}" if name == "shp" else path)
    east, north = shapely.from_wkb(geometry).coords[0]
    assert about["crs"] == "EPSG:6677"
    rows = table(fetch(client, f="csv", crs=system, limit=1))
    assert rows[0][-2:] == ["X座標", "Y座標"]
    assert (float(rows[1][-2]), float(rows[1][-1])) == pytest.approx((north, east), abs=1e-6)


@pytest.fixture
def filled(store: Store, clients: Any) -> Callable[[list[tuple[str, float]]], TestClient]:
    """A client of a layer of benches with these names and heights."""

    def fill(rows: list[tuple[str, float]]) -> TestClient:
        from layers.services.loads import Delivery, load_rows
        from layers.services.registry import register_layer

        register_layer(definition("benches", bench_fields()))
        point = shapely.Point(140, 36.8).wkb
        delivery = Delivery.whole("b.csv", ("name", "height"), (), [(*row, point) for row in rows], {})
        load_rows("benches", delivery, actor="tests", mode="publish")
        return clients(store)  # type: ignore[no-any-return]

    return fill


def test_no_cell_is_a_formula_and_every_value_comes_back(filled: Any) -> None:
    client = filled([(payload, -1.5) for payload in PAYLOADS])
    rows = table(fetch(client, f="csv"))[1:]
    cells = [row[0] for row in sheet(fetch(client, f="xlsx"))[1:]]
    for texts in ([row[0] for row in rows], cells):
        assert not any(re.match(r"[=+\-@＝\t\r\n]", text) for text in texts)
        assert [restore(text) for text in texts] == PAYLOADS
    assert {row[4] for row in rows} == {"-1.5"}


def test_what_xml_cannot_hold_is_left_out_and_all_else_stays(filled: Any, tmp_path: Path) -> None:
    client = filled([("a<b>&c\u0001d", 1.0), ("_x000D_", 2.0), ("行1\n行2", 3.0), ("長" * 40_000, 4.0)])
    cells = [row[0] for row in sheet(fetch(client, f="xlsx"))[1:]]
    # Excel reads _x005F_ as an underscore, openpyxl does not.
    assert cells == ["a<b>&cd", "_x005F_x000D_", "行1\n行2", "長" * 32_767]
    _, _, _, columns = features(client, "kml", tmp_path)
    assert "a<b>&cd" in [text for column in columns for text in column]


def test_cp932_tells_what_it_does_not_have(filled: Any) -> None:
    client = filled([("髙﨑①", 1.0), ("𠮷田é", 2.0)])
    response = client.get(BENCH, params={"f": "csv", "encoding": "cp932"})
    assert response.headers["content-type"] == "text/csv; charset=windows-31j"
    text = response.content.decode("cp932")
    assert text.startswith("名称,")
    assert ("髙﨑①" in text, "〓田〓" in text) == (True, True)
    assert unquote(response.headers["machizu-replaced-characters"]) == "2; characters=𠮷é"


def standard_layers() -> Iterator[LayerDefinition]:
    from layers.standard import standard_definitions

    yield from (d for d in standard_definitions() if isinstance(d, LayerDefinition) and d.dataset in COLUMNS)


def test_the_standards_columns_find_the_fields_that_a_delivery_would_feed(django_ready: str) -> None:
    from etl.mapping import map_columns

    for layer in standard_layers():
        names = COLUMNS[layer.dataset or ""]
        ours = {field.name: name for name, field in fields_of(names, layer.fields).items()}
        assert ours == map_columns(names, layer).fields
        assert len(ours) >= len(names) - 4, set(names) - set(ours.values())

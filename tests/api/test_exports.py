"""Items as files: every format, the same selection as a page, harmless, and nothing left behind."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import psycopg
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
from tests.api.conftest import BENCHES, bench_fields, definition, eventually
from tests.conftest import Store

BENCH = "/api/collections/benches/items"
PUBLIC = ["name", "name_kana", "address", "seats", "height", "covered", "placed"]
TITLES = ["名称", "名称カナ", "住所", "席数", "高さ", "屋根", "設置日", "緯度", "経度"]
PAYLOADS = ["=1+1", "+81 3-0000", "-1", "@SUM(A1)", "\t=1", "＝1", "'=1", '=HYPERLINK("x","y")', 'a"b,c\nd']


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].values)


def fetch(client: TestClient, path: str = BENCH, **query: Any) -> bytes:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.content


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


SELECTIONS: list[dict[str, Any]] = [
    {"bbox": "139.95,36.79,139.99,36.81"},
    {"seats": 3},
    {"datetime": "2026-01-05/2026-01-09"},
    {"filter": "seats = 2 AND covered = true"},
    {"q": "ベンチ24"},
    {"limit": 7},
    {"limit": 5, "sortby": "-height", "offset": 2},
    {"at": "2001-01-01T00:00:00Z"},
]


@pytest.mark.parametrize("selection", SELECTIONS, ids=lambda s: "+".join(s))
def test_a_file_selects_what_a_page_does(client: TestClient, selection: dict[str, Any]) -> None:
    page = client.get(BENCH, params={"limit": 1000, **selection}).json()["features"]
    names = [feature["properties"]["name"] for feature in page]
    assert [row[0] for row in table(fetch(client, f="csv", **selection))[1:]] == names
    assert [row[0] for row in sheet(fetch(client, f="xlsx", **selection))[1:]] == names


def test_every_kind_of_file_selects_alike(client: TestClient, tmp_path: Path) -> None:
    query = {"filter": "seats = 2 AND covered = true", "bbox": "139.9,36.7,140.1,37", "limit": 9}
    ids = [feature["id"] for feature in client.get(BENCH, params=query).json()["features"]]
    (tmp_path / "a.gpkg").write_bytes(fetch(client, f="gpkg", **query))
    assert list(pyogrio.raw.read(tmp_path / "a.gpkg", return_fids=True)[1]) == ids


def test_a_file_goes_on_after_a_page(client: TestClient) -> None:
    page = client.get(BENCH, params={"limit": 200}).json()
    cursor = next(link["href"] for link in page["links"] if link["rel"] == "next").partition("cursor=")[2]
    assert len(table(fetch(client, f="csv", cursor=unquote(cursor.split("&")[0])))) == 1 + BENCHES - 200


def test_properties_and_geometry_can_be_left_out(client: TestClient, tmp_path: Path) -> None:
    chosen = {"properties": "seats,name", "skipGeometry": "true"}
    assert table(fetch(client, f="csv", **chosen))[0] == ["名称", "席数"]
    (tmp_path / "a.gpkg").write_bytes(fetch(client, f="gpkg", **chosen))
    about = pyogrio.read_info(tmp_path / "a.gpkg")
    assert (list(about["fields"]), about["geometry_type"]) == (["name", "seats"], None)


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


def test_a_second_download_costs_nothing(client: TestClient) -> None:
    for name in KINDS:
        head = client.head(BENCH, params={"f": name})
        assert (head.status_code, head.content) == (200, b"")
        tag = {"if-none-match": head.headers["etag"]}
        again = client.get(BENCH, params={"f": name}, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
    first = client.get(BENCH, params={"f": "csv"})
    tag = {"if-none-match": first.headers["etag"]}
    assert client.get(BENCH, params={"f": "csv"}, headers=tag).status_code == 304
    assert client.get(BENCH, params={"f": "csv"}, headers=tag | {"accept-language": "en"}).status_code == 200


def test_a_file_is_named_in_japanese_by_title_and_day(client: TestClient) -> None:
    disposition = client.head(BENCH, params={"f": "csv", "at": "2030-04-01"}).headers["content-disposition"]
    plain, name = re.fullmatch(r"attachment; filename=\"(.+)\"; filename\*=UTF-8''(.+)", disposition).groups()  # type: ignore[union-attr]
    assert (plain, unquote(name)) == ("092100_benches_2030-04-01.csv", "benchesの一覧_2030-04-01.csv")


@pytest.mark.parametrize("name", ["csv", "xlsx", "gpkg", "kml", "fgb", "parquet", "shp", "geojsonseq"])
def test_accept_chooses_the_format_too(client: TestClient, name: str) -> None:
    media = KINDS[name].media
    response = client.head(BENCH, headers={"accept": f"{media.split(';')[0]}, */*;q=0.1"})
    assert response.headers["content-type"] == media


def test_text_is_compressed_for_those_who_take_it(client: TestClient) -> None:
    plain = client.get(BENCH, params={"f": "csv"}, headers={"accept-encoding": "identity"})
    packed = client.get(BENCH, params={"f": "csv"}, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"f": "csv", "profile": "standard"}, "profile"),
        ({"f": "gpkg", "profile": "standard"}, "profile"),
        ({"f": "csv", "profile": "other"}, "profile"),
        ({"f": "geojson", "profile": "standard"}, "profile"),
        ({"f": "xlsx", "encoding": "cp932"}, "encoding"),
        ({"f": "fgb", "labels": "true"}, "labels"),
        ({"f": "kml", "crs": "http://www.opengis.net/def/crs/EPSG/0/6677"}, "crs"),
        ({"f": "csv", "limit": "0"}, "limit"),
        ({"f": "csv", "nonsense": "1"}, "nonsense"),
        ({"f": "csv", "filter": "nonsense = 1"}, "filter"),
        ({"f": "docx"}, "f"),
    ],
    ids=str,
)
def test_what_a_format_cannot_do_is_refused_by_name(
    client: TestClient, query: dict[str, str], parameter: str
) -> None:
    response = client.get(BENCH, params=query)
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)


def test_more_than_is_given_at_a_time_is_refused_not_cut(clients: Any, world: Store) -> None:
    client = clients(world, export_features=100)
    refused = client.get(BENCH, params={"f": "csv"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "limit")
    assert len(table(fetch(client, f="csv", limit=100))) == 101
    assert len(table(fetch(client, f="csv", seats=3))) == 51


def test_the_document_names_every_media_type(client: TestClient) -> None:
    paths = client.get("/api/openapi").json()["paths"]
    content = paths["/collections/benches/items"]["get"]["responses"]["200"]["content"]
    assert {kind.media.split(";")[0] for kind in KINDS.values()} <= set(content)
    links = client.get(BENCH, params={"limit": 1}).json()["links"]
    offered = {link["type"]: link["href"] for link in links if link["rel"] == "alternate"}
    assert offered["text/csv"].endswith("/items?limit=1&f=csv")
    assert {kind.media.split(";")[0] for kind in KINDS.values()} - set(offered) == {"application/geo+json"}


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


def test_a_file_follows_an_edit(filled: Any, store: Store) -> None:
    client = filled([("前", 1.0)])
    tag = client.get(BENCH, params={"f": "csv"}).headers["etag"]
    with psycopg.connect(store.url) as connection:
        connection.execute("UPDATE layer.benches SET name = '後'")
    eventually(lambda: client.head(BENCH, params={"f": "csv"}).headers["etag"] != tag)
    assert table(fetch(client, f="csv"))[1][0] == "後"


def test_staff_with_a_key_get_what_they_may_see(
    publish: Callable[[int], None], clients: Any, store: Store, key: Any
) -> None:
    publish(3)
    client = clients(store)
    for name, read in (("csv", table), ("xlsx", sheet)):
        public = client.get(BENCH, params={"f": name})
        own = client.get(BENCH, params={"f": name}, headers=key(name=name))
        assert "点検者" in read(own.content)[0]
        assert "点検者" not in read(public.content)[0]
        assert own.headers["cache-control"].startswith("private")
        assert own.headers["etag"] != public.headers["etag"]


@pytest.fixture
def nothing_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], bool]:
    """Tell whether no file of ours is open or in the temporary folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def check() -> bool:
        held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return not any(str(tmp_path) in str(path) for path in held) and not list(tmp_path.iterdir())

    return check


@pytest.mark.parametrize("name", ["csv", "gpkg"])
def test_a_client_that_goes_leaves_no_query_and_no_file(
    address: str, world: Store, nothing_left: Callable[[], bool], name: str
) -> None:
    parts = urlsplit(address)
    request = f"GET {BENCH}?f={name} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    with psycopg.connect(world.url) as locking, psycopg.connect(world.url, autocommit=True) as looking:
        locking.execute("LOCK TABLE layer.benches IN ACCESS EXCLUSIVE MODE")
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
            client.sendall(request)
            eventually(lambda: waiting(looking) == 1)
            assert not nothing_left()
        eventually(lambda: waiting(looking) == 0)
        eventually(nothing_left)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.sendall(request)
        assert client.recv(15) == b"HTTP/1.1 200 OK"


def waiting(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DECLARE%'"
        " OR wait_event_type = 'Lock' AND query LIKE 'FETCH%'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_disk_is_free_after_every_download(client: TestClient, nothing_left: Callable[[], bool]) -> None:
    for name in ("csv", "xlsx", "gpkg", "shp"):
        fetch(client, f=name)
    assert nothing_left()


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

"""A file holds what a page of the same query does, or says why it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyogrio
import pytest
from starlette.testclient import TestClient

from tests.api.conftest import BENCHES
from tests.api.exports import BENCH, fetch, sheet, table
from tests.conftest import Store

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

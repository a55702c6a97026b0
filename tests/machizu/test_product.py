"""The whole road on the sample city: from deliveries to what machines read over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest

from gis_core import tiles
from tests.conftest import ROOT, Store

RASTERS = {"flood_depth", "elevation"}
VECTOR_LAYERS = sorted({path.stem for path in (ROOT / "layers/definitions").glob("*.yaml")} - RASTERS)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as response:
        return bytes(response.read())


def collection(server: str, layer: str) -> dict[str, Any]:
    return json.loads(get(f"{server}/api/collections/{layer}?f=json"))


def test_every_layer_is_listed_with_its_count_and_extent(server: str) -> None:
    listed = {c["id"]: c for c in json.loads(get(f"{server}/api/collections?f=json"))["collections"]}
    assert set(listed) == set(VECTOR_LAYERS)
    for entry in listed.values():
        assert entry["itemCount"] > 0
        west, south, east, north = entry["extent"]["spatial"]["bbox"][0]
        assert 139.9 < west < east < 140.3
        assert 35.5 < south < north < 37.0
    rasters = {r["id"] for r in json.loads(get(f"{server}/api/rasters?f=json"))["rasters"]}
    assert rasters == RASTERS


@pytest.mark.parametrize("layer", VECTOR_LAYERS)
def test_a_tile_of_each_layer_holds_its_features(server: str, layer: str) -> None:
    page = json.loads(get(f"{server}/api/collections/{layer}/items?limit=5&f=json"))
    for feature in page["features"]:
        position = feature["geometry"]["coordinates"]
        while isinstance(position[0], list):
            position = position[0]
        row, column = tiles.tile_at(position[0], position[1], 14)
        data = get(f"{server}/api/collections/{layer}/tiles/WebMercatorQuad/14/{row}/{column}")
        held = mapbox_vector_tile.decode(data)[layer]["features"]
        assert feature["id"] in {f["id"] for f in held}


@pytest.mark.parametrize(
    ("file", "layer", "rows", "columns"),
    [
        (
            "shelters_gsi/emergency/092100.json",
            "evacuation_sites",
            93,
            {"name": "施設・場所名", "flood": "洪水"},
        ),
        (
            "shelters_gsi/evacuation/092100.json",
            "evacuation_shelters",
            87,
            {"name": "施設・場所名", "geom": None},
        ),
        (
            "river/cctv_list_tochigi.csv",
            "river_cameras",
            214,
            {"name": "name", "geom": ["longitude", "latitude"], "identifier": "id"},
        ),
        ("boundaries/japanese-admins/09210.json", "city_boundary", 1, {"name": "name", "geom": None}),
    ],
)
def test_real_files_are_read_and_the_mapping_is_told(
    shared: Path, loaded_store: Store, file: str, layer: str, rows: int, columns: dict[str, Any]
) -> None:
    path = shared / "data" / "otawara" / file
    report = json.loads(machizu(loaded_store, "load", str(path), "--layer", layer, "--dry-run", "--json"))
    assert report["rows"] == {"read": rows, "accepted": rows, "rejected": 0}
    assert columns.items() <= report["mapping"].items()
    assert (report["load"], report["state"]) == (None, "checked")


def test_the_faulty_sample_rows_are_told_and_kept(loaded_store: Store) -> None:
    from data_samples.departments.public import FAULTS

    path = next((loaded_store.home / "samples").glob("**/公共施設一覧.csv"))
    report = json.loads(
        machizu(loaded_store, "load", str(path), "--layer", "facilities", "--dry-run", "--json")
    )
    assert {(i["row"], i["rule"]) for i in report["issues"]} >= set(FAULTS.items())
    assert report["diff"] == {"added": 0, "changed": 0, "removed": 0, "unchanged": report["rows"]["accepted"]}


def machizu(store: Store, *arguments: str) -> str:
    environ = os.environ | {"DATABASE_URL": store.url, "MACHIZU_HOME": str(store.home)}
    command = [sys.executable, "-m", "machizu", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_samples_are_marked_and_not_offered_as_open_data(server: str) -> None:
    listed = json.loads(get(f"{server}/api/collections?f=json"))["collections"]
    assert all(entry["sample"] for entry in listed)
    catalogue = json.loads(get(f"{server}/api/catalog"))
    assert not catalogue.get("dcat:dataset", [])
    assert "見本データです" in get(f"{server}/?lang=ja").decode()

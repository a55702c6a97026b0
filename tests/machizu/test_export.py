"""`machizu export`, and loading again what it wrote: nothing may change on the way."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyogrio
import pytest

from api.formats.standard_columns import COLUMNS
from gis_core.city import City
from machizu.cli import main
from tests.conftest import Store

STANDARD = ["evacuation_sites", "facilities", "wifi_hotspots", "events", "medical_institutions", "aed"]
POINTS = [
    *STANDARD, "evacuation_shelters", "radiation_readings", "river_levels", "distribution_points", "damage_reports",
]  # fmt: skip
AREAS = ["road_closures", "landslide_zones", "city_boundary", "town_areas", "rivers", "roads"]

Export = Callable[..., Path]


@pytest.fixture
def export(sample_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    monkeypatch.setenv("DATABASE_URL", sample_store.url)

    def run(layer: str, name: str, *words: str) -> Path:
        path = tmp_path / f"{layer}.{'zip' if name == 'shp' else name}"
        assert main(["export", layer, "-f", name, "-o", str(path), *words]) == 0
        return path

    return run


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def loaded_again(path: Path, layer: str, city: City) -> dict[str, Any]:
    from etl.loading import load

    return load(path, layer, city=city, actor="tests", mode="dry_run").as_dict()


def unchanged(report: dict[str, Any]) -> bool:
    """Whether every row was taken and none would change anything."""
    diff = report["diff"]
    assert diff["unchanged"] == report["rows"]["read"] > 0
    return not (diff["added"] or diff["changed"] or diff["removed"] or report["rows"]["rejected"])


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        *((layer, name) for layer in POINTS for name in ("csv", "xlsx")),
        *((layer, "gpkg") for layer in [*POINTS, *AREAS]),
        *(("evacuation_sites", name) for name in ("shp", "kml", "fgb", "parquet", "geojson")),
        *(("roads", name) for name in ("shp", "kml", "fgb", "parquet", "geojson")),
    ],
)
def test_what_was_exported_loads_again_unchanged(export: Export, city: City, layer: str, name: str) -> None:
    assert unchanged(loaded_again(export(layer, name), layer, city))


@pytest.mark.parametrize("name", ["csv", "xlsx"])
@pytest.mark.parametrize("layer", STANDARD)
def test_the_standards_own_form_loads_again_unchanged(
    export: Export, city: City, layer: str, name: str
) -> None:
    report = loaded_again(export(layer, name, "--profile", "standard"), layer, city)
    assert unchanged(report)
    assert [issue for issue in report["issues"] if issue["severity"] == "error"] == []


def test_the_standards_form_is_as_the_standard_writes_it(export: Export) -> None:
    path = export("evacuation_sites", "csv", "--profile", "standard")
    header, *rows = table(path)
    assert tuple(header) == COLUMNS["03"]
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert {row["災害種別_洪水"] for row in found} <= {"1", ""}
    assert all(len(row["緯度"].partition(".")[2]) >= 6 for row in found)


def test_a_copy_by_gdal_loads_again_unchanged(export: Export, city: City, tmp_path: Path) -> None:
    meta, ids, geometries, columns = pyogrio.raw.read(
        export("medical_institutions", "gpkg"), return_fids=True
    )
    copy = tmp_path / "copy.gpkg"
    about = {"crs": meta["crs"], "geometry_type": meta["geometry_type"], "encoding": "UTF-8"}
    pyogrio.raw.write(copy, geometries, columns, meta["fields"], driver="GPKG", **about)
    assert len(set(ids)) == len(ids)
    assert unchanged(loaded_again(copy, "medical_institutions", city))


def test_the_past_can_be_written(export: Export) -> None:
    before = export("aed", "csv", "--at", "2001-01-01")
    assert len(table(before)) == 1


def test_the_system_is_the_one_asked_for(export: Export) -> None:
    assert pyogrio.read_info(export("roads", "gpkg", "--crs", "EPSG:6677"))["crs"] == "EPSG:6677"


def test_cp932_is_for_old_programs(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    text = export("aed", "csv", "--encoding", "cp932").read_text(encoding="cp932")
    assert text.startswith("全国地方公共団体コード,")
    assert "〓" not in capsys.readouterr().err


def test_labels_are_read_as_their_codes(export: Export, city: City) -> None:
    path = export("medical_institutions", "csv", "--labels")
    assert "病院" in path.read_text(encoding="utf-8-sig")
    assert unchanged(loaded_again(path, "medical_institutions", city))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["roads", "-f", "csv", "--profile", "standard", "-o", "a.csv"], 1, "profile"),
        (["roads", "-f", "gpkg", "--encoding", "cp932", "-o", "a.gpkg"], 1, "encoding"),
        (["roads", "-f", "gpkg", "--crs", "EPSG:1", "-o", "a.gpkg"], 2, "EPSG:6677"),
        (["no_such_layer", "-f", "csv", "-o", "a.csv"], 1, "no_such_layer"),
        (["roads", "-f", "csv", "-o", "nowhere/a.csv"], 1, "nowhere"),
    ],
)
def test_what_cannot_be_is_said_in_one_message(
    export: Export,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", *words]) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_the_file_from_before(export: Export, sample_store: Store) -> None:
    path = export("aed", "csv")
    before = path.read_bytes()
    with psycopg.connect(sample_store.url) as locking:
        locking.execute("LOCK TABLE layer.aed IN ACCESS EXCLUSIVE MODE")
        ending = threading.Thread(target=end_who_waits, args=[sample_store.url])
        ending.start()
        assert main(["export", "aed", "-f", "csv", "-o", str(path)]) == 1
        ending.join()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def end_who_waits(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        ended = None
        while ended is None:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            time.sleep(0.02)

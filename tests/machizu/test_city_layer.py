"""A city makes a layer of its own with a definition file and nothing else; it lives, changes and goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Store
from tests.machizu.test_cli import run

DEFINITION = """\
id: school_districts
title: {ja: 小学校の通学区域, en: Elementary school districts}
description: {ja: 住所から通う小学校が分かります。, en: Which school children of an address attend.}
theme: facility
department: education
visibility: public
licence: CC BY 4.0
source: {ja: 教育委員会 告示}
geometry: MultiPolygon
style: {color: "#7A4B9A", opacity: 0.4}
keys: [[school]]
registration:
  contact: 学校教育係
  purpose: {ja: 通学区域の案内}
  survey: {kind: own}
  datum: JGD2011
  accuracy: 2500
  personal_data: {contained: false, reason: {ja: 区域だけを記録する}}
  update_frequency: yearly
  retention_years: 10
fields:
  - {name: school, type: string, required: true, role: name, title: {ja: 学校名, en: School}, aliases: [小学校名]}
  - name: kind
    type: string
    title: {ja: 区分, en: Kind}
    choices:
      - {value: fixed, title: {ja: 指定校, en: Fixed}}
      - {value: choice, title: {ja: 選択制, en: Choice}}
rules:
  - {rule: no_overlap, tolerance_m2: 1}
"""


def square(west: float, school: str, kind: str) -> dict[str, Any]:
    ring = [[west, 36.8], [west + 0.02, 36.8], [west + 0.02, 36.82], [west, 36.82], [west, 36.8]]
    return {
        "type": "Feature",
        "properties": {"小学校名": school, "区分": kind},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def deliver(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def in_store(store: Store) -> dict[str, str]:
    return {"DATABASE_URL": store.url, "MACHIZU_HOME": str(store.home)}


def test_from_a_definition_to_a_published_layer_and_back(
    store: Store, in_store: dict[str, str], tmp_path: Path
) -> None:
    definition = tmp_path / "districts.yaml"
    definition.write_text(DEFINITION, encoding="utf-8")
    assert run("layer", "create", str(definition), **in_store).returncode == 0
    assert run("layer", "create", str(definition), **in_store).returncode == 1
    schema = json.loads(run("layer", "schema", "school_districts", **in_store).stdout)
    assert "school" in schema["properties"]
    told = run("layer", "document", "school_districts", **in_store).stdout
    assert all(words in told for words in ("小学校の通学区域", "学校教育係", "`choice`", "重ならない")), told

    file = deliver(
        tmp_path / "d.geojson", square(140.0, "市野沢小", "指定校"), square(140.02, "薄葉小", "選択制")
    )
    loaded = run("load", str(file), "--layer", "school_districts", "--publish", "--json", **in_store)
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["rows"] == {"read": 2, "accepted": 2, "rejected": 0}
    with psycopg.connect(store.url) as connection:
        kinds = connection.execute("SELECT kind FROM layer.school_districts ORDER BY id").fetchall()
    assert kinds == [("fixed",), ("choice",)]

    overlapping = deliver(
        tmp_path / "o.geojson", square(140.0, "市野沢小", "指定校"), square(140.01, "薄葉小", "選択制")
    )
    report = json.loads(
        run("load", str(overlapping), "--layer", "school_districts", "--dry-run", "--json", **in_store).stdout
    )
    assert {i["rule"] for i in report["issues"]} == {"geometry.overlap"}

    definition.write_text(
        DEFINITION.replace("name: school,", "name: school_name, renamed_from: school,").replace(
            "[[school]]", "[[school_name]]"
        ),
        encoding="utf-8",
    )
    updated = run("layer", "update", str(definition), **in_store)
    assert updated.returncode == 0, updated.stderr
    assert run("layer", "rollback", "school_districts", "--to", "1", **in_store).returncode == 0
    assert "layer.update" in run("audit", "--layer", "school_districts", **in_store).stdout
    assert run("layer", "retire", "school_districts", **in_store).returncode == 0
    assert "school_districts" not in run("layer", "list", **in_store).stdout


def test_a_wrong_definition_is_told_by_line_key_and_remedy(in_store: dict[str, str], tmp_path: Path) -> None:
    definition = tmp_path / "districts.yaml"
    definition.write_text(
        DEFINITION.replace("geometry: MultiPolygon", "geometry: Multipolygon"), encoding="utf-8"
    )
    refused = run("layer", "create", str(definition), **in_store)
    assert refused.returncode == 1
    for said in ("districts.yaml", "9 行目", "line 9", "geometry", "MultiPolygon"):
        assert said in refused.stderr


def test_people_get_roles_and_are_held_to_them(in_store: dict[str, str], tmp_path: Path) -> None:
    assert (
        run("user", "create", "suzuki", "--role", "editor", "--department", "fire", **in_store).returncode
        == 0
    )
    file = tmp_path / "aed.csv"
    file.write_text("名称,緯度,経度\n市役所,36.871,140.016\n", encoding="utf-8")
    refused = run("load", str(file), "--layer", "aed", "--publish", "--as", "suzuki", **in_store)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert run("load", str(file), "--layer", "aed", "--as", "suzuki", **in_store).returncode == 0
    other = run("load", str(file), "--layer", "facilities", "--as", "suzuki", **in_store)
    assert other.returncode == 1

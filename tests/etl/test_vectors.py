"""The reference lists of codes and headers: what forms and standards write is known to the layers that take it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from etl.mapping import map_columns
from gis_core.codes import clean_flag
from gis_core.definition import LayerDefinition
from gis_core.definition_file import read_definition
from gis_core.text import clean_code
from tests.etl.conftest import HERE, Check, Write, values
from tests.etl.test_real_files import DEFINITIONS, standard


def listed(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("part", "layer"),
    [
        ("mergeFromCity_2 (指定緊急避難場所, national)", "evacuation_sites"),
        ("<5桁>_2 (per city)", "evacuation_sites"),
        ("mergeFromCity_1 (指定避難所, national)", "evacuation_shelters"),
    ],
)
def test_every_column_of_the_national_shelter_files_is_known(shared: Path, part: str, layer: str) -> None:
    columns = listed(shared, "datasets")["gsi"][part]
    mapping = map_columns(columns, standard(layer))
    assert mapping.unmapped == ()
    assert mapping.position is not None


def test_the_codes_of_presence_are_flags(shared: Path) -> None:
    for code, meaning in listed(shared, "codes")["gif_presence"]["items"].items():
        expected = {"有": True, "無": False}.get(meaning)
        assert (clean_flag(code).value, clean_flag(meaning).value) == (expected, expected)


def test_the_national_id_of_shelters_is_kept(shared: Path) -> None:
    common_id = listed(shared, "codes")["gsi_common_id"]
    assert clean_code(common_id["example"]).value == common_id["example"]
    assert len(common_id["example"]) == common_id["length"]


def choices(layer: LayerDefinition, field: str) -> dict[str, str]:
    return {choice.value: choice.title["ja"] for choice in layer.field_named(field).choices}


def test_code_lists_of_landslide_zones_are_those_of_the_ministry(shared: Path) -> None:
    codes = listed(shared, "codes")["landslide_A33"]
    layer = standard("landslide_zones")
    assert choices(layer, "phenomenon") == codes["A33_001"]
    shown = {code: title.removesuffix("(指定済)") for code, title in codes["A33_002"].items()}
    assert {
        code: t.replace("（", "(").replace("）", ")") for code, t in choices(layer, "zone_kind").items()
    } == shown


def test_kinds_of_medical_institutions_are_known(shared: Path, write: Write, checked: Check) -> None:
    kinds = listed(shared, "codes")["medical_types"]["items"]
    text = "名称,医療機関の種類,緯度,経度\n" + "".join(f"館{kind},{kind},{HERE}\n" for kind in kinds)
    done = checked(write(text), standard("medical_institutions"))
    assert [issue.rule for issue in done.issues] == []
    assert len(set(values(done, "medical_type"))) == len(kinds)


def test_depths_of_flooding_have_the_national_colours(shared: Path) -> None:
    rgb = listed(shared, "codes")["flood_A31"]["rgb"]
    flood = read_definition(DEFINITIONS / "flood_depth.yaml")
    assert not isinstance(flood, LayerDefinition)
    assert [c.color.lower() for c in flood.classes] == ["#" + bytes(rgb[rank]).hex() for rank in sorted(rgb)]


def test_levels_of_rivers_have_their_names(shared: Path) -> None:
    titles = {field.title["ja"] for field in standard("river_levels").fields}
    levels = [item["name"] for item in listed(shared, "codes")["river_levels"]["items"]]
    assert set(levels[:4]) <= titles

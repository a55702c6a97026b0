"""The standard layer definitions: complete, in every language, without ambiguous headers, one vocabulary."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from gis_core.city import load_city
from gis_core.definition import Field, LayerDefinition, RasterDefinition, Texts
from gis_core.definition_file import read_definition
from gis_core.languages import LANGUAGES
from gis_core.text import header_key

ROOT = Path(__file__).resolve().parents[2]
# Those below `offered` are made by cities that want them.
FILES = sorted((ROOT / "layers" / "definitions").rglob("*.yaml"))
DEFINITIONS = {path.stem: read_definition(path) for path in FILES}
LAYERS = [d for d in DEFINITIONS.values() if isinstance(d, LayerDefinition)]
RASTERS = [d for d in DEFINITIONS.values() if isinstance(d, RasterDefinition)]
CITY = load_city(ROOT / "machizu" / "cities" / "otawara.yaml")

VECTOR_IDS = {
    "facilities", "wifi_hotspots", "river_cameras", "evacuation_sites", "evacuation_shelters", "events",
    "medical_institutions", "aed", "radiation_readings", "river_levels", "road_closures", "distribution_points",
    "damage_reports", "city_boundary", "town_areas", "rivers", "roads", "landslide_zones",
}  # fmt: skip
THEMES = {
    "evacuation",
    "hazard",
    "facility",
    "wifi",
    "river",
    "event",
    "medical",
    "environment",
    "disaster",
    "base",
}
HAZARDS = (
    "flood",
    "landslide",
    "storm_surge",
    "earthquake",
    "tsunami",
    "large_fire",
    "inland_flood",
    "volcano",
)
COORDINATES = ("緯度", "経度", "北緯", "東経", "lat", "lon", "lng", "latitude", "longitude", "X", "Y")
PLATE = 0.92  # relative luminance of the light base map's ground
LEGAL = {
    "evacuation_sites": ("指定緊急避難場所", "指定避難所"),
    "evacuation_shelters": ("指定避難所", "指定緊急避難場所"),
}

each_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda d: d.id)


def headers(field: Field) -> set[str]:
    """The normalised column headers that lead to a field."""
    return {header_key(text) for text in (field.name, *field.title.values(), *field.aliases)}


def texts_of(definition: Any) -> Iterable[tuple[str, Texts]]:
    yield "title", definition.title
    yield "description", definition.description
    for part in getattr(definition, "fields", ()):
        yield part.name, part.title
        yield from ((f"{part.name}={choice.value}", choice.title) for choice in part.choices)
    for part in getattr(definition, "classes", ()):
        yield part.color, part.title


def luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_standard_layer_is_there() -> None:
    assert {d.id for d in LAYERS} == VECTOR_IDS | {
        path.stem for path in FILES if path.parent.name == "offered"
    }
    assert {d.id for d in RASTERS} == {"flood_depth", "elevation"}
    assert all(DEFINITIONS[stem].id == stem for stem in DEFINITIONS)


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda d: d.id)
def test_every_text_is_there_in_every_language(definition: Any) -> None:
    missing = [
        (place, lang) for place, texts in texts_of(definition) for lang in LANGUAGES if not texts.get(lang)
    ]
    assert missing == []


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda d: d.id)
def test_theme_department_and_licence_are_known(definition: Any) -> None:
    assert definition.theme in THEMES
    assert definition.department in CITY.departments
    assert definition.licence in {"CC BY 4.0", "PDL1.0"}


@each_layer
def test_no_header_leads_to_two_fields(layer: LayerDefinition) -> None:
    claims = defaultdict(set)
    for field in layer.fields:
        for key in headers(field):
            claims[key].add(field.name)
    assert {key: names for key, names in claims.items() if len(names) > 1} == {}


@each_layer
def test_coordinate_columns_are_not_fields(layer: LayerDefinition) -> None:
    taken = set().union(*(headers(field) for field in layer.fields))
    assert taken.isdisjoint(map(header_key, COORDINATES))


@each_layer
def test_only_the_name_is_required(layer: LayerDefinition) -> None:
    assert {field.name for field in layer.fields if field.required} <= {"name"}


@each_layer
def test_name_is_the_display_name(layer: LayerDefinition) -> None:
    name = layer.field_with_role("name")
    assert name is not None
    assert name.name == "name"
    assert layer.popup[0] == "name"


@each_layer
def test_a_role_is_played_once(layer: LayerDefinition) -> None:
    roles = [field.role for field in layer.fields if field.role]
    assert len(roles) == len(set(roles))


@each_layer
def test_symbols_and_lines_stand_out_on_a_light_map(layer: LayerDefinition) -> None:
    assert (PLATE + 0.05) / (luminance(layer.style.color) + 0.05) >= 3
    assert (layer.style.symbol is None) == (layer.theme in {"base", "hazard"})


def test_a_field_name_means_the_same_in_every_layer() -> None:
    meanings = defaultdict(set)
    for layer in LAYERS:
        for field in layer.fields:
            meanings[field.name].add(
                (field.type, field.kind, field.role, field.unit, tuple(field.title.items()))
            )
    assert {name for name, found in meanings.items() if len(found) > 1} == set()


def test_evacuation_sites_and_shelters_are_never_called_each_other() -> None:
    for layer_id, (own, other) in LEGAL.items():
        layer = DEFINITIONS[layer_id]
        assert own in layer.title["ja"]
        assert other not in layer.title["ja"]
        assert other in layer.description["ja"]


def test_the_eight_hazards_are_flags_whose_empty_cell_says_no() -> None:
    layer = DEFINITIONS["evacuation_sites"]
    assert isinstance(layer, LayerDefinition)
    flags = [layer.field_named(name) for name in HAZARDS]
    assert all(flag.type == "boolean" and flag.empty_is is False for flag in flags)


def test_what_a_damage_report_tells_of_people_stays_inside() -> None:
    layer = DEFINITIONS["damage_reports"]
    assert isinstance(layer, LayerDefinition)
    assert {f.name for f in layer.fields if f.visibility == "internal"} >= {
        "address",
        "damage",
        "image",
        "remarks",
    }


@pytest.mark.parametrize("raster", RASTERS, ids=lambda d: d.id)
def test_classes_rise_without_gap_or_overlap(raster: RasterDefinition) -> None:
    for lower, upper in zip(raster.classes, raster.classes[1:], strict=False):
        assert lower.maximum == upper.minimum
    assert raster.classes[-1].maximum is None


def test_flood_classes_are_those_of_the_hazard_map_guideline() -> None:
    raster = DEFINITIONS["flood_depth"]
    assert isinstance(raster, RasterDefinition)
    assert [c.maximum for c in raster.classes] == [0.5, 3, 5, 10, 20, None]
    assert [c.color for c in raster.classes] == [
        "#F7F5A9",
        "#FFD8C0",
        "#FFB7B7",
        "#FF9191",
        "#F285C9",
        "#DC7ADC",
    ]
    assert raster.classes[0].minimum is not None
    assert raster.classes[0].minimum > 0


def columns_of(path: Path) -> list[str]:
    if path.suffix == ".json":
        return list(json.loads(path.read_text(encoding="utf-8"))["features"][0]["properties"])
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def unknown_columns(layer_id: str, columns: Iterable[str]) -> list[str]:
    layer = DEFINITIONS[layer_id]
    assert isinstance(layer, LayerDefinition)
    known = set().union(*(headers(field) for field in layer.fields), map(header_key, COORDINATES))
    return [column for column in columns if header_key(column) not in known]


STANDARD = {
    "evacuation_space": "evacuation_sites", "public_facility": "facilities", "public_wireless_lan": "wifi_hotspots",
    "aed": "aed", "event": "events", "hospital": "medical_institutions",
}  # fmt: skip
OLD_STANDARD = {
    "10_指定緊急避難場所一覧": "evacuation_sites", "12_公共施設一覧": "facilities",
    "07_公衆無線LANアクセスポイント一覧": "wifi_hotspots", "01_AED設置箇所一覧": "aed", "06_イベント一覧": "events",
    "03_医療機関一覧": "medical_institutions",
}  # fmt: skip


@pytest.mark.parametrize(("dataset", "layer_id"), STANDARD.items())
def test_every_column_of_the_newest_standard_is_known(shared: Path, dataset: str, layer_id: str) -> None:
    sheets = json.loads((shared / "vectors" / "datasets.json").read_text(encoding="utf-8"))
    assert unknown_columns(layer_id, [c["name"] for c in sheets["new"][dataset]["columns"]]) == []


@pytest.mark.parametrize(("dataset", "layer_id"), OLD_STANDARD.items())
def test_every_column_of_the_older_standard_is_known(shared: Path, dataset: str, layer_id: str) -> None:
    sheets = json.loads((shared / "vectors" / "datasets.json").read_text(encoding="utf-8"))
    assert unknown_columns(layer_id, [c["name"] for c in sheets["old_2021"][dataset]["columns"]]) == []


@pytest.mark.parametrize("layer_id", ["facilities", "aed", "wifi_hotspots", "medical_institutions"])
def test_every_known_variant_of_a_header_is_known(shared: Path, layer_id: str) -> None:
    sheets = json.loads((shared / "vectors" / "datasets.json").read_text(encoding="utf-8"))
    absent_from_the_layer = (
        {"バリアフリートイレ数", "利用可能日時特記事項"}
        if layer_id == "wifi_hotspots"
        else {"バリアフリートイレ数"}
    )
    variants = [
        v
        for name, found in sheets["header_aliases"].items()
        if name not in absent_from_the_layer
        for v in found
    ]
    assert unknown_columns(layer_id, variants) == []


REAL = [
    ("otawara/shelters_gsi/emergency/092100.json", "evacuation_sites", r"^$"),
    ("otawara/shelters_gsi/evacuation/092100.json", "evacuation_shelters", r"^$"),
    ("otawara/boundaries/japanese-admins/09210.json", "city_boundary", r"^$"),
    ("otawara/river/cctv_list_tochigi.csv", "river_cameras", r"_cd$|^sys_|^pause$|_type$|_kind$"),
    ("municipal/yaizu/指定緊急避難場所一覧/222127_evacuation_space.csv", "evacuation_sites", r"^$"),
    ("municipal/yaizu/避難所一覧/222127_hinannjo.csv", "evacuation_shelters", r"^UTM|^開設される災害の種類"),
    ("municipal/yaizu/AED設置箇所一覧/222127_aed.csv", "aed", r"^$"),
    ("municipal/yaizu/公衆無線LAN一覧/222127_public_wireless_lan.csv", "wifi_hotspots", r"^$"),
    ("municipal/yaizu/図書館/222127_library.csv", "facilities", r"^$"),
    ("municipal/echizen_code4fukui/csv/02-医療機関.csv", "medical_institutions", r"^(色|area)$"),
]


@pytest.mark.parametrize(("file", "layer_id", "foreign"), REAL)
def test_columns_of_real_files_are_known(shared: Path, file: str, layer_id: str, foreign: str) -> None:
    unknown = unknown_columns(layer_id, columns_of(shared / "data" / file))
    assert [column for column in unknown if not re.search(foreign, column)] == []


def test_every_department_has_a_title_in_every_language() -> None:
    assert all(set(LANGUAGES) <= set(titles) for titles in CITY.departments.values())


@each_layer
def test_rules_refer_to_standard_layers_and_their_fields(layer: LayerDefinition) -> None:
    for rule in layer.rules:
        if "layer" in rule.options:
            other = DEFINITIONS[rule.options["layer"]]
            assert isinstance(other, LayerDefinition)
            assert other.field_named(rule.options["target"])


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda d: d.id)
def test_duties_are_told_in_japanese_and_english_and_no_number_is_invented(definition: Any) -> None:
    form = definition.registration
    for told in (definition.source, form.purpose, form.personal_data.reason):
        assert told.keys() >= {"ja", "en"}
    assert not re.search(r"\d", form.contact)
    assert form.survey.approval is None

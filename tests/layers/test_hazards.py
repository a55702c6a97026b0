"""What a zone is: codes of A31 and A33 in words, colours and grades, the worst first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gis_core import hazards
from gis_core.definition import LayerDefinition, RasterClass, RasterDefinition, Texts
from gis_core.definition_file import read_definition
from gis_core.languages import LANGUAGES
from layers.catalogue import PUBLIC, LayerInfo, RasterInfo
from layers.hazards import Hazard, class_fields, raster_fact, zone_facts
from layers.visibility import visible_fields
from tests.conftest import ROOT

FOLDER = ROOT / "layers" / "definitions"


def info_of(path: Path) -> LayerInfo:
    definition = read_definition(path)
    assert isinstance(definition, LayerDefinition)
    fields = visible_fields(PUBLIC, definition)
    return LayerInfo(definition, fields, 1, 1, None, None, None, False, Texts(ja="課"))


@pytest.fixture(scope="module")
def slides() -> LayerInfo:
    return info_of(FOLDER / "landslide_zones.yaml")


@pytest.fixture(scope="module")
def floods() -> LayerInfo:
    return info_of(FOLDER / "offered" / "flood_zones.yaml")


def test_every_code_of_the_definitions_has_a_colour_and_a_meaning(
    slides: LayerInfo, floods: LayerInfo
) -> None:
    for info in (slides, floods):
        for name in class_fields(info):
            for choice in info.definition.field_named(name).choices:
                facts = zone_facts(info, {"zone_kind": "1", name: choice.value})
                assert all(fact.meaning is not hazards.UNGRADED for fact in facts), (name, choice.value)
                assert all(set(LANGUAGES) <= set(fact.title) for fact in facts)


def test_red_is_told_before_yellow_and_a_phenomenon_has_its_own_colours(slides: LayerInfo) -> None:
    red, yellow = ({"phenomenon": "2", "zone_kind": code} for code in "21")
    (worst,) = zone_facts(slides, red)
    (other,) = zone_facts(slides, yellow)
    assert (worst.color, other.color) == ("#A50021", "#E6C832")
    assert worst.grade > other.grade
    assert worst.title["en"] == "Special warning zone (red) (Debris flow)"


def test_a_flood_zone_tells_all_that_it_holds_the_worst_first(floods: LayerInfo) -> None:
    zone = {"depth": "3", "depth_planned": "1", "duration": "4", "collapse": "2"}
    facts = zone_facts(floods, zone)
    assert [(fact.of["ja"] if fact.of else None, fact.code) for fact in facts] == [
        ("家屋倒壊等氾濫想定区域", "2"),
        ("浸水の深さ（想定最大規模）", "3"),
        ("浸水継続時間", "4"),
        ("浸水の深さ（計画規模）", "1"),
    ]


@pytest.mark.parametrize(("code", "grade"), [("14", 3), ("15", 4), ("13", 2), ("21", 1), ("27", 4)])
def test_a_step_of_the_first_edition_is_never_told_too_low(floods: LayerInfo, code: str, grade: int) -> None:
    """2–5 m of five steps reaches into 3–5 m of today's classes."""
    (fact,) = zone_facts(floods, {"depth": code})
    assert fact.grade == grade


@pytest.mark.parametrize("zone", [{}, {"zone_kind": None, "depth": None}, {"zone_kind": "7"}])
def test_a_zone_without_a_known_class_is_a_warning_all_the_same(
    slides: LayerInfo, zone: dict[str, Any]
) -> None:
    (fact,) = zone_facts(slides, zone)
    assert fact.grade == hazards.UNGRADED.grade


def test_a_class_of_a_legend_counts_by_its_lower_bound() -> None:
    definition = read_definition(FOLDER / "flood_depth.yaml")
    assert isinstance(definition, RasterDefinition)
    info = RasterInfo(definition, 1, Path(), None, None, None, False, Texts(ja="課"))  # type: ignore[arg-type]
    deep = RasterClass(5, 10, "#FF9191", Texts(ja="5〜10 m"))
    fact = raster_fact(Hazard(info, "flood"), deep)
    assert (fact.code, fact.grade, fact.color) == ("5-10", 4, "#FF9191")
    assert raster_fact(Hazard(info, None), deep).meaning is hazards.UNGRADED

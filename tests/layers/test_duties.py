"""Duties of registration: what is lacking is named with its place and remedy; freshness; the data dictionary."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gis_core.definition import Definition, LayerDefinition
from gis_core.definition_file import parse_definition, read_definition
from gis_core.errors import Conflict
from layers.documentation import describe, rule_sentence
from layers.duties import check_publishable, missing_duties
from layers.freshness import is_overdue, next_due

ROOT = Path(__file__).resolve().parents[2]
STANDARD = sorted((ROOT / "layers" / "definitions").glob("*.yaml"))
GUIDE = ROOT / "docs" / "データの登録ルール.md"


def example() -> dict[str, Any]:
    """The definition that the guide shows."""
    found = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    read: dict[str, Any] = yaml.safe_load(found[1])
    return read


def changed(**registration: Any) -> Definition:
    raw = example()
    raw["registration"] |= registration
    return parse_definition(raw)


def keys(definition: Definition) -> list[str]:
    return [duty.key for duty in missing_duties(definition)]


@pytest.mark.parametrize("path", STANDARD, ids=lambda p: p.stem)
def test_the_standard_layers_fulfil_every_duty(path: Path) -> None:
    definition = read_definition(path)
    assert missing_duties(definition) == []
    check_publishable(definition)


def test_the_guide_s_example_can_be_registered_and_published_as_it_stands() -> None:
    assert missing_duties(parse_definition(example())) == []


@pytest.mark.parametrize("key", ["source", "licence", "visibility"])
def test_what_the_definition_itself_lacks_is_named(key: str) -> None:
    raw = example()
    del raw[key]
    assert keys(parse_definition(raw)) == [key]


@pytest.mark.parametrize(
    "key",
    [
        "contact",
        "purpose",
        "survey",
        "datum",
        "accuracy",
        "personal_data",
        "update_frequency",
        "retention_years",
    ],
)
def test_what_the_registration_lacks_is_named(key: str) -> None:
    raw = example()
    del raw["registration"][key]
    assert keys(parse_definition(raw)) == [f"registration.{key}"]


def test_every_missing_duty_is_told_with_its_place_and_remedy_in_both_languages() -> None:
    raw = example()
    del raw["registration"], raw["source"]
    definition = parse_definition(raw)
    with pytest.raises(Conflict) as refused:
        check_publishable(definition)
    missing = missing_duties(definition)
    assert len(missing) == 9
    for duty in missing:
        assert f"・{duty.title.ja}（{duty.key}）：{duty.remedy.ja}" in refused.value.message.ja
        assert f"- {duty.title.en} ({duty.key}): {duty.remedy.en}" in refused.value.message.en


def personal(*, contained: bool, field: dict[str, Any], visibility: str = "public") -> Definition:
    raw = example() | {"visibility": visibility}
    raw["registration"]["personal_data"]["contained"] = contained
    raw["fields"][-1] = {"name": "inspector", "type": "string", "title": {"ja": "点検者"}} | field
    return parse_definition(raw)


def test_personal_data_that_the_public_would_see_stops_publishing() -> None:
    assert keys(personal(contained=True, field={"personal": True})) == ["fields"]
    assert keys(personal(contained=True, field={})) == ["fields"]
    assert keys(personal(contained=True, field={"personal": True, "visibility": "department"})) == []
    assert keys(personal(contained=True, field={"personal": True}, visibility="internal")) == []


def test_a_personal_field_contradicts_a_form_that_knows_of_none() -> None:
    assert keys(personal(contained=False, field={"personal": True, "visibility": "internal"})) == ["fields"]


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        ("realtime", date(2026, 2, 1)),
        ("daily", date(2026, 2, 1)),
        ("weekly", date(2026, 2, 7)),
        ("monthly", date(2026, 2, 28)),
        ("quarterly", date(2026, 4, 30)),
        ("yearly", date(2027, 1, 31)),
        ("irregular", None),
    ],
)
def test_the_next_day_follows_from_the_frequency(frequency: str, due: date | None) -> None:
    raw = example()
    raw["registration"] |= {"update_frequency": frequency}
    del raw["registration"]["next_due"]
    # 2026-01-31 00:30 in Japan.
    updated = datetime(2026, 1, 30, 15, 30, tzinfo=UTC)
    assert next_due(parse_definition(raw), updated) == due
    assert next_due(parse_definition(raw), None) is None


def test_a_stated_day_holds_until_a_delivery_meets_it() -> None:
    definition = changed(next_due="2026-04-30", update_frequency="monthly")
    assert next_due(definition, None) == date(2026, 4, 30)
    assert next_due(definition, datetime(2026, 4, 1, tzinfo=UTC)) == date(2026, 4, 30)
    assert next_due(definition, datetime(2026, 5, 2, tzinfo=UTC)) == date(2026, 6, 2)


def test_a_layer_is_overdue_the_day_after() -> None:
    definition = changed(next_due="2026-04-30")
    updated = datetime(2026, 1, 1, tzinfo=UTC)
    assert not is_overdue(definition, updated, date(2026, 4, 30))
    assert is_overdue(definition, updated, date(2026, 5, 1))


@pytest.mark.parametrize("path", STANDARD, ids=lambda p: p.stem)
def test_every_rule_of_the_standard_layers_only_warns_and_is_told_in_words(path: Path) -> None:
    definition = read_definition(path)
    for rule in definition.rules if isinstance(definition, LayerDefinition) else ():
        assert rule.severity == "warning"
        sentence = rule_sentence(definition, rule)
        assert sentence.ja.endswith("。")
        assert sentence.en.endswith(".")


RULES = [
    {"rule": "compare", "left": "opened_on", "operator": "<", "right": "closed_on"},
    {"rule": "unique", "fields": ["name"]},
    {"rule": "near_duplicate", "fields": ["name"], "within_m": 30},
    {"rule": "reference", "field": "name", "layer": "town_areas", "target": "name"},
    {"rule": "within_city", "buffer_m": 100},
    {"rule": "inside", "layer": "town_areas"},
    {"rule": "near", "layer": "roads", "within_m": 50},
    {"rule": "no_overlap"},
    {"rule": "no_gaps", "tolerance_m2": 5},
    {"rule": "minimum_size", "m2": 20},
    {"rule": "address_agrees", "field": "name", "layer": "town_areas", "target": "name", "within_m": 500},
]


def test_the_data_dictionary_tells_duties_fields_rules_and_codes() -> None:
    text = describe(parse_definition(example() | {"rules": RULES}))
    for told in (
        "都市公園台帳",
        "市の測量",
        "地図情報レベル",
        "`park_number`",
        "庁内・個人情報",
        "`block`",
        "街区公園",
    ):
        assert told in text
    assert text.count("誤り（行を保留）") == len(RULES)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


def test_the_data_dictionary_says_what_is_missing_and_keeps_tables_whole() -> None:
    raw = example()
    del raw["registration"]
    raw["fields"][1]["aliases"] = ["名|称"]
    text = describe(parse_definition(raw))
    assert "公開するには" in text
    assert "名\\|称" in text


def test_a_raster_s_dictionary_tells_its_classes() -> None:
    text = describe(read_definition(ROOT / "layers" / "definitions" / "flood_depth.yaml"))
    assert "| 0.5 | 3 | 0.5〜3 m | `#FFD8C0` |" in text

"""The form that a definition makes: it refuses what the rules refuse, and what it saves is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Store
from tests.layers.conftest import bench, small_definition
from tests.layers.test_history import changes, info

FIELDS = [
    {"name": "identifier", "type": "string", "title": {"ja": "ID"}, "pattern": "B-[0-9]+", "max_length": 5},
    {"name": "name", "type": "string", "title": {"ja": "名称", "en": "Name"}, "required": True},
    {"name": "seats", "type": "integer", "title": {"ja": "席数"}, "minimum": 1, "maximum": 20, "unit": "席"},
    {"name": "roofed", "type": "boolean", "title": {"ja": "屋根"}},
    {
        "name": "kind",
        "type": "string",
        "title": {"ja": "種別"},
        "choices": [{"value": "wood", "title": {"ja": "木製", "en": "Wooden"}}],
    },
]
GOOD = {
    "identifier": "B-12",
    "name": "駅前",
    "seats": "3",
    "roofed": "true",
    "kind": "wood",
    "geom": "POINT (140.01 36.87)",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("identifier", "12"),
        ("identifier", "B-12345"),
        ("name", ""),
        ("seats", "0"),
        ("seats", "21"),
        ("seats", "三"),
        ("kind", "steel"),
        ("geom", "POINT (140"),
        ("geom", "LINESTRING (140 36, 141 37)"),
        ("geom", ""),
    ],
)
def test_the_form_refuses_what_the_definition_refuses(django_ready: str, field: str, value: str) -> None:
    from layers.feature_forms import feature_form

    form = feature_form(small_definition(fields=FIELDS, keys=[]))(GOOD | {field: value})
    assert list(form.errors) == [field]


def test_labels_follow_the_language(django_ready: str) -> None:
    from layers.feature_forms import feature_form

    definition = small_definition(fields=FIELDS, keys=[])
    assert feature_form(definition)().fields["name"].label == "名称"
    english = feature_form(definition, language="en")().fields
    assert (english["name"].label, english["kind"].choices[1]) == ("Name", ("wood", "Wooden"))  # type: ignore[attr-defined]


def test_a_saved_correction_is_recorded(deliver: Callable[..., Any], store: Store) -> None:
    from layers.feature_forms import feature_form
    from layers.features import feature_model

    deliver([bench(1)])
    feature = feature_model(info().definition)._default_manager.get()
    values = {"name": "直した名", "seats": "7", "geom": '{"type": "Point", "coordinates": [140.02, 36.88]}'}
    form = feature_form(info().definition)(values, instance=feature)
    assert form.is_valid(), form.errors
    form.save()
    assert changes(1) == [("update", 1, 2)]
    saved = feature_model(info().definition)._default_manager.get()
    assert (saved.name, saved.seats, saved.geom.coords) == ("直した名", 7, (140.02, 36.88))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["facilities", "evacuation_sites", "roads", "landslide_zones", "events"])
def test_every_kind_of_standard_layer_has_a_form(store: Store, name: str) -> None:
    from layers.feature_forms import feature_form
    from layers.selectors import layer_definition

    definition = layer_definition(name)
    assert set(feature_form(definition)().fields) == {*(f.name for f in definition.fields), "geom"}

"""The registry, visibility, and the model classes made from definitions."""

from __future__ import annotations

import pytest

from gis_core.boxes import Box
from gis_core.definition import LayerDefinition
from gis_core.errors import NotFound
from layers.visibility import ADMINISTRATOR, PUBLIC, Viewer, may_see_layer, visible_fields
from tests.conftest import Store
from tests.layers.conftest import bench, small_definition


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (PUBLIC, {"public"}),
        (Viewer("staff", "fire"), {"public", "internal"}),
        (Viewer("staff", "parks"), {"public", "internal", "department"}),
        (ADMINISTRATOR, {"public", "internal", "department"}),
    ],
)
def test_who_sees_what(viewer: Viewer, sees: set[str]) -> None:
    shown = {
        v
        for v in ("public", "internal", "department")
        if may_see_layer(viewer, small_definition(visibility=v))
    }
    assert shown == sees


def test_internal_fields_are_hidden_from_the_public() -> None:
    assert "inspector" not in [f.name for f in visible_fields(PUBLIC, small_definition())]
    assert "inspector" in [f.name for f in visible_fields(ADMINISTRATOR, small_definition())]


def test_an_internal_layer_is_unknown_to_the_public(store: Store) -> None:
    from layers.selectors import catalogue
    from layers.services.registry import register_layer

    register_layer(small_definition(visibility="internal"))
    with pytest.raises(NotFound):
        catalogue(PUBLIC).layer("benches")
    assert catalogue(ADMINISTRATOR).layer("benches").feature_count == 0


def test_registering_twice_keeps_the_first(benches: LayerDefinition) -> None:
    from layers.services.registry import register_layer

    assert register_layer(benches) is False


def test_extent_and_count_follow_the_publication(deliver: object) -> None:
    from layers.selectors import catalogue

    assert catalogue().layer("benches").extent is None
    deliver([bench(1), bench(5)])  # type: ignore[operator]
    info = catalogue().layer("benches")
    assert (info.feature_count, info.revision) == (2, 1)
    assert info.extent == Box(140.001, 36.9, 140.005, 36.9)


def test_the_migrations_hold_the_models(store: Store) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "layers", check_changes=True, dry_run=True, verbosity=0)


def test_every_standard_layer_has_its_table_and_model(store: Store) -> None:
    from layers.features import feature_model
    from layers.selectors import catalogue
    from layers.standard import STANDARD_LAYERS

    layers = catalogue().layers
    assert set(layers) | {"flood_depth", "elevation"} == set(STANDARD_LAYERS)
    for info in layers.values():
        model = feature_model(info.definition)
        assert model._default_manager.count() == 0
        assert model._meta.get_field("geom").geom_type == info.definition.geometry.upper()  # type: ignore[union-attr]


def test_pages_read_features_through_the_model(deliver: object) -> None:
    from layers.selectors import catalogue, features

    deliver([bench(1), bench(2), bench(3)])  # type: ignore[operator]
    info = catalogue().layer("benches")
    (row,) = features(info, text="チ2")
    assert (row["name"], row["lon"], row["lat"]) == ("ベンチ2", 140.002, 36.9)
    assert "inspector" not in row
    assert [r["name"] for r in features(info, limit=1, offset=2)] == ["ベンチ3"]


def test_the_worker_refreshes_statistics(deliver: object) -> None:
    from django.db import connection

    from layers.tasks import refresh_statistics

    deliver([bench(n) for n in range(50)])  # type: ignore[operator]
    refresh_statistics("benches")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'layer.benches'::regclass")
        assert cursor.fetchone() == (50.0,)

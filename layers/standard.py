"""The layers that ship with the product: their definitions, in the order of lists."""

from __future__ import annotations

from pathlib import Path

from gis_core.definition import Definition
from gis_core.definition_file import read_definition
from layers.models import Layer
from layers.services import registry

FOLDER = Path(__file__).with_name("definitions")

STANDARD_LAYERS = (
    "evacuation_sites",
    "evacuation_shelters",
    "facilities",
    "wifi_hotspots",
    "river_cameras",
    "events",
    "medical_institutions",
    "aed",
    "radiation_readings",
    "river_levels",
    "road_closures",
    "distribution_points",
    "damage_reports",
    "landslide_zones",
    "flood_depth",
    "elevation",
    "city_boundary",
    "town_areas",
    "rivers",
    "roads",
)


def standard_definitions() -> list[Definition]:
    """Read the shipped definitions, in order."""
    return [read_definition(FOLDER / f"{layer_id}.yaml") for layer_id in STANDARD_LAYERS]


def register_standard_layers() -> list[str]:
    """Register the shipped layers that are not registered yet; returns their ids.

    Only their files are read: reading all takes nearly a second, at every start of every command.
    """
    known = set(Layer.objects.values_list("pk", flat=True))
    waiting = [(place, layer) for place, layer in enumerate(STANDARD_LAYERS, start=1) if layer not in known]
    return [
        layer
        for place, layer in waiting
        if registry.register_layer(read_definition(FOLDER / f"{layer}.yaml"), position=place)
    ]

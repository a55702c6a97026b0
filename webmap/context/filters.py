"""The filters of evacuation sites and shelters, which the lists and the map share: hazard, open now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from webmap.context import themes

if TYPE_CHECKING:
    from gis_core.definition import Field, LayerDefinition
    from layers.catalogue import LayerInfo

# The eight kinds of the Basic Act on Disaster Management's cabinet order, as the standard's columns are named.
HAZARDS = (
    "flood",
    "landslide",
    "earthquake",
    "inland_flood",
    "large_fire",
    "storm_surge",
    "tsunami",
    "volcano",
)
EVACUATION = "evacuation"


class Choice(NamedTuple):
    """One entry of a filter."""

    value: str
    title: str
    is_chosen: bool = False


def hazard_fields(info: LayerInfo) -> list[Field]:
    """Return the layer's fields that say for which hazards a site is designated."""
    by_name = {f.name: f for f in info.fields if f.type == "boolean"}
    return [by_name[name] for name in HAZARDS if name in by_name]


def has_states(definition: LayerDefinition) -> bool:
    """Tell whether the layer's places open and close: people go there only while they are open."""
    return definition.theme == EVACUATION


def hazard_choices(infos: list[LayerInfo], language: str, chosen: str = "") -> list[Choice]:
    """Return the hazards for which any of the layers designates places."""
    found: dict[str, Any] = {f.name: f for info in infos for f in hazard_fields(info)}
    ordered = [found[name] for name in HAZARDS if name in found]
    return [Choice(f.name, f.title.to(language), f.name == chosen) for f in ordered]


def is_evacuation(info: LayerInfo) -> bool:
    """Tell whether the layer is one of the evacuation theme and not of the ground."""
    return info.definition.theme == EVACUATION and info.id not in themes.BASE

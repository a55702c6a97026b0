"""The classes of zones on the map and in legends: official colours and words, the same as in the answer for a place."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from layers import hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.catalogue import LayerInfo

# Which fields of a zone tell its class together.
_GROUPS = (
    (hazards.PHENOMENON, hazards.ZONE),
    (hazards.COLLAPSE,),
    (hazards.DEPTH,),
    (hazards.DEPTH_PLANNED,),
    (hazards.DURATION,),
)
# Zones that are surveyed but not yet designated (`zone_kind` 3 and 4) are rare: their paler colours stay out of legends.
_PLANNED = frozenset({"3", "4"})
OPACITY = 0.85  # So that red inside yellow does not blend to the orange of another class.


def area_classes(info: LayerInfo, language: str) -> list[dict[str, Any]]:
    """Return the classes of a layer of zones, the mildest first; none where the layer has but one look.

    `values` by field name say which zones are of the class; `grade` rises with the danger.
    """
    if info.definition.theme != hazards.THEME or not info.definition.geometry.endswith("Polygon"):
        return []
    found = [_class(info, values, language) for values in _combinations(info)]
    return sorted(found, key=lambda entry: int(entry["grade"]))


def _combinations(info: LayerInfo) -> Iterator[dict[str, str]]:
    visible = {f.name: f for f in info.fields}
    for names in _GROUPS:
        fields = [visible[name] for name in names if name in visible]
        if names[-1] in visible:
            for choices in product(*(f.choices for f in fields)):
                yield {f.name: choice.value for f, choice in zip(fields, choices, strict=True)}


def _class(info: LayerInfo, values: dict[str, str], language: str) -> dict[str, Any]:
    fact = hazards.zone_facts(info, values)[0]
    return {
        "values": values,
        "color": fact.color,
        "title": fact.title.to(language),
        "grade": fact.grade,
        "inLegend": values.get(hazards.ZONE) not in _PLANNED,
    }

"""Which layers show hazards, and what a place's value or zone in one of them is: code, words, colour, grade.

A hazard layer has the theme `hazard`; the beginning of its id says of which kind (`gis_core.hazards.kind_of`). A raster
in metres of a kind that brings water shows depths, one in hours durations. Zones are known by the fields of the
shipped definitions `landslide_zones` and `flood_zones`; a city's own layer may take any of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gis_core import hazards
from gis_core.definition import Field, RasterClass, Texts
from gis_core.hazards import UNGRADED, WATER, Kind, Meaning
from layers.catalogue import Catalogue, LayerInfo, RasterInfo

THEME = "hazard"
HOURS = frozenset({"h", "hour", "hours", "時間"})
# Fields of which a zone's class is made.
PHENOMENON, ZONE = "phenomenon", "zone_kind"
DEPTH, DEPTH_PLANNED, DURATION, COLLAPSE = "depth", "depth_planned", "duration", "collapse"
_CLASS_FIELDS = (PHENOMENON, ZONE, COLLAPSE, DEPTH, DEPTH_PLANNED, DURATION)


@dataclass(frozen=True)
class Fact:
    """One class that a hazard map shows at a place. `of`: what is classed (the field), empty where the layer says it."""

    code: str
    of: Texts | None
    title: Texts
    color: str
    meaning: Meaning
    minimum: float | None = None
    maximum: float | None = None

    @property
    def grade(self) -> int:
        """How grave it is, 1 to 5."""
        return self.meaning.grade


@dataclass(frozen=True)
class Hazard:
    """A layer that shows a hazard, and of which kind; None where its id names none."""

    info: LayerInfo | RasterInfo
    kind: Kind | None

    @property
    def id(self) -> str:
        """The layer's id."""
        return self.info.id


def hazards_of(catalogue: Catalogue) -> tuple[Hazard, ...]:
    """Return the hazard layers that a viewer may see: rasters, then zones, in the registry's order."""
    zones = [info for info in catalogue.layers.values() if info.definition.geometry.endswith("Polygon")]
    infos: list[LayerInfo | RasterInfo] = [*catalogue.rasters.values(), *zones]
    return tuple(Hazard(info, hazards.kind_of(info.id)) for info in infos if info.definition.theme == THEME)


def class_fields(info: LayerInfo) -> list[str]:
    """Return the visible fields of which the class of a zone is made."""
    visible = {f.name for f in info.fields}
    return [name for name in _CLASS_FIELDS if name in visible]


def raster_fact(hazard: Hazard, found: RasterClass) -> Fact:
    """Return what a class of a raster's legend is. A class counts by its lower bound, whatever the value in it."""
    unit = getattr(hazard.info.definition, "unit", "")
    bound = found.minimum or 0.0
    meaning = UNGRADED
    if unit == "m" and hazard.kind in WATER:
        meaning = hazards.depth_meaning(bound)
    elif unit in HOURS:
        meaning = hazards.duration_meaning(bound)
    ends = ("" if n is None else f"{n:g}" for n in (found.minimum, found.maximum))
    return Fact("-".join(ends), None, found.title, found.color, meaning, found.minimum, found.maximum)


def zone_facts(info: LayerInfo, zone: Mapping[str, Any]) -> list[Fact]:
    """Return what a zone (its class fields and name) is, the worst first; never nothing: a zone is a warning."""
    visible = {f.name: f for f in info.fields}
    facts = [fact for make in _MAKERS for fact in make(visible, zone)]
    return worst_first(facts) or [_unclassed(info)]


def worst_first(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts by grade, the gravest first; of equals the one that was first."""
    return sorted(facts, key=lambda fact: -fact.grade)


def _slide(visible: Mapping[str, Field], zone: Mapping[str, Any]) -> Iterable[Fact]:
    kind, phenomenon = (str(zone.get(name) or "") for name in (ZONE, PHENOMENON))
    if ZONE not in visible or not kind:
        return
    meaning = hazards.zone_meaning(kind) or UNGRADED
    said, what = _title(visible[ZONE], kind), None
    if PHENOMENON in visible and phenomenon:
        what = _title(visible[PHENOMENON], phenomenon)
    title = _with(said, what) if what else said
    code = f"{phenomenon}-{kind}" if phenomenon else kind
    yield Fact(code, None, title, hazards.zone_color(phenomenon, kind), meaning)


def _with(said: Texts, what: Texts) -> Texts:
    wide = ("ja", "ja-easy", "zh-hans")
    return Texts(
        {
            language: f"{said.to(language)}（{what.to(language)}）"
            if language in wide
            else f"{said.to(language)} ({what.to(language)})"
            for language in said
        }
    )


def _collapse(visible: Mapping[str, Field], zone: Mapping[str, Any]) -> Iterable[Fact]:
    code = str(zone.get(COLLAPSE) or "")
    if COLLAPSE in visible and code:
        field = visible[COLLAPSE]
        meaning = hazards.collapse_meaning(code) or UNGRADED
        yield Fact(code, field.title, _title(field, code), hazards.COLLAPSE_COLOR, meaning)


def _coded(
    name: str, codes: Mapping[str, hazards.Code], means: Callable[[float], Meaning]
) -> Callable[[Mapping[str, Field], Mapping[str, Any]], Iterable[Fact]]:
    def make(visible: Mapping[str, Field], zone: Mapping[str, Any]) -> Iterable[Fact]:
        value = str(zone.get(name) or "")
        if name not in visible or not value:
            return
        field, code = visible[name], codes.get(value)
        color = code.color if code else hazards.COLLAPSE_COLOR
        meaning = means(code.bound) if code else UNGRADED
        yield Fact(value, field.title, _title(field, value), color, meaning, code.bound if code else None)

    return make


_MAKERS = (
    _slide,
    _collapse,
    _coded(DEPTH, hazards.DEPTH_CODES, hazards.depth_meaning),
    _coded(DEPTH_PLANNED, hazards.DEPTH_CODES, hazards.depth_meaning),
    _coded(DURATION, hazards.DURATION_CODES, hazards.duration_meaning),
)


def _unclassed(info: LayerInfo) -> Fact:
    definition = info.definition
    return Fact("", None, definition.title, definition.style.color, UNGRADED)


def _title(field: Field, value: str) -> Texts:
    return next((c.title for c in field.choices if c.value == value), Texts(ja=value))

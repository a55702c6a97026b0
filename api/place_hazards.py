"""What each hazard layer says of a place, in words: the class, what it means, what to do. The worst comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from api import place_words
from api.links import collection_path
from api.raster_colours import class_of
from api.raster_values import Found
from api.rasters import WORDS as RASTER_WORDS
from gis_core.definition import Texts
from gis_core.hazard_words import CAREFUL, CHECK, KIND_TITLES
from gis_core.hazards import Kind
from layers.catalogue import LayerInfo, RasterInfo
from layers.hazards import Fact, Hazard, raster_fact, worst_first, zone_facts

State = Literal["class", "none", "not_mapped", "unavailable"]
# What is known to be there, then what nobody knows: not mapped is not safer than a map that shows nothing.
ORDER: tuple[State, ...] = ("class", "not_mapped", "none", "unavailable")
_WORDS: Mapping[State, Texts] = {
    "none": RASTER_WORDS["dry"],
    "not_mapped": RASTER_WORDS["not_mapped"],
    "unavailable": place_words.UNAVAILABLE,
}


@dataclass(frozen=True)
class Said:
    """What one hazard layer says of a place: its facts, the worst first, and for the worst the zone or the value."""

    hazard: Hazard
    state: State
    facts: tuple[Fact, ...] = ()
    found: Found | None = None
    zone: Mapping[str, Any] | None = None

    @property
    def grade(self) -> int:
        """The grade of the worst fact, 0 without any."""
        return self.facts[0].grade if self.facts else 0


def raster_said(hazard: Hazard, found: Found | None) -> Said:
    """Return what a raster's value says; None: its file cannot be read."""
    if found is None:
        return Said(hazard, "unavailable")
    if found.value is None:
        return Said(hazard, "not_mapped", found=found)
    kind = class_of(found.value, hazard.info.definition.classes)  # type: ignore[union-attr]
    if kind is None:
        return Said(hazard, "none", found=found)
    return Said(hazard, "class", (raster_fact(hazard, kind),), found)


def zones_said(
    hazard: Hazard, info: LayerInfo, zones: Sequence[Mapping[str, Any]], in_city: bool | None
) -> Said:
    """Return what the zones at a place say. Zones are delivered for the city: what lies outside is not mapped."""
    if not info.feature_count:
        return Said(hazard, "unavailable")
    if not zones:
        return Said(hazard, "none" if in_city else "not_mapped")
    told: dict[tuple[str, str], tuple[Fact, Mapping[str, Any]]] = {}
    for zone in zones:
        for fact in zone_facts(info, zone):
            told.setdefault((fact.code, fact.of["ja"] if fact.of else ""), (fact, zone))
    facts = worst_first([fact for fact, _ in told.values()])
    worst = next(zone for fact, zone in told.values() if fact is facts[0])
    return Said(hazard, "class", tuple(facts), zone=worst)


def ordered(said: Sequence[Said]) -> list[Said]:
    """Return the worst first: by grade, then what is not known before what is shown to be nothing."""
    return sorted(said, key=lambda one: (-one.grade, ORDER.index(one.state)))


def of_kind(said: Sequence[Said], kind: Kind) -> Said | None:
    """Return the worst that layers of a kind say (`said`: the worst first), None without such a layer."""
    return next((one for one in said if one.hazard.kind == kind), None)


def fact_words(fact: Fact, language: str) -> str:
    """Return a class in short, with what is classed where the layer's title does not say it."""
    title = fact.title.to(language)
    if fact.of is None:
        return title
    space = "" if language in ("ja", "ja-easy", "zh-hans") else " "
    mark = "：" if not space else ":"
    return f"{fact.of.to(language)}{mark}{space}{title}"


def words_of(one: Said, language: str) -> str:
    """Return what a layer says in short."""
    return fact_words(one.facts[0], language) if one.facts else _WORDS[one.state].to(language)


def hazard_entry(one: Said, language: str, root: str) -> dict[str, Any]:
    """Return what a layer says as answers show it."""
    hazard, info = one.hazard, one.hazard.info
    title, words = info.definition.title.to(language), words_of(one, language)
    meaning, action = _meaning(one, language)
    found, first = one.found, one.facts[0] if one.facts else None
    return {
        "layer": hazard.id,
        "type": "raster" if isinstance(info, RasterInfo) else "vector",
        "kind": hazard.kind,
        "kind_title": KIND_TITLES[hazard.kind].to(language) if hazard.kind else None,
        "title": title,
        "state": one.state,
        "class": _class(first, language) if first else None,
        "value": found.value if found else None,
        "unit": info.definition.unit if isinstance(info, RasterInfo) else None,
        "exact": found.exact if found and found.value is not None else None,
        "severity": one.grade,
        "words": words,
        "meaning": meaning,
        "action": action,
        "sentence": _sentence(title, words, meaning, action, language),
        "others": [
            {**_class(fact, language), "words": fact_words(fact, language), "severity": fact.grade}
            for fact in one.facts[1:]
        ],
        "zone": _zone(one, root),
        **source_entry(info, language),
        "url": f"{root}{_path(info)}",
    }


def source_entry(info: LayerInfo | RasterInfo, language: str) -> dict[str, Any]:
    """Return whose data it is, how old, and whether it is a sample."""
    definition = info.definition
    return {
        "source": definition.source.to(language) if definition.source else None,
        "department": info.department.to(language),
        "updated": info.updated_at.isoformat() if info.updated_at else None,
        "overdue": info.overdue,
        "sample": info.is_sample,
    }


def _path(info: LayerInfo | RasterInfo) -> str:
    return f"/rasters/{quote(info.id)}" if isinstance(info, RasterInfo) else collection_path(info.id)


def _class(fact: Fact, language: str) -> dict[str, Any]:
    return {
        "code": fact.code,
        "title": fact.title.to(language),
        "color": fact.color,
        "minimum": fact.minimum,
        "maximum": fact.maximum,
    }


def _meaning(one: Said, language: str) -> tuple[str | None, str]:
    if not one.facts:
        careful = CAREFUL.get(one.hazard.kind or "", CHECK) if one.state == "none" else CHECK
        return None, careful.to(language)
    meant = one.facts[0].meaning
    return meant.meaning.to(language) if meant.meaning else None, meant.action.to(language)


def _sentence(title: str, words: str, meaning: str | None, action: str, language: str) -> str:
    if language in ("ja", "ja-easy", "zh-hans"):
        return f"{title}：{words}。{meaning or ''}{action}"
    return " ".join(part for part in (f"{title}: {words}.", meaning, action) if part)


def _zone(one: Said, root: str) -> dict[str, Any] | None:
    info, zone = one.hazard.info, one.zone
    if zone is None or not isinstance(info, LayerInfo):
        return None
    name = info.field_with_role("name")
    return {
        "id": zone["id"],
        "name": zone.get(name.name) if name else None,
        "url": f"{root}{collection_path(info.id)}/items/{zone['id']}",
    }

"""What is known of a place as an answer, in one language."""

from __future__ import annotations

from typing import Any

from api import place_words as words
from api.place_asked import Question
from api.place_hazards import (
    Said,
    hazard_entry,
    of_kind,
    raster_said,
    source_entry,
    words_of,
)
from api.place_reading import Reading
from api.place_search import Meant
from api.place_sites import Chosen, Near, settled, site_entry
from gis_core import mesh
from gis_core.definition import Texts
from gis_core.hazard_words import KIND_TITLES
from gis_core.hazards import Kind
from layers.hazards import Hazard

# Beyond these, and the worst of each kind, a summary is no summary.
SUMMED_UP = 3
EXACT_M = 100


class Teller:
    """Puts one reading into words; `root` is where the API is, `city` its name."""

    def __init__(self, reading: Reading, question: Question, language: str, root: str, city: Texts) -> None:
        self._reading = reading
        self._limit = question.limit
        self._language = language
        self._root = root
        self._city = city

    def content(self, meant: Meant | None) -> dict[str, Any]:
        """Return the answer, without what was understood of the words that were asked."""
        reading, language = self._reading, self._language
        evacuation = [self._kind(one) for one in self._worst_first()]
        sample = self._is_sample()
        outside = words.OUTSIDE.to(language).format(city=self._city.to(language))
        return {
            "point": {"longitude": reading.point[0], "latitude": reading.point[1]},
            "in_city": reading.in_city,
            "city_note": outside if reading.in_city is False else None,
            "district": _district(reading.district),
            "mesh": _mesh(*reading.point),
            "elevation": self._elevation(),
            "summary": self._summary(meant, evacuation),
            "caution": words.CAUTION.to(language),
            "sample": sample,
            "sample_note": words.SAMPLE.to(language) if sample else None,
            "distance_note": words.STRAIGHT.to(language),
            "hazards": [hazard_entry(one, language, self._root) for one in reading.said],
            "evacuation": evacuation,
            "shelters": [
                site_entry(near, reading.book.shelters, reading.shelter_states.get(near.site.id), language, self._root)
                for near in reading.shelters
            ],
            "shelters_note": words.SHELTERS.to(language),
        }  # fmt: skip

    def _worst_first(self) -> list[Chosen]:
        def grade(one: Chosen) -> int:
            said = of_kind(self._reading.said, one.kind)
            return -said.grade if said else 0

        return sorted(self._reading.chosen, key=grade)

    def _kind(self, one: Chosen) -> dict[str, Any]:
        reading, language = self._reading, self._language
        said = of_kind(reading.said, one.kind)
        sites, states = reading.book.sites, reading.states
        kept, avoided = settled(one, states, self._limit)
        return {
            "kind": one.kind,
            "title": KIND_TITLES[one.kind].to(language),
            "here": _here(reading.said, one.kind),
            "color": said.facts[0].color if said and said.facts else None,
            "sentence": self._first(one.kind, kept),
            "sites": [
                site_entry(near, sites, states.get(near.site.id), language, self._root) for near in kept
            ],
            "avoid": [
                site_entry(near, sites, states.get(near.site.id), language, self._root, one.kind)
                for near in avoided
            ],
        }

    def _first(self, hazard: Kind, kept: list[Near]) -> str:
        language = self._language
        kind = KIND_TITLES[hazard].to(language)
        if not kept:
            return words.NO_SITE.to(language).format(kind=kind)
        said = kept[0].site.said
        name = (said["name_en"] if language in ("en", "pt", "es") else None) or said["name"] or ""
        return words.FIRST.to(language).format(
            kind=kind, name=name, metres=round(kept[0].metres), minutes=kept[0].minutes
        )

    def _summary(self, meant: Meant | None, evacuation: list[dict[str, Any]]) -> str:
        """Return where it is, the worst of what threatens there, and the nearest site for the worst of all."""
        language = self._language
        parts = [
            words.HAZARD.to(language).format(
                title=one.hazard.info.definition.title.to(language), words=words_of(one, language)
            )
            for one in self._reading.said[:SUMMED_UP]
        ]
        said = words.SEPARATOR.to(language).join(parts) or words.NO_HAZARD_MAP.to(language)
        here = words.HERE.to(language).format(place=self._name(meant), hazards=said)
        first = evacuation[0]["sentence"] if evacuation else ""
        return f"{here}{'' if language in ('ja', 'ja-easy', 'zh-hans') else ' '}{first}".strip()

    def _name(self, meant: Meant | None) -> str:
        if meant is not None:
            return meant.label
        district = self._reading.district
        return (district or {}).get("name") or words.THIS_PLACE.to(self._language)

    def _elevation(self) -> dict[str, Any] | None:
        if self._reading.elevation is None:
            return None
        info, found = self._reading.elevation
        said = raster_said(Hazard(info, None), found)
        value = found.value if found else None
        text = words_of(said, self._language) if said.state != "class" and value is None else ""
        if value is not None:
            text = words.ELEVATION.to(self._language).format(value=f"{value:.1f}")
        return {
            "state": "class" if value is not None else said.state,
            "value": value,
            "unit": info.definition.unit,
            "words": text,
            **source_entry(info, self._language),
        }

    def _is_sample(self) -> bool:
        layers = self._reading.book.layers
        infos = [h.info for h in layers.hazards] + [i for i in (layers.sites, layers.shelters) if i]
        return any(info.is_sample for info in infos)


def understood_entry(meant: Meant, language: str) -> dict[str, Any]:
    """Return what was understood of the words that were asked."""
    return {
        "label": meant.label,
        "kind": meant.kind,
        "level": meant.level,
        "confidence": meant.confidence,
        "within_m": meant.within_m,
        "rest": meant.rest,
        "note": _note(meant, language),
    }


def candidate_entry(meant: Meant, language: str, root: str) -> dict[str, Any]:
    """Return a place that may be meant, and where it is asked for."""
    title = meant.layer.definition.title.to(language) if meant.layer else None
    return {
        "label": meant.label,
        "kind": meant.kind,
        "level": meant.level,
        "address": meant.address,
        "layer_title": title,
        "longitude": round(meant.longitude, 7),
        "latitude": round(meant.latitude, 7),
        "confidence": meant.confidence,
        "href": f"{root}/place?lon={meant.longitude:.7f}&lat={meant.latitude:.7f}&lang={language}",
    }


def _note(meant: Meant, language: str) -> str | None:
    if meant.rest:
        return words.ROUGH.to(language).format(rest=meant.rest)
    if meant.within_m is not None and meant.within_m > EXACT_M:
        return words.TOWN_MIDDLE.to(language).format(metres=meant.within_m)
    return None


def _here(said: tuple[Said, ...], kind: Kind) -> str:
    worst = of_kind(said, kind)
    return worst.state if worst else "unknown"


def _district(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    municipality = (found["address_prefecture"] or "") + (found["address_city"] or "")
    kept = {name: found.get(name) for name in ("name", "town_code", "population", "households")}
    return {**kept, "municipality": municipality or None, "approximate": found.get("approximate", False)}


def _mesh(longitude: float, latitude: float) -> dict[str, str] | None:
    try:
        return {
            "500m": mesh.encode(longitude, latitude, 4),
            "250m": mesh.encode(longitude, latitude, 5),
        }
    except ValueError:
        return None

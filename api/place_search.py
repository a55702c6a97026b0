"""Which place a text means: an address of the gazetteer, a name of a layer, a postal code; or several that it may mean.

Nothing is guessed: an address that several towns fit, or that is understood with less than `SURE`, is asked back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyproj import Geod

from api.service import Service
from gis_core.addresses import Address, parse_address
from gis_core.errors import Message, NotFound
from layers.catalogue import Catalogue, LayerInfo
from layers.gazetteer.areas import areas_of
from layers.gazetteer.home import home_of, home_parameters
from layers.gazetteer.matching import Match, Row, match_of, names_parameters, names_statement
from layers.gazetteer.sources import AREAS
from layers.gazetteer.statements import address_parameters, located
from layers.reads import Statement
from layers.searching import BEGINS, EXACT, HOLDS, search_statement

# What names a town of the city clearly has at least so much (`layers.gazetteer.confidence`).
SURE = 0.6
CANDIDATES = 10
LOOKED_AT = 30
# The same name nearer than this is one place: a school is a facility, a shelter and a polling station. What is nearer
# than the lesser distance is at the same place whatever its name.
SAME_M, NEXT_M = 150, 30
_FITS = {EXACT: 0.95, BEGINS: 0.7, HOLDS: 0.5}
_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Meant:
    """A place that a text may mean. `level`: how exactly it is known; `within_m`: it lies within so many metres."""

    label: str
    kind: str
    level: str
    confidence: float
    longitude: float
    latitude: float
    within_m: int | None = None
    rest: str = ""
    address: str | None = None
    layer: LayerInfo | None = None


@dataclass(frozen=True)
class Understood:
    """What a text means: one place, None where nobody can tell, and the others that it may mean."""

    place: Meant | None
    candidates: tuple[Meant, ...]


async def understood(service: Service, catalogue: Catalogue, text: str) -> Understood:
    """Find the place that a text means. Raises `NotFound` with what to do, and `Unavailable`."""
    named, match = await asyncio.gather(
        _named(service, catalogue, text), _located(service, catalogue, [text])
    )
    found = match[0]
    exact = [one for one in named if one.confidence == _FITS[EXACT]]
    # What fits a name as a whole and an address only in part is the name: 紫塚小学校 is no town.
    if found is not None and exact and found.rest and not found.number:
        found = None
    if found is not None and _is_clear(found):
        return Understood(_address(found), ())
    towns = await _towns(service, catalogue, found)
    doubtful = [_address(found)] if found is not None and not towns and found.level != "city" else []
    candidates = [*towns, *exact] if towns or exact else [*doubtful, *named]
    if not candidates:
        raise _nothing(text)
    if len(candidates) == 1 and not towns and not doubtful:
        return Understood(candidates[0], tuple(one for one in named if one is not candidates[0])[:CANDIDATES])
    return Understood(None, tuple(candidates[:CANDIDATES]))


def _is_clear(match: Match) -> bool:
    return match.level != "city" and not match.candidates and match.confidence >= SURE


def _address(match: Match) -> Meant:
    return Meant(
        match.matched,
        "address",
        match.level,
        match.confidence,
        match.lon,
        match.lat,
        match.within_m,
        match.rest,
        match.matched,
    )


async def _towns(service: Service, catalogue: Catalogue, match: Match | None) -> list[Meant]:
    """Return the towns that fit equally well, each with its own place."""
    if match is None or not match.candidates:
        return []
    found = await _located(service, catalogue, match.candidates[:CANDIDATES])
    return [_address(one) for one in found if one is not None and one.level != "city" and not one.candidates]


async def _located(service: Service, catalogue: Catalogue, texts: Sequence[str]) -> list[Match | None]:
    """Return the gazetteer's match of each address."""
    addresses = [parse_address(text) for text in texts]
    home = home_of(service.settings.city)
    info = catalogue.layers.get(AREAS)
    areas = areas_of(info.fields) if info else None
    parameters: dict[str, Any] = {**address_parameters(addresses), **home_parameters(home)}
    if areas is not None:
        parameters |= names_parameters(await service.database.rows(names_statement(areas)), home)
    rows = await service.database.rows(Statement(located(areas).as_string(None), parameters))
    return _in_turn(rows, addresses)


def _in_turn(rows: Iterable[tuple[Any, ...]], addresses: Sequence[Address]) -> list[Match | None]:
    found = {row.n: match_of(row, addresses[row.n - 1]) for row in (Row(*row) for row in rows)}
    return [found.get(n) for n in range(1, len(addresses) + 1)]


async def _named(service: Service, catalogue: Catalogue, text: str) -> list[Meant]:
    """Return what bears the name or lies in the postal code, the best first, each place once."""
    statement = search_statement(catalogue.layers.values(), text, LOOKED_AT, ["feature", "postal_code"])
    rows = await service.database.rows(statement) if statement else []
    kept: list[Meant] = []
    for rank, kind, layer, _, name, address, lon, lat in rows:
        if lon is None or rank not in _FITS:
            continue
        info = catalogue.layers[layer]
        meant = Meant(name or address or text, kind, kind, _FITS[rank], lon, lat, address=address, layer=info)
        if not any(_same(meant, other) for other in kept):
            kept.append(meant)
    return kept


def _same(one: Meant, other: Meant) -> bool:
    metres: float = _EARTH.inv(one.longitude, one.latitude, other.longitude, other.latitude)[2]
    return metres <= (SAME_M if one.label == other.label else NEXT_M)


def _nothing(text: str) -> NotFound:
    return NotFound(
        Message(
            f"「{text}」に当たる場所が見つかりません。市町村名からの住所、施設の名称、7桁の郵便番号のどれかで入れ直すか、地図で場所を選んでください。",
            f"No place was found for “{text}”. Give an address that begins with the municipality, the name of a facility or a postal code of seven digits, or pick the place on the map.",
        )
    )

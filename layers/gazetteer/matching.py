"""From the rows of `statements.located` to matches with their confidence, and the names that the statement needs beforehand.

For the API's pool and for Django's connection alike: nothing here talks to the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import sql

from gis_core.addresses import Address, split_county, town_key
from layers.gazetteer.areas import Areas
from layers.gazetteer.confidence import Level, confidence, within_m
from layers.gazetteer.home import Home
from layers.reads import Statement


@dataclass(frozen=True)
class Match:
    """Where an address is, as far as the gazetteer can tell.

    `lon`, `lat` in degrees (EPSG:4326). `number`: what of the address's number was found (block, residence or lot).
    `rest`: what of the address was not used. `within_m`: the place lies within about so many metres of the point.
    `candidates`: the towns that fit equally well; with more than one the match is ambiguous and means nothing.
    """

    level: Level
    lon: float
    lat: float
    confidence: float
    within_m: int
    prefecture: str
    municipality: str
    town: str
    koaza: str
    number: str
    rest: str
    town_id: str
    source: str
    candidates: tuple[str, ...] = ()

    @property
    def matched(self) -> str:
        """The part of the address that was found, as the gazetteer writes it."""
        return f"{self.prefecture}{self.municipality}{self.town}{self.koaza}{self.number}"


class Row(NamedTuple):
    """A row of `statements.located`."""

    n: int
    prefecture: str
    county: str
    municipality: str
    town: str
    koaza: str
    town_id: str
    level: Level
    source: str
    used: int
    written: bool
    ambiguous: bool
    candidates: list[str]
    number: str | None
    exact: bool | None
    lon: float
    lat: float
    reach: float | None


def names_statement(areas: Areas) -> Statement:
    """Rows: the different names of the layer of areas, the municipality and the prefecture that are written with them."""
    text = sql.SQL("SELECT DISTINCT {}, {}, {} FROM {} WHERE {} <> ''").format(
        sql.Identifier(areas.name),
        areas.column(areas.municipality),
        areas.column(areas.prefecture),
        areas.table,
        sql.Identifier(areas.name),
    )
    return Statement(text.as_string(None), {})


def names_parameters(found: Iterable[tuple[Any, ...]], home: Home | None) -> dict[str, list[str]]:
    """Return the rows of `names_statement` with their keys, as the placeholders of `statements.towns`."""
    rows = list(_keyed(found, home))
    names = (
        "area_names",
        "area_municipalities_written",
        "area_prefectures",
        "area_counties",
        "area_municipalities",
        "area_municipality_keys",
        "area_keys",
    )
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def match_of(row: Row, address: Address) -> Match:
    """Return the match that a row of `statements.located` is, for the address that it is of."""
    unread = address.form[row.used : address.names]
    unread = "" if unread == "ノ" else unread  # ハの74-2
    return Match(
        level=row.level,
        lon=row.lon,
        lat=row.lat,
        confidence=confidence(
            row.level,
            exact=bool(row.exact),
            municipality_written=row.written,
            unread="" if row.level == "city" else unread,
            set_apart=row.used in address.marks,
            ambiguous=row.ambiguous,
        ),
        within_m=within_m(row.level, exact=bool(row.exact), reach_m=row.reach),
        prefecture=row.prefecture,
        municipality=row.county + row.municipality,
        town=row.town,
        koaza=row.koaza,
        number=row.number or "",
        rest=_rest(row, address, unread),
        town_id=row.town_id,
        source=row.source,
        candidates=tuple(sorted(row.candidates)) if row.ambiguous else (),
    )


def _keyed(rows: Iterable[tuple[Any, ...]], home: Home | None) -> Iterable[tuple[str, ...]]:
    """Add the keys; the city served is meant where a row names no municipality."""
    for name, written, prefecture in rows:
        whole = written or (home.municipality if home else "")
        if whole:
            county, municipality = split_county(whole)
            prefecture = prefecture or (home.prefecture if home else "")
            yield name, written, prefecture, county, municipality, town_key(municipality), town_key(name)


def _rest(row: Row, address: Address, unread: str) -> str:
    """Return the name that was not found, the number that was not, and what stands after it."""
    number = address.form[max(row.used, address.names) :].replace("=", "-").strip("-").upper()
    left = number.removeprefix(row.number or "")
    return " ".join(part for part in (_as_written(address, unread) + left, address.rest) if part)


def _as_written(address: Address, unread: str) -> str:
    """Return the end of the names whose key is `unread`, as it is written in the address."""
    ends = (address.place[at:] for at in range(len(address.place), -1, -1))
    return next((end for end in ends if town_key(end) == unread), unread)

"""The evacuation sites and shelters nearest to a place: which are recommended, which are not and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api import place_words as words
from api.links import collection_path
from api.place_books import Book, Site, Sites
from gis_core.hazard_words import KIND_TITLES
from gis_core.hazards import Kind

# 不動産の表示に関する公正競争規約施行規則: 80 m are a minute on foot, and a part of a minute counts as one.
WALK_M_A_MINUTE = 80
# So many more are looked at than are answered with, because some may be closed or full.
SPARE = 8
AVOIDED = 3
# What the log of status calls a site where nobody can go, in the words of feeds (EEI 開設状況) and in codes.
SHUT = frozenset({"closed", "full", "閉鎖", "満員", "満"})


@dataclass(frozen=True)
class Near:
    """A site and how far it is, metres in a straight line."""

    site: Site
    metres: float

    @property
    def minutes(self) -> int:
        """Minutes on foot, at least one."""
        return max(1, math.ceil(self.metres / WALK_M_A_MINUTE))


@dataclass(frozen=True)
class Chosen:
    """For a kind of hazard: sites that may be recommended, and designated ones that lie in its mapped areas."""

    kind: Kind
    usable: tuple[Near, ...]
    unsafe: tuple[Near, ...]


@dataclass(frozen=True)
class State:
    """The newest state of a site in the log of status."""

    state: str
    at: datetime | str

    @property
    def shut(self) -> bool:
        """Whether nobody can go there."""
        return self.state in SHUT


def chosen_sites(book: Book, point: tuple[float, float], kinds: Iterable[Kind], limit: int) -> list[Chosen]:
    """Return for each kind the nearest sites, more than are answered with; their states are not known yet."""
    sites = book.sites
    metres = sites.distances(point)
    return [
        Chosen(
            kind,
            _nearest(sites, metres, sites.usable.get(kind), limit + SPARE),
            _nearest(sites, metres, sites.unsafe.get(kind), AVOIDED),
        )
        for kind in kinds
        if kind in sites.usable
    ]


def nearest_shelters(book: Book, point: tuple[float, float], limit: int) -> tuple[Near, ...]:
    """Return the nearest shelters, where people stay afterwards."""
    sites = book.shelters
    return _nearest(sites, sites.distances(point), np.arange(len(sites.all)), limit)


def ids_of(chosen: Iterable[Chosen]) -> list[int]:
    """Return the ids of all sites that were chosen."""
    return sorted({near.site.id for one in chosen for near in (*one.usable, *one.unsafe)})


def settled(one: Chosen, states: Mapping[int, State], limit: int) -> tuple[list[Near], list[Near]]:
    """Return the nearest sites that are not shut; and those nearer than the last of them that are unsafe or shut."""
    shut = {number for number, state in states.items() if state.shut}
    kept = [near for near in one.usable if near.site.id not in shut][:limit]
    farthest = kept[-1].metres if len(kept) == limit else math.inf
    others = [*one.unsafe, *(near for near in one.usable if near.site.id in shut)]
    nearer = (near for near in others if near.metres < farthest)
    return kept, sorted(nearer, key=lambda near: near.metres)[:AVOIDED]


def site_entry(
    near: Near, sites: Sites, state: State | None, language: str, root: str, kind: Kind | None = None
) -> dict[str, Any]:
    """Return a site as answers show it; with the `kind` for which it is not recommended, the reason."""
    site, info = near.site, sites.info
    assert info is not None
    return {
        "id": site.id,
        "layer": info.id,
        **site.said,
        "longitude": site.longitude,
        "latitude": site.latitude,
        "distance_m": round(near.metres),
        "walking_minutes": near.minutes,
        "by": "straight",
        "way": None,
        "hazards": site.designated,
        "inside": site.inside,
        "not_mapped": site.unmapped,
        "state": state.state if state else None,
        "state_words": words.state(state.state).to(language) if state else None,
        "state_at": state.at if state else None,
        "reason": _reason(near, kind, language) if kind else None,
        "item": f"{root}{collection_path(info.id)}/items/{site.id}",
        "sample": info.is_sample,
    }


def _reason(near: Near, kind: Kind, language: str) -> str:
    title = KIND_TITLES[kind].to(language)
    return (words.INSIDE if kind in near.site.inside else words.SHUT).to(language).format(kind=title)


def _nearest(
    sites: Sites, metres: NDArray[np.float64], places: NDArray[np.intp] | None, limit: int
) -> tuple[Near, ...]:
    if places is None or not len(places):
        return ()
    among = metres[places]
    count = min(limit, len(places))
    first = np.argpartition(among, count - 1)[:count] if count < len(places) else np.arange(count)
    order = first[np.argsort(among[first], kind="stable")]
    found = zip(places[order].tolist(), among[order].tolist(), strict=True)
    return tuple(Near(sites.all[place], distance) for place, distance in found)

"""The municipality that is meant where an address names none."""

from __future__ import annotations

from typing import Any, NamedTuple

from gis_core.addresses import prefecture_of, split_county, town_key
from gis_core.city import City


class Home(NamedTuple):
    """The city served. `former`: the municipalities that it was made of, with their 郡 (那須郡黒羽町)."""

    prefecture: str
    municipality: str
    former: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of the municipality's name."""
        return town_key(self.municipality)

    @property
    def former_keys(self) -> list[str]:
        """The keys of the former names, with and without the 郡, alone and after today's name."""
        parted = [(county, name) for county, name in map(split_county, self.former)]
        ways = {town_key(county + name) for county, name in parted} | {town_key(name) for _, name in parted}
        return sorted(ways | {self.key + town_key(name) for _, name in parted})


def home_of(city: City) -> Home:
    """Return the city served as the gazetteer needs it."""
    return Home(prefecture_of(city.code), city.name["ja"], city.former)


def home_parameters(home: Home | None) -> dict[str, Any]:
    """Return the placeholders of `statements.located` that say which municipality is meant where none is written."""
    if home is None:
        return {"home_prefecture": None, "home": None, "former": []}
    return {"home_prefecture": home.prefecture, "home": home.key, "former": home.former_keys}

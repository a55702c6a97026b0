"""What is asked of a place: where (a point, or words that mean one), for which kinds of hazards, how many sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api import declared, parameters
from gis_core.errors import BadParameter, Message
from gis_core.hazards import KINDS, Kind
from gis_core.text import search_key


@dataclass(frozen=True)
class Question:
    """A point (longitude, latitude in degrees) or a text; the kinds of hazards; sites for each kind."""

    point: tuple[float, float] | None
    text: str
    kinds: tuple[Kind, ...]
    limit: int


def question_of(query: Mapping[str, str]) -> Question:
    """Read the parameters; those that are empty count as missing. Raises `BadParameter`."""
    given = {name: value for name, value in query.items() if value.strip()}
    text = given.get("q", "").strip()
    pointed = {"lon", "lat"} & given.keys()
    if bool(text) == bool(pointed) or len(pointed) == 1:
        raise BadParameter(
            "q" if text else "lon",
            Message(
                "場所を、lon と lat（経度・緯度）の両方か、q（住所・名称・郵便番号）のどちらかで指定してください。",
                "Give the place either as both lon and lat, or as q (an address, a name or a postal code).",
            ),
        )
    limit = parameters.limit(given, declared.PLACE_DEFAULT, declared.PLACE_MAXIMUM)
    if text:
        return Question(None, _words(text), _kinds(given), limit)
    point = parameters.number(given, declared.LONGITUDE), parameters.number(given, declared.LATITUDE)
    return Question(point, "", _kinds(given), limit)


def _words(text: str) -> str:
    if len(text) > declared.SEARCH_LETTERS or not search_key(text):
        raise BadParameter(
            "q",
            Message(
                f"q に住所・名称・郵便番号を 1～{declared.SEARCH_LETTERS} 文字で入れてください。",
                f"Give an address, a name or a postal code in q, 1 to {declared.SEARCH_LETTERS} letters.",
            ),
        )
    return text


def _kinds(given: Mapping[str, str]) -> tuple[Kind, ...]:
    wanted = {part.strip() for part in given.get("hazard", ",".join(KINDS)).split(",")}
    if not wanted <= {*KINDS}:
        names = ", ".join(KINDS)
        raise BadParameter(
            "hazard", Message(f"hazard に使える値は {names} です。", f"hazard takes some of: {names}.")
        )
    return tuple(kind for kind in KINDS if kind in wanted)

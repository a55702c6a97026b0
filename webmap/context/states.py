"""The live state of evacuation sites and shelters: its words, its sign beside the colour, since when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from api.place_words import STATES, state
from layers import live
from webmap import languages

if TYPE_CHECKING:
    from layers.catalogue import LayerInfo

# In these states people can go in.
USABLE = frozenset({"open", "always", "crowded"})


def titles(language: str) -> dict[str, str]:
    """Return the states that have words of their own, by code."""
    return {code: texts.to(language) for code, texts in STATES.items()}


class State(NamedTuple):
    """What was last reported of a feature; a code that is not known is its own word."""

    code: str
    title: str
    at: datetime | None

    @property
    def said_at(self) -> str:
        """When it was reported, as people write it."""
        return date_format(timezone.localtime(self.at), "DATETIME_FORMAT") if self.at else ""


def states_of(info: LayerInfo) -> dict[int, State]:
    """Return the newest state of each feature of the layer that has one."""
    found: dict[int, State] = {}
    for entry in sorted(live.status_of(info), key=lambda entry: str(entry["at"])):
        if entry["state"]:
            code = str(entry["state"])
            said = state(code).to(languages.current())
            found[entry["feature"]] = State(code, said, parse_datetime(entry["at"]))
    return found

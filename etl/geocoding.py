"""Positions for rows that have an address and no coordinates, from the gazetteer; what is doubtful is not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from etl.messages import rule_message
from gis_core.city import City
from gis_core.errors import Message
from gis_core.issues import Issue, Severity
from layers.gazetteer.confidence import Level
from layers.gazetteer.home import home_of
from layers.gazetteer.locating import Match, locate
from layers.gazetteer.selectors import is_empty

# Every level of a town that is clearly named has as much (see `layers.gazetteer.confidence`).
THRESHOLD = 0.6

_LEVELS: dict[Level, tuple[str, str]] = {
    "residence": ("住居番号", "residence"),
    "lot": ("地番", "lot"),
    "block": ("街区", "block"),
    "koaza": ("小字", "koaza"),
    "town_chome": ("丁目", "chome"),
    "oaza": ("大字", "oaza"),
    "city": ("市区町村", "municipality"),
}
_CANDIDATES_TOLD = 5


@dataclass(frozen=True)
class Placed:
    """What the gazetteer says of one address: a point (EPSG:4326), or none, and the issue to tell."""

    point: shapely.Point | None
    rule: str
    severity: Severity
    address: str
    match: Match | None
    empty: bool = False

    def issue(self, row: int, column: str | None, field: str | None) -> Issue:
        """Return the finding about the row; `column` is the file's column of the address."""
        message = rule_message(self.rule, self.severity, column=column, value=self.address, **self._parts())
        return Issue(row, column, field, self.rule, self.severity, self.address, message)

    def _parts(self) -> dict[str, object]:
        match = self.match
        if match is None:
            return {"detail": _EMPTY if self.empty else None}
        ja, en = _LEVELS[match.level]
        return {
            "matched": match.matched,
            "level": Message(ja, en),
            "confidence": match.confidence,
            "metres": match.within_m,
            "detail": _candidates(match),
        }


_EMPTY = Message(
    ja="住所辞書が空です。machizu gazetteer load ファイル で登録してください",
    en="the gazetteer is empty: fill it with machizu gazetteer load FILE",
)


def place(addresses: Sequence[str | None], city: City, threshold: float = THRESHOLD) -> list[Placed | None]:
    """Return for each address a point or why there is none; None for no address.

    A match of at least `threshold` confidence gives the point: `geocode.matched`, fixed, or a warning where it is only
    the middle of a 大字. Below, `geocode.uncertain` names the best candidate; `geocode.not_found` knows none. A
    municipality as a whole is never a place. Two statements for all; raises nothing of its own.
    """
    asked = [text for text in dict.fromkeys(addresses) if text]
    found = dict(zip(asked, locate(asked, home_of(city)), strict=True)) if asked else {}
    empty = not any(found.values()) and bool(asked) and is_empty()
    return [_placed(text, found[text], threshold, empty) if text else None for text in addresses]


def _placed(address: str, match: Match | None, threshold: float, empty: bool) -> Placed:
    if match is None:
        return Placed(None, "geocode.not_found", "error", address, None, empty)
    if match.level == "city" or match.confidence < threshold:
        return Placed(None, "geocode.uncertain", "error", address, match)
    severity: Severity = "warning" if match.level == "oaza" else "fixed"
    return Placed(shapely.Point(match.lon, match.lat), "geocode.matched", severity, address, match)


def _candidates(match: Match) -> Message | None:
    if len(match.candidates) < 2:
        return None
    names = "、".join(match.candidates[:_CANDIDATES_TOLD]) + (
        "…" if len(match.candidates) > _CANDIDATES_TOLD else ""
    )
    return Message(ja=f"当てはまる町：{names}", en=f"towns that fit: {names}")

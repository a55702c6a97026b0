"""Hazards: their kinds, the official classes and codes of flood and landslide maps, and how grave each class is.

Classes and colours: 水害ハザードマップ作成の手引き (MLIT). Codes: 国土数値情報 A31 (flood: depth, duration, area where houses
may collapse) and A33 (landslide). Grades run from 0 (nothing is shown) to 5 (life is in danger even upstairs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gis_core import hazard_words as words
from gis_core.definition import Texts

Kind = Literal[
    "flood", "landslide", "storm_surge", "earthquake", "tsunami", "large_fire", "inland_flood", "volcano"
]
# The kinds for which evacuation sites are designated, in the order of the municipal standard (災害種別_*).
KINDS: tuple[Kind, ...] = (
    "flood",
    "landslide",
    "storm_surge",
    "earthquake",
    "tsunami",
    "large_fire",
    "inland_flood",
    "volcano",
)
WATER: frozenset[Kind] = frozenset({"flood", "inland_flood", "storm_surge", "tsunami"})
GRAVEST = 5


@dataclass(frozen=True)
class Meaning:
    """What a class means to somebody who is there: grade 0 to 5, what happens, what to do."""

    grade: int
    meaning: Texts | None
    action: Texts


@dataclass(frozen=True)
class Code:
    """One code of an official list: colour `#RRGGBB`, and the lower bound of its meaning (metres or hours)."""

    color: str
    bound: float


# The last whose lower bound (metres) a depth reaches. Storeys: 浸水の目安 of the guideline.
_DEPTHS: tuple[tuple[float, Meaning], ...] = (
    (0.0, Meaning(1, words.BELOW_FLOOR, words.STAY_UPSTAIRS)),
    (0.5, Meaning(2, words.GROUND_FLOOR, words.LEAVE_OR_UPSTAIRS)),
    (3.0, Meaning(3, words.FIRST_FLOOR, words.LEAVE_EARLY)),
    (5.0, Meaning(4, words.THIRD_FLOOR, words.LEAVE_EARLY)),
    (10.0, Meaning(5, words.FIFTH_FLOOR, words.LEAVE_EARLY)),
)
# Lower bounds in hours.
_DURATIONS: tuple[tuple[float, Meaning], ...] = (
    (0.0, Meaning(1, words.WATER_STAYS, words.KEEP_SUPPLIES)),
    (24.0, Meaning(2, words.WATER_STAYS, words.KEEP_SUPPLIES)),
    (72.0, Meaning(3, words.WATER_STAYS_LONG, words.LEAVE_BEFORE_LONG_WATER)),
    (336.0, Meaning(4, words.WATER_STAYS_LONG, words.LEAVE_BEFORE_LONG_WATER)),
)
_COLLAPSE = {
    "1": Meaning(GRAVEST, words.SWEPT_AWAY, words.NEVER_STAY),
    "2": Meaning(GRAVEST, words.BANK_ERODED, words.NEVER_STAY),
    "3": Meaning(GRAVEST, words.SWEPT_AWAY, words.NEVER_STAY),
}
_YELLOW = Meaning(3, words.SLIDE_WARNING, words.LEAVE_SLIDE)
_RED = Meaning(GRAVEST, words.SLIDE_SPECIAL, words.LEAVE_SLIDE_FIRST)
_ZONES = {"1": _YELLOW, "2": _RED, "3": _YELLOW, "4": _RED}
UNGRADED = Meaning(2, None, words.FOLLOW_ORDERS)

# A31a_205, A31_101, A31_201: 1 to 6. A31_001 of the first edition: 11 to 15 in five steps, 21 to 27 in seven; a step
# that lies in several of today's classes has the colour and meaning of the highest, so that nothing is told too low.
DEPTH_CODES = {
    "1": Code("#F7F5A9", 0.0), "2": Code("#FFD8C0", 0.5), "3": Code("#FFB7B7", 3.0), "4": Code("#FF9191", 5.0),
    "5": Code("#F285C9", 10.0), "6": Code("#DC7ADC", 20.0),
    "11": Code("#F7F5A9", 0.0), "12": Code("#F8E1A6", 0.5), "13": Code("#FFD8C0", 1.0), "14": Code("#FFB7B7", 3.0),
    "15": Code("#FF9191", 5.0),
    "21": Code("#F7F5A9", 0.0), "22": Code("#F8E1A6", 0.5), "23": Code("#FFD8C0", 1.0), "24": Code("#FFD8C0", 2.0),
    "25": Code("#FFB7B7", 3.0), "26": Code("#FFB7B7", 4.0), "27": Code("#FF9191", 5.0),
}  # fmt: skip
# A31a_305, A31_301.
DURATION_CODES = {
    "1": Code("#A0D2FF", 0.0), "2": Code("#0041FF", 12.0), "3": Code("#FAF500", 24.0), "4": Code("#FF9900", 72.0),
    "5": Code("#FF2800", 168.0), "6": Code("#B40068", 336.0), "7": Code("#600060", 672.0),
}  # fmt: skip
COLLAPSE_COLOR = "#FF0000"
# By A33_001 (1 急傾斜地の崩壊, 2 土石流, 3 地滑り) and A33_002 (1 yellow, 2 red; 3 and 4 the same, not yet designated).
_SLIDE_COLORS = {
    "1": ("#FAE600", "#FA2800", "#FBEB33", "#FB5333"),
    "2": ("#E6C832", "#A50021", "#EBD35B", "#B7334D"),
    "3": ("#FF9900", "#B40028", "#FFAD33", "#C33353"),
}


def kind_of(layer_id: str) -> Kind | None:
    """Return the kind of hazard that a hazard layer shows: its id begins with the kind's name (`flood_depth`)."""
    # inland_flood does not begin with flood: no kind's name is the beginning of another's.
    return next((kind for kind in KINDS if layer_id == kind or layer_id.startswith(f"{kind}_")), None)


def depth_meaning(metres: float) -> Meaning:
    """Return what water of this depth means; of a class, its lower bound is the depth."""
    return _reached(_DEPTHS, metres)


def duration_meaning(hours: float) -> Meaning:
    """Return what water that stays so long means; of a class, its lower bound is the duration."""
    return _reached(_DURATIONS, hours)


def collapse_meaning(code: str) -> Meaning | None:
    """Return what an area where houses may collapse means (A31a_405), None for an unknown code."""
    return _COLLAPSE.get(code)


def zone_meaning(zone: str) -> Meaning | None:
    """Return what a landslide zone means (A33_002), None for an unknown code."""
    return _ZONES.get(zone)


def zone_color(phenomenon: str, zone: str) -> str:
    """Return the official colour of a landslide zone; without a known phenomenon that of a steep slope."""
    colors = _SLIDE_COLORS.get(phenomenon, _SLIDE_COLORS["1"])
    return colors["1234".index(zone)] if zone in _ZONES else colors[0]


def _reached(steps: Sequence[tuple[float, Meaning]], value: float) -> Meaning:
    return next(meaning for bound, meaning in reversed(steps) if value >= bound or bound == 0.0)

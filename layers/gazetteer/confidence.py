"""How sure a match is, and how far the true place may be from its point.

Confidence (0..1) = the level's own × what was read into the address to get there:

| level | |  |
|---|---|---|
| residence | 1.0 | block and 住居番号 are known |
| lot | 0.95 | the lot number is known; 0.85 when only its parent lot is (1081 of 1081-4) |
| block | 0.9 | the block is known, the 住居番号 is not |
| koaza, town_chome | 0.8 | the middle of the 小字 or 丁目 |
| oaza | 0.7 | the middle of the 大字 |
| city | 0.2 | only the municipality is known: no place for a feature |

× 0.95 when the municipality is not written and the city served is assumed, or is written by its name before a
merger. × 0.92 when a name stands between town and number that the gazetteer does not have, set apart by 字 or a space
(an unknown 小字); × 0.75 when it is not set apart, for then the town may be another of a similar name. Several
towns that fit equally well are at most 0.3: nothing is guessed. So whatever names a town of the city clearly has at
least 0.6, and whatever is doubtful has less.
"""

from __future__ import annotations

from typing import Literal

Level = Literal["residence", "lot", "block", "koaza", "town_chome", "oaza", "city"]

_LEVELS: dict[Level, float] = {
    "residence": 1.0,
    "lot": 0.95,
    "block": 0.9,
    "koaza": 0.8,
    "town_chome": 0.8,
    "oaza": 0.7,
    "city": 0.2,
}
_PARENT_LOT = 0.85
_ASSUMED = 0.95
_SET_APART = 0.92
_RUN_ON = 0.75
_AMBIGUOUS = 0.3

# Metres within which nine of ten places lie, where no area of the town says better.
_WITHIN: dict[Level, int] = {
    "residence": 20,
    "lot": 100,
    "block": 100,
    "koaza": 500,
    "town_chome": 500,
    "oaza": 2000,
    "city": 20_000,
}
_PARENT_LOT_WITHIN = 200


def confidence(
    level: Level, *, exact: bool, municipality_written: bool, unread: str, set_apart: bool, ambiguous: bool
) -> float:
    """Return the confidence of a match. `exact`: the whole number was found. `unread`: the name before the number."""
    sure = _PARENT_LOT if level == "lot" and not exact else _LEVELS[level]
    if not municipality_written:
        sure *= _ASSUMED
    if unread:
        sure *= _SET_APART if set_apart else _RUN_ON
    return round(min(sure, _AMBIGUOUS) if ambiguous else sure, 3)


def within_m(level: Level, *, exact: bool, reach_m: float | None) -> int:
    """Return within how many metres of the point the place lies; `reach_m` is how far the town's area reaches."""
    if level == "lot" and not exact:
        return _PARENT_LOT_WITHIN
    if reach_m is not None and level in ("koaza", "town_chome", "oaza"):
        step = 10 if reach_m < 1000 else 100
        return max(step, round(reach_m / step) * step)
    return _WITHIN[level]

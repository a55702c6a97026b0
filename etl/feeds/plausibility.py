"""Is a river level's reading to be believed? Sentinels, stuck gauges and absurd jumps must not raise a flood.

Pure: readings in, verdicts out. A gauge is judged against its own past and its neighbours'. Levels are metres
above the gauge's zero (for some gauges that is sea level, so the thresholds say where the river can be).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Fault = Literal["missing", "sentinel", "out_of_range", "future", "old", "stuck", "jump", "unconfirmed"]

# What loggers and forwarding systems write for "nothing measured"; no river is at such a level.
_SENTINELS = (
    -999.0,
    -9999.0,
    -99.99,
    -999.9,
    -999.99,
    -9999.9,
    999.0,
    999.9,
    999.99,
    9999.0,
    9999.9,
    9999.99,
)
_SENTINEL_SIZE = 9000.0
# No gauge in Japan's small and middle rivers rises this far above its highest threshold, nor falls this far below.
_ABOVE_M = 10.0
_BELOW_M = 25.0
# Where no threshold says where the river is.
_UNKNOWN_RANGE_M = (-15.0, 30.0)
# A flash flood may rise by more than a metre in ten minutes (都賀川 2008: 1.34 m); beyond this it is the gauge.
_JUMP_M = 2.0
_STEP = timedelta(minutes=10)
# What a silence of the gauge may explain, and the largest leap that a rising neighbour makes believable.
_LARGEST_RISE_M = 4.0
# A step as small as this may end in a level that stands still for a while; after a larger one no river does.
_PLATEAU_STEP_M = 0.3
_STUCK_READINGS = 6
# Neighbours that moved this much while a gauge stood still, or rose this much beside one that jumped.
_MOVED_M = 0.1
_ROSE_M = 0.3
_NEIGHBOUR_TIME = timedelta(hours=2)
FUTURE = timedelta(minutes=5)
OLD = timedelta(minutes=30)


@dataclass(frozen=True)
class Observation:
    """What a gauge said at an instant (aware); `level` in metres, None where it said none."""

    at: datetime
    level: float | None


@dataclass(frozen=True)
class Thresholds:
    """A gauge's thresholds in metres: 水防団待機 (1), 氾濫注意 (2), 避難判断 (3), 氾濫危険 (4). Each may be missing."""

    standby: float | None = None
    caution: float | None = None
    evacuation: float | None = None
    danger: float | None = None
    overflow: float | None = None

    def known(self) -> list[float]:
        """Return the thresholds that there are."""
        every = (self.standby, self.caution, self.evacuation, self.danger, self.overflow)
        return [value for value in every if value is not None]

    def rank(self, level: float) -> int:
        """Return the highest of the four thresholds that the level has reached: 0 to 4."""
        ranked = ((4, self.danger), (3, self.evacuation), (2, self.caution), (1, self.standby))
        return next((rank for rank, value in ranked if value is not None and level >= value), 0)

    def possible(self) -> tuple[float, float]:
        """Return between which levels the river can be at all."""
        known = self.known()
        return (min(known) - _BELOW_M, max(known) + _ABOVE_M) if known else _UNKNOWN_RANGE_M


@dataclass(frozen=True)
class History:
    """What a gauge said of late."""

    observations: Sequence[Observation]
    thresholds: Thresholds


@dataclass(frozen=True)
class Judged:
    """An observation with what is wrong with it; believed where nothing is."""

    at: datetime
    level: float | None
    fault: Fault | None = None


@dataclass(frozen=True)
class Assessment:
    """What the newest reading means: `rank` 0–4, None where it cannot be believed, and then why."""

    newest: Judged
    rank: int | None
    last_good: Judged | None

    @property
    def fault(self) -> Fault | None:
        """Why there is no rank."""
        return self.newest.fault


def judge(history: History) -> list[Judged]:
    """Judge each observation by itself and by those before it, oldest first.

    A reading that leaps from the last believed one is a `jump`, and so is all that goes on from it, until the
    river is back near what was believed. Without anything believed before, only a level below every threshold is
    believed at once: what is above is `unconfirmed`.
    """
    judged: list[Judged] = []
    good: Observation | None = None
    followed = True
    for seen in sorted(history.observations, key=lambda o: o.at):
        fault = _impossible(seen.level, history.thresholds)
        if fault is None:
            fault = _unexpected(seen, good, history.thresholds, after_good=followed)
            followed = fault is None
        judged.append(Judged(seen.at, seen.level, fault))
        if fault is None:
            good = seen
    return judged


def assess(history: History, neighbours: Sequence[History], now: datetime) -> Assessment | None:
    """Judge the newest reading; None without any. `neighbours`: what gauges nearby said, faults and all.

    A rank is raised by two believed readings in a row, or by one where a neighbour rises too.
    """
    judged = judge(history)
    if not judged:
        return None
    believed = [[j for j in judge(n) if j.fault is None] for n in neighbours]
    rises = any(_rises([j for j in n if now - _NEIGHBOUR_TIME <= j.at <= now + FUTURE]) for n in believed)
    newest = _newest(judged, history.thresholds, believed, rises=rises, now=now)
    good = [j for j in judged[:-1] if j.fault is None]
    if newest.fault or newest.level is None:
        return Assessment(newest, None, good[-1] if good else None)
    rank = history.thresholds.rank(newest.level)
    return Assessment(newest, rank if rises else min(rank, _proven(judged, history.thresholds)), newest)


def _newest(
    judged: Sequence[Judged],
    thresholds: Thresholds,
    neighbours: Sequence[Sequence[Judged]],
    *,
    rises: bool,
    now: datetime,
) -> Judged:
    """The newest reading with what only the clock and the neighbours can tell."""
    last = judged[-1]
    fault = last.fault
    if last.at > now + FUTURE:
        fault = "future"
    elif last.at < now - OLD:
        fault = "old"
    elif fault is None and _stuck(judged, thresholds, neighbours):
        fault = "stuck"
    elif rises and _believable(judged):
        fault = None
    return Judged(last.at, last.level, fault)


def _impossible(level: float | None, thresholds: Thresholds) -> Fault | None:
    if level is None or math.isnan(level):
        return "missing"
    if abs(level) >= _SENTINEL_SIZE or any(abs(level - s) < 1e-6 for s in _SENTINELS):
        return "sentinel"
    low, high = thresholds.possible()
    return None if low <= level <= high else "out_of_range"


def _unexpected(
    seen: Observation, good: Observation | None, thresholds: Thresholds, *, after_good: bool
) -> Fault | None:
    """`after_good`: the gauge's last word was believed, so that time without words may explain a rise."""
    known = thresholds.known()
    assert seen.level is not None, "impossible readings are judged before"
    if good is None or good.level is None:
        return "unconfirmed" if known and seen.level >= min(known) else None
    rise = seen.level - good.level
    steps = max((seen.at - good.at) / _STEP, 1.0) if after_good else 1.0
    if abs(rise) <= min(_JUMP_M * steps, _LARGEST_RISE_M):
        return None
    # Falling back below every threshold needs no proof: it raises nothing.
    return None if rise < 0 and (not known or seen.level < min(known)) else "jump"


def _believable(judged: Sequence[Judged]) -> bool:
    """Whether a rising neighbour proves the newest reading: not a standstill, and not an absurd leap."""
    last = judged[-1]
    if last.fault not in ("jump", "unconfirmed") or last.level is None or _run_length(judged) > 1:
        return False
    good = next((j.level for j in reversed(judged) if j.fault is None), None)
    return good is None or abs(last.level - good) <= _LARGEST_RISE_M


def _proven(judged: Sequence[Judged], thresholds: Thresholds) -> int:
    """The highest rank that the readings before the newest prove.

    The one before must be believed. Where the value stands still, the one before the standstill counts, unless
    the step to it was small.
    """
    run = _run_length(judged)
    before = judged[-2] if len(judged) > 1 else None
    if before is None or before.fault or before.level is None:
        return 0
    start = judged[-run - 1] if len(judged) > run else None
    if run > 1 and start is not None:
        if start.fault or start.level is None:
            return 0
        if before.level - start.level > _PLATEAU_STEP_M:
            return thresholds.rank(start.level)
    return thresholds.rank(before.level)


def _stuck(judged: Sequence[Judged], thresholds: Thresholds, neighbours: Sequence[Sequence[Judged]]) -> bool:
    """The same value again and again while neighbours moved, or where no river stands still: above a threshold."""
    if _run_length(judged) < _STUCK_READINGS:
        return False
    first, last = judged[-_STUCK_READINGS], judged[-1]
    high = last.level is not None and thresholds.rank(last.level) > 0
    return high or any(_moved(n, first.at, last.at) for n in neighbours)


def _run_length(judged: Sequence[Judged]) -> int:
    """How many readings at the end have the very same value."""
    level = judged[-1].level
    return next((i for i, j in enumerate(reversed(judged)) if j.level != level), len(judged))


def _moved(believed: Sequence[Judged], since: datetime, until: datetime) -> bool:
    levels = [j.level for j in believed if j.level is not None and since <= j.at <= until]
    return bool(levels) and max(levels) - min(levels) >= _MOVED_M


def _rises(believed: Sequence[Judged]) -> bool:
    """Whether a neighbour has risen steadily of late."""
    levels = [j.level for j in believed if j.level is not None]
    return len(levels) >= 3 and levels[-1] - min(levels) >= _ROSE_M and levels[-1] >= levels[-2]

"""Which readings of a river gauge are believed: what is stuck, absurd or missing never raises a flood."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.feeds.plausibility import Assessment, History, Observation, Thresholds, assess

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
MARKS = Thresholds(standby=1.0, caution=1.5, evacuation=2.0, danger=2.5)
QUIET = [0.40, 0.41, 0.40, 0.41, 0.40, 0.41]
RISING = [0.4, 0.6, 0.8, 1.0, 1.2, 1.4]

levels = st.floats(-20, 20)
low = st.lists(st.floats(0.3, 0.6), min_size=1, max_size=12)


def history(*said: float | None, marks: Thresholds = MARKS, late: int = 0) -> History:
    """Readings each ten minutes, the last `late` minutes ago."""
    last = NOW - timedelta(minutes=late)
    steps = [last - timedelta(minutes=10 * i) for i in reversed(range(len(said)))]
    return History([Observation(at, level) for at, level in zip(steps, said, strict=True)], marks)


def judged(
    *said: float | None, near: list[float] | None = None, marks: Thresholds = MARKS, late: int = 0
) -> Assessment:
    neighbours = [history(*near)] if near else []
    found = assess(history(*said, marks=marks, late=late), neighbours, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ((0.4, None), "missing"), ((0.4, -999.0), "sentinel"), ((0.4, -9999.0), "sentinel"), ((0.4, 29999.0), "sentinel"),
        ((0.4, float("nan")), "missing"), ((0.4, 13.0), "out_of_range"), ((0.4, -30.0), "out_of_range"),
        ((0.4, 2.6), "jump"), ((0.4, 2.6, 2.6), "jump"), ((0.4, 5.0, 5.1, 5.2), "jump"), ((2.6,), "unconfirmed"),
        ((2.6, 2.7, 2.6), "unconfirmed"), ((*QUIET, *[1.2] * 6), "stuck"),
    ],
)  # fmt: skip
def test_what_is_not_believed(said: tuple[float | None, ...], fault: str) -> None:
    found = judged(*said)
    assert (found.fault, found.rank) == (fault, None)


def test_a_reading_that_is_old_or_of_the_future_is_not_believed() -> None:
    assert judged(0.4, late=31).fault == "old"
    assert judged(0.4, late=-6).fault == "future"
    assert judged(0.4, late=29).rank == 0


@pytest.mark.parametrize(
    ("level", "rank"), [(0.9, 0), (1.0, 1), (1.6, 2), (2.0, 3), (2.4, 3), (2.5, 4), (9.0, 4)]
)
def test_the_thresholds_give_the_rank(level: float, rank: int) -> None:
    assert MARKS.rank(level) == rank


def test_a_flood_is_raised_by_two_readings_in_a_row_or_by_one_beside_a_rising_neighbour() -> None:
    assert judged(0.6, 1.0, 1.4, 1.6).rank == 1
    assert judged(0.6, 1.0, 1.4, 1.6, 1.7).rank == 2
    assert judged(0.6, 1.0, 1.4, 1.6, near=RISING).rank == 2


def test_a_rising_neighbour_makes_a_leap_believable_but_not_an_absurd_one() -> None:
    assert judged(0.4, 2.6, near=RISING).rank == 4
    assert judged(0.4, 9.0, near=RISING).fault == "jump"
    assert judged(0.4, 2.6, 2.6, near=RISING).fault == "jump"
    assert judged(0.4, 2.6, near=[0.4, -999.0, 29999.0, 0.4]).fault == "jump"


def test_a_fall_is_believed_at_once() -> None:
    assert judged(0.8, 1.2, 1.6, 2.0, 2.2, 1.4).rank == 1
    assert judged(0.4, 5.0, 5.0, 0.5).rank == 0


def test_standing_still_is_a_fault_only_while_neighbours_move() -> None:
    assert judged(*[0.4] * 8, near=[0.4] * 8).rank == 0
    assert judged(*[0.4] * 8, near=RISING).fault == "stuck"


def test_gauges_that_measure_above_sea_level_are_judged_by_their_thresholds() -> None:
    marks = Thresholds(caution=197.5, evacuation=197.8, danger=198.3)
    assert judged(196.9, 197.1, marks=marks).rank == 0
    assert judged(197.1, 197.6, 197.9, marks=marks).rank == 2


def test_the_false_flood_of_a_real_gauge_is_not_raised() -> None:
    """新波止橋（押川）、2026-02-10: hours of levels above every threshold in a dry winter, none below them."""
    marks = Thresholds(caution=197.5, evacuation=197.8, danger=198.3)
    start = NOW - timedelta(hours=2)
    said = [Observation(start + timedelta(hours=i), level) for i, level in enumerate((199.95, 200.5, 199.68))]
    found = assess(History(said, marks), [], NOW)
    assert found is not None
    assert (found.fault, found.rank) == ("unconfirmed", None)


def test_without_readings_there_is_nothing_to_say() -> None:
    assert assess(History([], MARKS), [], NOW) is None


@given(level=levels, times=st.integers(1, 20))
def test_a_gauge_that_only_ever_says_one_thing_raises_nothing(level: float, times: int) -> None:
    assert not judged(*[level] * times, near=QUIET).rank


@given(before=low, level=st.floats(0.9, 20), times=st.integers(1, 20))
def test_a_gauge_that_leaps_and_sticks_raises_nothing(before: list[float], level: float, times: int) -> None:
    assert not judged(*before, *[level] * times, near=QUIET).rank


@given(before=low, leap=st.floats(3.2, 12), noise=st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=20))
def test_a_gauge_that_leaps_absurdly_raises_nothing_however_it_goes_on(
    before: list[float], leap: float, noise: list[float]
) -> None:
    assert not judged(*before, *[leap + n for n in noise], near=QUIET).rank


@given(before=low, spike=levels, after=low)
def test_a_single_spike_raises_nothing(before: list[float], spike: float, after: list[float]) -> None:
    assert not judged(*before, spike, near=QUIET).rank
    assert not judged(*before, spike, *after, near=QUIET).rank


@given(
    before=low,
    sentinels=st.lists(st.sampled_from([None, -999.0, -9999.0, 9999.0, 29999.0, 65535.0, 999.9]), min_size=1),
)
def test_sentinels_raise_nothing_and_hide_nothing(before: list[float], sentinels: list[float | None]) -> None:
    assert judged(*before, *sentinels).rank is None
    assert judged(*before, *sentinels, before[-1]).rank == 0


@given(start=st.floats(0.2, 0.8), steps=st.lists(st.floats(0.02, 0.6), min_size=8, max_size=30))
def test_a_river_that_rises_steadily_is_told_with_the_second_reading(
    start: float, steps: list[float]
) -> None:
    said = [start]
    for step in steps:
        said.append(min(said[-1] + step, 11.0))
    if said[-1] == said[-2]:
        return
    assert judged(*said).rank == MARKS.rank(said[-2])

"""River levels in the store: from readings, by whatever road they came, to the status of the gauges."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.conftest import Store

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def gauge(store: Store, name: str, *, lon: float = 140.1, river: str = "那珂川", **more: Any) -> int:
    """Make a gauge with thresholds of 1, 1.5, 2 and 2.5 m."""
    values = {
        "name": name, "river_name": river, "standby_level": 1.0, "caution_level": 1.5, "evacuation_level": 2.0,
        "danger_level": 2.5, **more,
    }  # fmt: skip
    with psycopg.connect(store.url) as connection:
        row = connection.execute(
            f"INSERT INTO layer.river_levels ({', '.join(values)}, geom) VALUES ({', '.join(['%s'] * len(values))},"
            " ST_SetSRID(ST_MakePoint(%s, 36.87), 4326)) RETURNING id",
            [*values.values(), lon],
        ).fetchone()
    assert row is not None
    return int(row[0])


def measure(store: Store, gauge_id: int, *levels: float | None, minutes_ago: int = 0) -> None:
    """Bring readings ten minutes apart, the last so long ago."""
    for place, level in enumerate(levels):
        at = NOW - timedelta(minutes=minutes_ago + 10 * (len(levels) - 1 - place))
        with psycopg.connect(store.url) as connection:
            connection.execute(
                "UPDATE layer.river_levels SET water_level = %s, measured_at = %s, gauge_status = %s WHERE id = %s",
                [level, at, "normal" if level is not None else "missing", gauge_id],
            )


def states(now: datetime = NOW) -> dict[int, tuple[str, int | None]]:
    from etl.feeds.river_levels import LAYER, update
    from layers.live import status_of
    from layers.selectors import catalogue

    update(now)
    entries = status_of(catalogue().layer(LAYER), now + timedelta(hours=1))
    return {e["feature"]: (e["state"], e["values"]["rank"]) for e in entries}


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((0.4, 0.5), ("normal", 0)), ((0.7, 1.1, 1.2), ("standby", 1)), ((0.7, 1.2, 1.6, 1.7), ("caution", 2)),
        ((1.0, 0.8, 1.6, 2.0, 2.1), ("evacuation", 3)), ((0.8, 1.6, 2.2, 2.6, 2.7), ("danger", 4)),
        ((0.5, 5.0), ("suspect", None)), ((0.5, -999.0), ("missing", None)), ((0.5, None), ("missing", None)),
        ((199.0,), ("suspect", None)),
    ],
)  # fmt: skip
def test_the_newest_reading_gives_the_state(
    store: Store, levels: tuple[float | None, ...], expected: tuple[str, int | None]
) -> None:
    one = gauge(store, "橋")
    measure(store, one, *levels)
    assert states() == {one: expected}


def test_a_neighbour_proves_a_first_leap_and_a_far_gauge_does_not(store: Store) -> None:
    one, near = gauge(store, "橋"), gauge(store, "上流")
    far = gauge(store, "遠く", lon=139.5, river="鬼怒川")
    measure(store, near, 0.4, 0.6, 0.8, 1.0)
    measure(store, one, 0.4, 1.6)
    measure(store, far, 0.4, 1.6)
    found = states()
    assert (found[one], found[far]) == (("caution", 2), ("normal", 0))


def test_a_gauge_that_falls_silent_is_missing_after_half_an_hour(store: Store) -> None:
    one = gauge(store, "橋")
    measure(store, one, 0.4, 0.5)
    assert states()[one] == ("normal", 0)
    assert states(NOW + timedelta(minutes=45))[one] == ("missing", None)


def test_a_closed_gauge_says_so_and_one_without_readings_says_nothing(store: Store) -> None:
    one = gauge(store, "橋", water_level=9.0, measured_at=NOW, gauge_status="closed")
    gauge(store, "新設")
    assert {key: state for key, (state, _) in states().items()} == {one: "closed"}


def test_judging_twice_adds_nothing(store: Store) -> None:
    from etl.feeds.river_levels import update

    measure(store, gauge(store, "橋"), 0.4, 0.5)
    assert [update(NOW)["logged"], update(NOW)["logged"]] == [1, 0]


def test_a_corrected_reading_of_the_same_instant_counts(store: Store) -> None:
    one = gauge(store, "橋")
    measure(store, one, 0.4, 5.0)
    measure(store, one, 0.5)
    assert states()[one] == ("normal", 0)


def test_the_doubt_is_told_with_the_last_good_reading(store: Store) -> None:
    from etl.feeds.river_levels import LAYER, update
    from layers.live import status_of
    from layers.selectors import catalogue

    measure(store, gauge(store, "橋"), 0.4, 5.0)
    assert update(NOW)["suspect"] == 1
    (entry,) = status_of(catalogue().layer(LAYER), NOW)
    assert entry["values"]["fault"] == "jump"
    assert entry["values"]["last_good"]["level_m"] == 0.4
    assert "確かめてください" in entry["values"]["message"]["ja"]

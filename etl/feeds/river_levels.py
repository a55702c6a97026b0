"""River levels → live status of the gauges: normal, the four thresholds, or why nothing can be said.

The readings are those of the layer itself, by whatever road they came: the newest, and the versions before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from etl.feeds.plausibility import OLD, Assessment, Fault, History, Judged, Observation, Thresholds, assess
from gis_core.errors import Message
from layers import live, selectors
from layers.catalogue import LayerInfo
from layers.services import status
from layers.visibility import ADMINISTRATOR

LAYER = "river_levels"
SOURCE = "levels"
STATES = ("normal", "standby", "caution", "evacuation", "danger")
_READING = ("water_level", "measured_at", "gauge_status")
_THRESHOLDS = ("standby_level", "caution_level", "evacuation_level", "danger_level", "overflow_level")
# How far back a gauge's own past is looked at, and who counts as its neighbour beside the gauges of its river.
_PAST = timedelta(hours=12)
_NEIGHBOUR_KM = 15.0
_MAX_GAUGES = 2000
_SILENT = frozenset({"missing", "sentinel", "old"})

WHY: dict[Fault, Message] = {
    "missing": Message("観測値がありません（欠測）。", "There is no reading."),
    "sentinel": Message("欠測を表す値です。", "The value stands for a missing reading."),
    "out_of_range": Message(
        "この観測所ではありえない水位です。観測機器を確かめてください。",
        "The level is impossible at this gauge. Check the instrument.",
    ),
    "future": Message(
        "観測日時が未来です。時計と取り込み元を確かめてください。",
        "The reading is of the future. Check the clock and the source.",
    ),
    "old": Message("30分以上新しい観測値がありません。", "There has been no new reading for 30 minutes."),
    "stuck": Message(
        "同じ値が続いています。観測機器が止まっていないか確かめてください。",
        "The value stands still. Check whether the instrument has stopped.",
    ),
    "jump": Message(
        "水位が急に大きく変わりました。カメラや現地で確かめてください。",
        "The level leapt. Check by camera or on site.",
    ),
    "unconfirmed": Message(
        "比べる前の観測値がないため、基準水位を超えているか確かめられません。カメラや現地で確かめてください。",
        "There is no earlier reading to prove the high level. Check by camera or on site.",
    ),
}


def update(now: datetime, *, actor: str = "feed:levels") -> dict[str, int]:
    """Judge the newest readings and log what changed. Returns how many gauges, new entries and doubts there are."""
    info = selectors.catalogue(ADMINISTRATOR).layer(LAYER)
    gauges = selectors.features(info, limit=_MAX_GAUGES)
    histories = _histories(info, gauges, now - _PAST)
    entries = []
    for gauge in gauges:
        near = [histories[other["id"]] for other in gauges if _are_neighbours(gauge, other)]
        entry = _entry(gauge, histories[gauge["id"]], near, now)
        if entry is not None:
            entries.append(entry)
    doubts = sum(entry.state == "suspect" for entry in entries)
    return {"gauges": len(gauges), "logged": status.log(entries, actor=actor), "suspect": doubts}


def _histories(info: LayerInfo, gauges: Sequence[Mapping[str, Any]], since: datetime) -> dict[int, History]:
    """By gauge; of two versions that tell of the same instant the later is right."""
    said: dict[int, dict[datetime, Observation]] = {gauge["id"]: {} for gauge in gauges}
    for row in live.versions_since(info, _READING, since):
        if row["measured_at"] is not None and row["id"] in said:
            level = None if row["gauge_status"] == "missing" else row["water_level"]
            said[row["id"]][row["measured_at"]] = Observation(row["measured_at"], level)
    return {
        gauge["id"]: History(
            list(said[gauge["id"]].values()), Thresholds(*(gauge[name] for name in _THRESHOLDS))
        )
        for gauge in gauges
    }


def _entry(
    gauge: Mapping[str, Any], history: History, near: Sequence[History], now: datetime
) -> status.Entry | None:
    found = assess(history, near, now)
    if found is None:
        return None
    return status.Entry(
        layer=LAYER,
        feature_id=gauge["id"],
        at=_since(found, now),
        state=_state(gauge, found),
        source=SOURCE,
        values=_values(found),
    )


def _state(gauge: Mapping[str, Any], found: Assessment) -> str:
    if gauge["gauge_status"] in ("closed", "maintenance"):
        return str(gauge["gauge_status"])
    if found.rank is not None:
        return STATES[found.rank]
    return "missing" if found.fault in _SILENT else "suspect"


def _since(found: Assessment, now: datetime) -> datetime:
    """A reading grows old some time after it was made, and one of the future is known only now."""
    if found.fault == "old":
        return found.newest.at + OLD
    return now if found.fault == "future" else found.newest.at


def _values(found: Assessment) -> dict[str, Any]:
    values: dict[str, Any] = {**_told(found.newest), "rank": found.rank}
    if found.fault:
        values |= {"fault": found.fault, "message": WHY[found.fault].as_dict()}
        values["last_good"] = _told(found.last_good) if found.last_good else None
    return values


def _told(judged: Judged) -> dict[str, Any]:
    level = judged.level if judged.level is not None and math.isfinite(judged.level) else None
    return {"level_m": level, "measured_at": judged.at.isoformat()}


def _are_neighbours(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["id"] == other["id"]:
        return False
    same_river = bool(one["river_name"]) and one["river_name"] == other["river_name"]
    return same_river or _distance_km(one, other) <= _NEIGHBOUR_KM


def _distance_km(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Near enough within a city: a degree of latitude is 111 km, one of longitude shrinks with the cosine."""
    north = one["lat"] - other["lat"]
    east = (one["lon"] - other["lon"]) * math.cos(math.radians(one["lat"]))
    return 111.2 * math.hypot(north, east)

"""What the codes of the Japan Meteorological Agency (気象庁) mean: bulletins, kinds of warnings, intensities.

Sources: 気象庁防災情報XMLフォーマット (code tables and samples), among them those of the warning scheme of May 2026,
in which rain, landslide, river flood and storm surge are told by level (レベル2注意報, 3警報, 4危険警報, 5特別警報).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Reader = Literal["weather", "landslide", "tornado", "area", "tag", "flood", "quake_report", "quake"]
Grade = Literal["advisory", "warning", "danger", "emergency"]


@dataclass(frozen=True)
class Bulletin:
    """A kind of bulletin: the part before the sub-number of its type, how it is read, what becomes of its alerts.

    `series`: bulletins of one series replace each other. `local`: only the city's own observatory issues those
    that concern it. `transitional`: an old-style message beside a current one. `lifetime`: after which an alert
    without a stated end is over.
    """

    type: str
    reader: Reader
    series: str
    local: bool = True
    transitional: bool = False
    lifetime: timedelta | None = None


@dataclass(frozen=True)
class Kind:
    """One hazard at one grade, as a two-digit code names it."""

    event: str
    grade: Grade


_OLD = "weather"
# By Control/Title, the only place where a bulletin says what it is.
BULLETINS: dict[str, Bulletin] = {
    "気象警報・注意報": Bulletin("VPWW50", "weather", _OLD, transitional=True),
    "気象特別警報・警報・注意報": Bulletin("VPWW53", "weather", _OLD, transitional=True),
    "気象警報・注意報（Ｈ２７）": Bulletin("VPWW54", "weather", _OLD, transitional=True),
    "気象警報・注意報（Ｒ０６）（大雨）": Bulletin("VPWW55", "weather", "VPWW55"),
    "気象警報・注意報（Ｒ０６）（土砂）": Bulletin("VPWW56", "weather", "VPWW56"),
    "気象警報・注意報（Ｒ０６）（高潮）": Bulletin("VPWW57", "weather", "VPWW57"),
    "気象警報・注意報（Ｒ０６）（暴風）": Bulletin("VPWW58", "weather", "VPWW58"),
    "気象警報・注意報（Ｒ０６）（波浪）": Bulletin("VPWW59", "weather", "VPWW59"),
    "気象警報・注意報（Ｒ０６）（大雪）": Bulletin("VPWW60", "weather", "VPWW60"),
    "気象警報・注意報（Ｒ０６）（その他注意報）": Bulletin("VPWW61", "weather", "VPWW61"),
    "土砂災害警戒情報": Bulletin("VXWW50", "landslide", "VXWW50", transitional=True),
    "竜巻注意情報": Bulletin("VPHW50", "tornado", "tornado"),
    "竜巻注意情報（目撃情報付き）": Bulletin("VPHW51", "tornado", "tornado"),
    "記録的短時間大雨情報": Bulletin("VPOA50", "area", "record_rain", lifetime=timedelta(hours=3)),
    "府県気象防災速報": Bulletin("VPBS50", "tag", "bulletin", lifetime=timedelta(hours=3)),
    "指定河川洪水予報": Bulletin("VXKO", "flood", "flood", local=False),
    "震度速報": Bulletin("VXSE51", "quake_report", "quake", local=False, lifetime=timedelta(days=1)),
    "震源・震度に関する情報": Bulletin("VXSE53", "quake", "quake", local=False, lifetime=timedelta(days=1)),
}

KINDS: dict[str, Kind] = {
    "33": Kind("rain", "emergency"), "43": Kind("rain", "danger"), "03": Kind("rain", "warning"), "10": Kind("rain", "advisory"),
    "39": Kind("landslide", "emergency"), "49": Kind("landslide", "danger"), "09": Kind("landslide", "warning"),
    "29": Kind("landslide", "advisory"),
    "38": Kind("storm_surge", "emergency"), "48": Kind("storm_surge", "danger"), "08": Kind("storm_surge", "warning"),
    "19": Kind("storm_surge", "advisory"),
    "04": Kind("flood", "warning"), "18": Kind("flood", "advisory"),
    "32": Kind("snow_storm", "emergency"), "02": Kind("snow_storm", "warning"), "13": Kind("snow_storm", "advisory"),
    "35": Kind("storm", "emergency"), "05": Kind("storm", "warning"), "15": Kind("storm", "advisory"),
    "36": Kind("heavy_snow", "emergency"), "06": Kind("heavy_snow", "warning"), "12": Kind("heavy_snow", "advisory"),
    "37": Kind("waves", "emergency"), "07": Kind("waves", "warning"), "16": Kind("waves", "advisory"),
    "14": Kind("thunderstorm", "advisory"), "17": Kind("snow_melt", "advisory"), "20": Kind("fog", "advisory"),
    "21": Kind("dry_air", "advisory"), "22": Kind("avalanche", "advisory"), "23": Kind("cold", "advisory"),
    "24": Kind("frost", "advisory"), "25": Kind("icing", "advisory"), "26": Kind("snow_accretion", "advisory"),
    "27": Kind("other", "advisory"),
}  # fmt: skip

# The hazards to which the warning levels (警戒レベル) apply.
LEVELLED = frozenset({"rain", "landslide", "storm_surge", "flood", "river_flood"})
LEVELS: dict[Grade, int] = {"advisory": 2, "warning": 3, "danger": 4, "emergency": 5}

# Of a designated river's flood forecast (氾濫注意 20–22, 警戒 30–31, 危険 40–41, 発生 51–53); 10 is the all-clear.
FLOOD_GRADES: dict[str, Grade] = {"2": "advisory", "3": "warning", "4": "danger", "5": "emergency"}

# The grades as CAP says them: our own convention, since Japan has published no table. Severity, urgency, certainty.
CAP: dict[Grade, tuple[str, str, str]] = {
    "emergency": ("Extreme", "Immediate", "Observed"),
    "danger": ("Severe", "Expected", "Likely"),
    "warning": ("Moderate", "Expected", "Likely"),
    "advisory": ("Minor", "Future", "Possible"),
}

ENGLISH = {
    "rain": "Heavy rain", "landslide": "Landslide", "storm_surge": "Storm surge", "flood": "Flood",
    "river_flood": "River flood", "snow_storm": "Snow storm", "storm": "Storm", "heavy_snow": "Heavy snow",
    "waves": "High waves", "thunderstorm": "Thunderstorm", "snow_melt": "Snow melting", "fog": "Dense fog",
    "dry_air": "Dry air", "avalanche": "Avalanche", "cold": "Low temperature", "frost": "Frost", "icing": "Ice accretion",
    "snow_accretion": "Snow accretion", "other": "Weather",
}  # fmt: skip
ENGLISH_GRADES: dict[Grade, str] = {
    "advisory": "advisory",
    "warning": "warning",
    "danger": "danger warning",
    "emergency": "emergency warning",
}

# The tags of 府県気象防災速報.
TAGS: dict[str, tuple[str, str, Grade]] = {
    "記録雨": ("record_rain", "Record-breaking heavy rain", "danger"),
    "線状降水帯発生": ("rain_band", "Linear rain band", "danger"),
    "短時間大雪": ("short_heavy_snow", "Heavy snow in a short time", "warning"),
}

INTENSITIES = {
    "1": ("震度１", "1"), "2": ("震度２", "2"), "3": ("震度３", "3"), "4": ("震度４", "4"), "5-": ("震度５弱", "5 Lower"),
    "5+": ("震度５強", "5 Upper"), "6-": ("震度６弱", "6 Lower"), "6+": ("震度６強", "6 Upper"), "7": ("震度７", "7"),
}  # fmt: skip
# A station from which nothing came, though 5 Lower or more must be assumed there.
UNREPORTED = "震度５弱以上未入電"


def severity_of_intensity(intensity: str) -> str:
    """Return CAP's severity of a seismic intensity (震度): the classes of our own convention."""
    if intensity in ("6-", "6+", "7"):
        return "Extreme"
    if intensity.startswith("5"):
        return "Severe"
    return "Moderate" if intensity == "4" else "Minor"


def level_of(event: str, grade: Grade) -> int | None:
    """Return the warning level (警戒レベル相当), None where the hazard has none."""
    return LEVELS[grade] if event in LEVELLED else None


def english_name(event: str, grade: Grade) -> str:
    """Return the warning's name in English, with its level where it has one."""
    level = level_of(event, grade)
    plain = f"{ENGLISH[event]} {ENGLISH_GRADES[grade]}"
    return f"Level {level} {plain[0].lower()}{plain[1:]}" if level else plain

"""What a bulletin of the Japan Meteorological Agency says of the city: one reader for each form of bulletin."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from etl.feeds import jma_codes as codes
from etl.feeds.safe_xml import child, children, local, text
from gis_core.city import City
from layers.alerts import Status

# Kinds that stand in a list only to say that nothing holds.
_OVER = frozenset({"", "0", "00"})
_MUNICIPALITIES = "（市町村等）"


@dataclass(frozen=True)
class Hazard:
    """One hazard that holds for the city."""

    event: str
    kind: str
    name: dict[str, str]
    cap: tuple[str, str, str]
    level: int | None = None
    category: str = "Met"
    continued: bool = False


@dataclass(frozen=True)
class Report:
    """A bulletin's three parts, taken apart."""

    bulletin: codes.Bulletin
    status: Status
    head: Element
    body: Element
    sent: datetime
    office: str
    city: City

    @property
    def event(self) -> str:
        """Return the id of what the bulletin is about; warnings have none."""
        return text(self.head, "EventID")

    @property
    def info_type(self) -> str:
        """Return 発表, 訂正 or 取消."""
        return text(self.head, "InfoType")

    @property
    def key(self) -> str:
        """Return what tells this bulletin from all others: they carry no id of their own."""
        serial = text(self.head, "Serial")
        parts = (self.bulletin.type, self.office, self.sent.isoformat(), self.event, serial, self.info_type)
        return ":".join(parts)


def hazards(report: Report) -> list[Hazard] | None:
    """Return what holds for the city; empty for the all-clear, None where the bulletin says nothing of its area."""
    return _READERS[report.bulletin.reader](report)


def _of_city(code: str, city: City) -> bool:
    """Seven-digit municipal codes begin with the local government's five; parts of a city share them."""
    return len(code) == 7 and code[:5] == city.code[:5]


def _municipal_kinds(report: Report) -> list[Element] | None:
    """The kinds that the body's list of municipalities gives for the city; None where it is not listed."""
    lists = children(report.body, "Warning")
    municipal = [w for w in lists if w.get("type", "").endswith(_MUNICIPALITIES)] or lists
    items = [
        item
        for warning in municipal
        for item in children(warning, "Item")
        if _of_city(text(item, "Area", "Code"), report.city)
    ]
    return [kind for item in items for kind in children(item, "Kind")] if items else None


def _holds(kind: Element) -> bool:
    return text(kind, "Code") not in _OVER and text(kind, "Status") != "解除"


def _weather(report: Report) -> list[Hazard] | None:
    kinds = _municipal_kinds(report)
    if kinds is None:
        return None
    return [_warning(kind, report) for kind in _by_code(filter(_holds, kinds))]


def _by_code(kinds: Iterable[Element]) -> list[Element]:
    """One of each code: the parts of a city may be listed one by one."""
    return list({text(kind, "Code"): kind for kind in kinds}.values())


def _warning(kind: Element, report: Report) -> Hazard:
    code, name = text(kind, "Code"), text(kind, "Name")
    known = codes.KINDS.get(code, codes.Kind("other", _grade_by_name(name)))
    event = known.event
    # The old rain warning says whether slopes or cities are in danger; the new one has a code for each.
    if event == "rain" and report.bulletin.transitional and text(kind, "Condition") == "土砂災害":
        event = "landslide"
    return Hazard(
        event=event,
        kind=code,
        name={"ja": name, "en": codes.english_name(event, known.grade)},
        cap=codes.CAP[known.grade],
        level=codes.level_of(event, known.grade),
        continued=text(kind, "Status") != "発表" or child(kind, "LastKind") is not None,
    )


def _grade_by_name(name: str) -> codes.Grade:
    """The grade of a kind whose code is not known: a new one must not be lost, nor made harmless."""
    grades: tuple[tuple[str, codes.Grade], ...] = (
        ("特別警報", "emergency"),
        ("危険警報", "danger"),
        ("注意報", "advisory"),
    )
    return next((grade for word, grade in grades if word in name), "warning")


def _landslide(report: Report) -> list[Hazard] | None:
    kinds = _municipal_kinds(report)
    if kinds is None:
        return None
    name = {"ja": "土砂災害警戒情報", "en": codes.english_name("landslide", "danger")}
    return [
        Hazard("landslide", "VXWW50", name, codes.CAP["danger"], 4, continued=text(k, "Status") == "継続")
        for k in kinds
        if text(k, "Name") == "警戒" and text(k, "Status") != "解除"
    ][:1]


def _tornado(report: Report) -> list[Hazard] | None:
    kinds = _municipal_kinds(report)
    if kinds is None:
        return None
    name = {"ja": "竜巻注意情報", "en": "Tornado advisory"}
    return [Hazard("tornado", text(k, "Code"), name, codes.CAP["warning"]) for k in kinds if _holds(k)][:1]


def _area(report: Report) -> list[Hazard] | None:
    items = [item for warning in children(report.body, "Warning") for item in children(warning, "Item")]
    here = [item for item in items if text(item, "Area", "Code") in _forecast_areas(report.city)]
    if not here:
        return None
    name = {"ja": "記録的短時間大雨情報", "en": "Record-breaking heavy rain"}
    kinds = [kind for item in here for kind in children(item, "Kind") if _holds(kind)]
    return [Hazard("record_rain", text(k, "Code"), name, codes.CAP["danger"]) for k in kinds][:1]


def _tag(report: Report) -> list[Hazard] | None:
    hazards = {}
    for condition, _, area in _headline(report, "Condition"):
        if area in _forecast_areas(report.city) and condition in codes.TAGS:
            event, english, grade = codes.TAGS[condition]
            hazards[event] = Hazard(
                event, condition, {"ja": text(report.head, "Title"), "en": english}, codes.CAP[grade]
            )
    return list(hazards.values()) or None


def _flood(report: Report) -> list[Hazard] | None:
    if not _floods_city(report):
        return None
    code, name = next(((code, name) for code, name, _ in _headline(report, "Code")), ("", ""))
    grade = codes.FLOOD_GRADES.get(code[:1])
    if grade is None:
        return []
    title = text(report.head, "Title")
    words = {"ja": title or name, "en": codes.english_name("river_flood", grade)}
    # Codes that end in 0 and 51 are first issues of their grade; serial numbers tell the rest.
    return [Hazard("river_flood", code, words, codes.CAP[grade], codes.LEVELS[grade])]


def _floods_city(report: Report) -> bool:
    """Whether the city is among those that would be flooded; where none is named, whether the river is ours."""
    named = {text(e, "CityCode") for e in report.body.iter() if local(e) == "Area"} - {""}
    if any(_of_city(code.ljust(7, "0")[:7], report.city) for code in named):
        return True
    rivers = {text(e, "Name") for e in report.head.iter() if local(e) == "Area"}
    areas = {area for *_, area in _headline(report, "Code")}
    in_prefecture = report.city.alert_areas.get("prefecture") in areas
    return not named and in_prefecture and not rivers.isdisjoint(report.city.rivers)


def _quake_report(report: Report) -> list[Hazard] | None:
    names = {
        name for _, name, area in _headline(report, "Code") if area == report.city.alert_areas.get("quake")
    }
    by_name = {name: code for code, (name, _) in codes.INTENSITIES.items()}
    found = [by_name[name] for name in names if name in by_name]
    return [_intensity(code) for code in found][:1] or None


def _quake(report: Report) -> list[Hazard] | None:
    cities = [e for e in report.body.iter() if local(e) == "City" and _of_city(text(e, "Code"), report.city)]
    found = {text(e, "MaxInt") for e in cities} & set(codes.INTENSITIES)
    unreported = any(text(e, "Condition") == codes.UNREPORTED for e in cities)
    if unreported and not found & {"5-", "5+", "6-", "6+", "7"}:
        name = {"ja": codes.UNREPORTED, "en": "Seismic intensity 5 Lower or more assumed, no report"}
        return [Hazard("quake", "5-?", name, ("Severe", "Past", "Likely"), category="Geo")]
    return [_intensity(max(found, key=[*codes.INTENSITIES].index))] if found else None


def _intensity(intensity: str) -> Hazard:
    name, english = codes.INTENSITIES[intensity]
    cap = (codes.severity_of_intensity(intensity), "Past", "Observed")
    words = {"ja": name, "en": f"Seismic intensity {english}"}
    return Hazard("quake", intensity, words, cap, category="Geo")


def _headline(report: Report, value: str) -> list[tuple[str, str, str]]:
    """The headline's kinds by area: `value` (a member of Kind), the kind's name, the area's code."""
    return [
        (text(kind, value), text(kind, "Name"), text(area, "Code"))
        for item in report.head.iter()
        if local(item) == "Item"
        for kind in children(item, "Kind")
        for areas in children(item, "Areas")
        for area in children(areas, "Area")
    ]


def _forecast_areas(city: City) -> set[str]:
    return {city.alert_areas[kind] for kind in ("region", "prefecture") if kind in city.alert_areas}


_READERS: dict[codes.Reader, Callable[[Report], list[Hazard] | None]] = {
    "weather": _weather,
    "landslide": _landslide,
    "tornado": _tornado,
    "area": _area,
    "tag": _tag,
    "flood": _flood,
    "quake_report": _quake_report,
    "quake": _quake,
}

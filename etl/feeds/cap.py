"""Common Alerting Protocol 1.2 (OASIS): alerts from other issuers, and ours for other systems.

A message is read as the standard says it: `references` name what an update or a cancellation replaces, polygons
and circles are latitude first, an info block is one language or one hazard. What does not concern the city yields
nothing, and nothing is shown to people until somebody publishes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar
from xml.etree.ElementTree import Element

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from etl.feeds.safe_xml import children, instant, local, namespace, text
from gis_core.city import City
from gis_core.errors import BadInput, Message
from layers.alerts import Incoming, MessageType, Status

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
# The instants of CAP 1.2: always with seconds and an offset, never Z (section 3.3.2 of the standard).
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_UNFIT_ID = re.compile(r"[\s,<&]")
_STATUSES: dict[str, Status] = {
    "Actual": "actual", "Exercise": "exercise", "System": "test", "Test": "test", "Draft": "test"
}  # fmt: skip
_TYPES: dict[str, MessageType | None] = {
    "Alert": "alert", "Update": "update", "Cancel": "cancel", "Ack": None, "Error": None
}  # fmt: skip
_SCOPES = frozenset({"Public", "Restricted", "Private"})
_CATEGORIES = frozenset(
    [
        "Geo",
        "Met",
        "Safety",
        "Security",
        "Rescue",
        "Fire",
        "Health",
        "Env",
        "Transport",
        "Infra",
        "CBRNE",
        "Other",
    ]
)
_GRADES = {
    "urgency": frozenset({"Immediate", "Expected", "Future", "Past", "Unknown"}),
    "severity": frozenset({"Extreme", "Severe", "Moderate", "Minor", "Unknown"}),
    "certainty": frozenset({"Observed", "Likely", "Possible", "Unlikely", "Unknown"}),
}
T = TypeVar("T")
# A circle is drawn with this many points; its edge is then within 0.1 % of the radius.
_CIRCLE_POINTS = 64
_MAX_CIRCLE_KM = 1000.0
_EARTH = Geod(ellps="GRS80")


@dataclass(frozen=True)
class Reading:
    """What a message means for the city."""

    outcome: Literal["city", "elsewhere", "not_handled"]
    messages: tuple[Incoming, ...] = ()


def is_alert(root: Element) -> bool:
    """Tell whether the document is a CAP message of any version."""
    return local(root) == "alert" and namespace(root).startswith("urn:oasis:names:tc:emergency:cap:")


def read(root: Element, city: City) -> Reading:
    """Read a message. Raises `BadInput` naming the first thing that CAP 1.2 does not allow."""
    if namespace(root) != NAMESPACE:
        raise _refused("xmlns", namespace(root))
    base = _base(root)
    if base is None:
        return Reading("not_handled")
    if base.message_type == "cancel":
        # It may come without info; whether it concerns the city was settled by what it cancels.
        return Reading("city", (base,))
    blocks = [_info(info, base, city) for info in children(root, "info")]
    here = [block for block in blocks if block is not None]
    if not here:
        return Reading("elsewhere")
    return Reading("city", tuple(_by_hazard(here)))


def _base(root: Element) -> Incoming | None:
    """What all info blocks share; None for an answer to an alert, and for what is not meant for the public."""
    identifier, sender = _identity(root, "identifier"), _identity(root, "sender")
    sent = _required_instant(root, "sent")
    status = _one_of(root, "status", _STATUSES)
    message_type = _one_of(root, "msgType", _TYPES)
    scope = _one_of(root, "scope", {scope: scope for scope in _SCOPES})
    references = tuple(text(root, "references").split())
    if message_type in ("update", "cancel") and not references:
        raise _refused("references", "")
    if any(r.count(",") != 2 for r in references):
        raise _refused("references", " ".join(references))
    if message_type is None or scope != "Public":
        return None
    key = f"{sender},{identifier},{text(root, 'sent')}"
    return Incoming(
        source="cap",
        identifier=key,
        sender=sender,
        series=key,
        bulletin=key,
        status=status,
        message_type=message_type,
        event="cap",
        sent=sent,
        effective=sent,
        reference=key,
        refers_to=references,
    )


def _info(info: Element, base: Incoming, city: City) -> Incoming | None:
    """One info block; None where none of its areas touches the city."""
    event = text(info, "event")
    if not event:
        raise _refused("event", "")
    categories = [(c.text or "").strip() for c in children(info, "category")]
    if not categories or not _CATEGORIES.issuperset(categories):
        raise _refused("category", " ".join(categories))
    grades: dict[str, Any] = {
        name: _one_of(info, name, {v: v for v in allowed}) for name, allowed in _GRADES.items()
    }
    language = _language(text(info, "language") or "en-US")
    areas = children(info, "area")
    found = [shape for area in areas if (shape := _concerns(area, city)) is not None]
    if areas and not found:
        return None
    covers = None if not found or any(shape.is_empty for shape in found) else shapely.union_all(found)
    return replace(
        base,
        **grades,
        category=categories[0],
        event=text(info, "eventCode", "value")[:48] or "cap",
        name={language: event},
        headline=_words(info, "headline", language),
        description=_words(info, "description", language),
        instruction=_words(info, "instruction", language),
        effective=_optional_instant(info, "effective") or base.sent,
        expires=_optional_instant(info, "expires"),
        areas=tuple(
            {"name": text(area, "areaDesc"), "code": text(area, "geocode", "value")} for area in areas
        ),
        area=covers.wkb if covers is not None else None,
    )


def _by_hazard(blocks: Iterable[Incoming]) -> list[Incoming]:
    """Blocks that differ in language only are one message; others are told apart by their place."""
    merged: list[Incoming] = []
    for block in blocks:
        place = next((i for i, m in enumerate(merged) if _same_hazard(m, block)), None)
        if place is None:
            number = f"#{len(merged) + 1}" if merged else ""
            merged.append(replace(block, identifier=block.identifier + number))
        else:
            merged[place] = _with_language(merged[place], block)
    return merged


def _same_hazard(one: Incoming, other: Incoming) -> bool:
    told = ("severity", "urgency", "certainty", "category", "event", "expires", "area")
    same = all(getattr(one, name) == getattr(other, name) for name in told)
    return same and one.name.keys().isdisjoint(other.name)


def _with_language(one: Incoming, other: Incoming) -> Incoming:
    texts = ("name", "headline", "description", "instruction")
    merged: dict[str, Any] = {name: getattr(one, name) | getattr(other, name) for name in texts}
    return replace(one, **merged)


def _concerns(area: Element, city: City) -> BaseGeometry | None:
    """The part of the area in the city's box; empty where a code names the city; None where it is elsewhere."""
    if not text(area, "areaDesc"):
        raise _refused("areaDesc", "")
    shapes = [_polygon(p.text or "") for p in children(area, "polygon")]
    shapes += [_circle(c.text or "") for c in children(area, "circle")]
    if shapes:
        part = shapely.union_all(shapes).intersection(shapely.box(*city.bounds.as_tuple()))
        return None if part.is_empty else part
    codes = [text(code, "value") for code in children(area, "geocode")]
    named = any(code in _codes(city) for code in codes) or city.name["ja"] in text(area, "areaDesc")
    return shapely.Polygon() if named else None


def _codes(city: City) -> set[str]:
    """The codes under which issuers may name the city and what it lies in."""
    return {city.code, city.code[:5], *city.alert_areas.values()}


def _polygon(written: str) -> BaseGeometry:
    """Pairs "latitude,longitude"; the last is the first again."""
    points = [_point(pair, written) for pair in written.split()]
    if len(points) < 4 or points[0] != points[-1]:
        raise _refused("polygon", written)
    return shapely.make_valid(shapely.Polygon(points))


def _circle(written: str) -> BaseGeometry:
    """Centre "latitude,longitude" and radius in kilometres on the ellipsoid; a radius of 0 is the point."""
    parts = written.split()
    if len(parts) != 2:
        raise _refused("circle", written)
    (lon, lat), radius = _point(parts[0], written), _number(parts[1], written, _MAX_CIRCLE_KM, least=0.0)
    if radius == 0:
        return shapely.Point(lon, lat)
    turns = [360 * i / _CIRCLE_POINTS for i in range(_CIRCLE_POINTS)]
    size = len(turns)
    xs, ys, _ = _EARTH.fwd([lon] * size, [lat] * size, turns, [radius * 1000] * size)
    return shapely.Polygon(list(zip(xs, ys, strict=True)))


def _point(pair: str, written: str) -> tuple[float, float]:
    parts = pair.split(",")
    if len(parts) != 2:
        raise _refused("polygon / circle", written)
    return _number(parts[1], written, 180), _number(parts[0], written, 90)


def _number(part: str, written: str, limit: float, *, least: float | None = None) -> float:
    try:
        value = float(part)
    except ValueError:
        raise _refused("polygon / circle", written) from None
    if not (-limit if least is None else least) <= value <= limit:
        raise _refused("polygon / circle", written)
    return value


def _language(tag: str) -> str:
    """Our code of a language tag: `ja-JP` is `ja`, `zh-Hans-CN` is `zh-hans`."""
    lower = tag.lower()
    return "zh-hans" if lower.startswith("zh") else lower.partition("-")[0]


def _words(info: Element, name: str, language: str) -> dict[str, str]:
    words = text(info, name)
    return {language: words} if words else {}


def _identity(root: Element, name: str) -> str:
    value = text(root, name)
    if not value or _UNFIT_ID.search(value):
        raise _refused(name, value)
    return value


def _one_of(element: Element, name: str, allowed: Mapping[str, T]) -> T:
    value = text(element, name)
    if value not in allowed:
        raise _refused(name, value)
    return allowed[value]


def _required_instant(element: Element, name: str) -> datetime:
    value = _optional_instant(element, name)
    if value is None:
        raise _refused(name, "")
    return value


def _optional_instant(element: Element, name: str) -> datetime | None:
    written = text(element, name)
    if not written:
        return None
    found = instant(written) if _INSTANT.fullmatch(written) else None
    if found is None:
        raise _refused(name, written)
    return found


def _refused(name: str, value: str) -> BadInput:
    shown = value[:80] or "—"
    return BadInput(
        Message(
            f"CAP 1.2 として正しくありません：{name} = {shown}。配信元に、規格（OASIS CAP 1.2）に合わせるよう依頼してください。",
            f"This is not valid CAP 1.2: {name} = {shown}. Ask the issuer to follow the standard (OASIS CAP 1.2).",
        )
    )

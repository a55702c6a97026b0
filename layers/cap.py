"""An alert as a message of the Common Alerting Protocol 1.2 (OASIS), for other systems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from gis_core.languages import html_tag
from gis_core.times import JST

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
# What the standard does not allow in identifiers and senders.
_UNFIT = re.compile(r"[\s,<&]+")


def to_cap(alert: Mapping[str, Any], sender: str) -> bytes:
    """Return an alert, as `alerts.alerts_statement` gives it, as CAP 1.2 in the name of `sender`.

    One info block a language. A polygon's holes are left out, since CAP knows none; the whole city is told by its
    code alone. An update or cancellation names what it refers to as it was named to us.
    """
    root = Element("alert", {"xmlns": NAMESPACE})
    for name, value in (
        ("identifier", _UNFIT.sub("_", f"{alert['source']}.{alert['identifier']}")),
        ("sender", _UNFIT.sub("_", sender)),
        ("sent", _instant(alert["sent"])),
        ("status", str(alert["status"]).title()),
        ("msgType", _message_type(alert)),
        ("scope", "Public"),
        ("references", " ".join(r for r in alert["refers_to"] if r.count(",") == 2)),
    ):
        _add(root, name, value)
    languages = [*(alert["name"] or alert["headline"])]
    for language in languages:
        _info(root, alert, language)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _message_type(alert: Mapping[str, Any]) -> str:
    """Return msgType. An update or cancellation must name what it refers to; ours may have no name in CAP."""
    named = any(r.count(",") == 2 for r in alert["refers_to"])
    return str(alert["message_type"]).title() if named else "Alert"


def _info(root: Element, alert: Mapping[str, Any], language: str) -> None:
    info = SubElement(root, "info")
    for name, value in (
        ("language", html_tag(language)),
        ("category", alert["category"]),
        ("event", alert["name"].get(language) or alert["event"]),
        ("responseType", "AllClear" if alert["message_type"] == "cancel" else ""),
        ("urgency", "Past" if alert["message_type"] == "cancel" else alert["urgency"]),
        ("severity", alert["severity"]),
        ("certainty", alert["certainty"]),
    ):
        _add(info, name, value)
    if alert["kind"]:
        _named(info, "eventCode", f"{alert['source']}:kind", alert["kind"])
    _add(info, "effective", _instant(alert["effective"]))
    _add(info, "expires", _instant(alert["expires"]) if alert["expires"] else "")
    for name in ("headline", "description", "instruction"):
        _add(info, name, alert[name].get(language, ""))
    if alert["level"] is not None:
        _named(info, "parameter", "警戒レベル", str(alert["level"]))
    _areas(info, alert)


def _areas(info: Element, alert: Mapping[str, Any]) -> None:
    for place, named in enumerate(alert["areas"]):
        area = SubElement(info, "area")
        _add(area, "areaDesc", named.get("name") or named.get("code", ""))
        if place == 0:
            for kind, written in _shapes(alert.get("area")):
                _add(area, kind, written)
        if named.get("code"):
            _named(area, "geocode", "JMA" if alert["source"] == "jma" else "code", named["code"])


def _shapes(geometry: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Yield what CAP can say of a GeoJSON geometry: outer rings, and points as circles; latitude first."""
    if geometry is None:
        return
    if geometry["type"] == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from _shapes(member)
    elif geometry["type"] == "Point":
        yield "circle", f"{_pair(geometry['coordinates'])} 0"
    elif geometry["type"] == "Polygon":
        yield "polygon", " ".join(map(_pair, geometry["coordinates"][0]))
    elif geometry["type"] == "MultiPolygon":
        for rings in geometry["coordinates"]:
            yield "polygon", " ".join(map(_pair, rings[0]))


def _pair(position: list[float]) -> str:
    return f"{position[1]:.6f},{position[0]:.6f}"


def _named(parent: Element, name: str, key: str, value: str) -> None:
    element = SubElement(parent, name)
    _add(element, "valueName", key)
    _add(element, "value", value)


def _add(parent: Element, name: str, value: str) -> None:
    if value:
        SubElement(parent, name).text = value


def _instant(value: str | datetime) -> str:
    """Write an instant as CAP asks: with seconds, without fractions, with the offset, never Z."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(JST).isoformat(timespec="seconds")

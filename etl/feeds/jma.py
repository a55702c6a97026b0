"""Bulletins of the Japan Meteorological Agency (気象庁防災情報XML) → alerts of the city.

A bulletin states what holds now for all the areas of its kind; so the newest of a series replaces those before it,
and one that names nothing for the city is the all-clear. 訓練 and 試験 are marked as such; 取消 ends what its event
has said so far; 訂正 replaces like any later bulletin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from xml.etree.ElementTree import Element

from etl.feeds import jma_codes as codes
from etl.feeds.jma_hazards import Hazard, Report, hazards
from etl.feeds.safe_xml import child, instant, local, namespace, text
from gis_core.city import City
from gis_core.errors import BadInput, Message
from layers.alerts import Incoming, MessageType, Status

NAMESPACE = "http://xml.kishou.go.jp/jmaxml1/"
SENDER = "気象庁"
_STATUSES: dict[str, Status] = {"通常": "actual", "訓練": "exercise", "試験": "test"}


@dataclass(frozen=True)
class Reading:
    """What a bulletin means for the city. `outcome` tells people what became of it."""

    title: str
    outcome: Literal["city", "elsewhere", "not_handled"]
    messages: tuple[Incoming, ...] = ()


def is_bulletin(root: Element) -> bool:
    """Tell whether the document is one of the agency's bulletins."""
    return local(root) == "Report" and namespace(root) == NAMESPACE


def read(root: Element, city: City) -> Reading:
    """Read a bulletin. Raises `BadInput` for one that lacks what every bulletin has."""
    control, head, body = (child(root, name) for name in ("Control", "Head", "Body"))
    if control is None or head is None or body is None:
        raise _incomplete("Control, Head, Body")
    title = text(control, "Title")
    bulletin = codes.BULLETINS.get(title)
    if bulletin is None:
        return Reading(title, "not_handled")
    sent = instant(text(control, "DateTime"))
    if sent is None:
        raise _incomplete("Control/DateTime")
    # What does not say that it is meant must never be taken for real.
    status = _STATUSES.get(text(control, "Status"), "test")
    report = Report(bulletin, status, head, body, sent, text(control, "EditorialOffice"), city)
    if report.info_type == "取消":
        return _cancelled(title, report)
    found = hazards(report)
    if found is None:
        # Nationwide bulletins: what an earlier one of the same event said of the city is over.
        over = () if bulletin.reader != "quake" else (_over(report, only_ends=True),)
        return Reading(title, "elsewhere", over)
    return Reading(title, "city", tuple(_message(report, h) for h in found) or (_over(report),))


def _message(report: Report, hazard: Hazard) -> Incoming:
    head, bulletin = report.head, report.bulletin
    expires = instant(text(head, "ValidDateTime"))
    if expires is None and bulletin.lifetime:
        expires = report.sent + bulletin.lifetime
    severity, urgency, certainty = hazard.cap
    later = hazard.continued or report.info_type == "訂正" or text(head, "Serial") not in ("", "1")
    base = _base(report, hazard.event, "update" if later else "alert", hazard.kind)
    return replace(
        base,
        severity=severity,
        urgency=urgency,
        certainty=certainty,
        category=hazard.category,
        name=hazard.name,
        level=hazard.level,
        headline={"ja": text(head, "Headline", "Text")},
        description={"ja": words} if (words := _main_text(report.body)) else {},
        expires=expires,
    )


def _over(report: Report, *, only_ends: bool = False) -> Incoming:
    """The all-clear: the bulletin names nothing (any more) for the city."""
    base = _base(report, report.bulletin.series, "cancel", "00")
    return replace(base, headline={"ja": text(report.head, "Headline", "Text")}, only_ends=only_ends)


def _cancelled(title: str, report: Report) -> Reading:
    """取消: where the bulletin names its event, all of that event; else what the series said last."""
    over = _over(report, only_ends=not report.event)
    if report.event:
        return Reading(
            title, "city", (replace(over, series=report.key, refers_to=(_reference(report),), reference=""),)
        )
    if report.bulletin.local and report.office not in report.city.alert_offices:
        return Reading(title, "elsewhere")
    return Reading(title, "city", (over,))


def _base(report: Report, event: str, message_type: MessageType, kind: str) -> Incoming:
    city, bulletin = report.city, report.bulletin
    return Incoming(
        source="jma",
        identifier=f"{report.key}:{event}:{kind}",
        sender=SENDER,
        series=_series(report, event),
        bulletin=report.key,
        status=report.status,
        message_type=message_type,
        event=event,
        kind=kind,
        sent=report.sent,
        effective=min(report.sent, instant(text(report.head, "ReportDateTime")) or report.sent),
        transitional=bulletin.transitional,
        areas=({"name": city.name["ja"], "code": city.alert_areas.get("city", city.code)},),
        reference=_reference(report) if report.event else "",
        official=True,
    )


def _series(report: Report, event: str) -> str:
    series = report.bulletin.series
    if series in ("quake", "flood"):
        return f"{series}:{report.event}"
    return f"{series}:{event}" if series == "bulletin" else series


def _reference(report: Report) -> str:
    return f"{report.bulletin.series},{report.event}"


def _main_text(body: Element) -> str:
    """The bulletin's own sentences (主文, 本文), as far as it has any."""
    found = [
        text(e, "Text") for e in body.iter() if local(e) == "Property" and text(e, "Type") in ("主文", "本文")
    ]
    return "\n".join(found)


def _incomplete(missing: str) -> BadInput:
    return BadInput(
        Message(
            f"気象庁防災情報XMLとして必要な要素（{missing}）がありません。配信された元のファイルを指定してください。",
            f"The bulletin lacks what every bulletin has ({missing}). Use the file as it was distributed.",
        )
    )

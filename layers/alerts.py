"""The SQL of alerts: what is in force, what was at an instant, and the messages themselves.

Like `layers.reads`, every function returns a `Statement`. Who may see more than what is published asks with
`published=False`, which the public role cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg import sql

from layers.reads import Statement

# Notices: {"alerts": [ids of messages that came or ended]}. An alert that expires sends none: look at `expires`.
ALERT_CHANNEL = "machizu_alert_changed"

Status = Literal["actual", "exercise", "test"]
MessageType = Literal["alert", "update", "cancel"]
Words = dict[str, str]


@dataclass(frozen=True)
class Incoming:
    """One message about one hazard, read and found to concern the city; the columns of `Alert`.

    `area` is WKB in EPSG:4326, None for the whole city. `official` messages are shown to people as they come;
    others wait until somebody publishes them. With `only_ends`, it is kept only where its series is known.
    """

    source: str
    identifier: str
    sender: str
    series: str
    bulletin: str
    status: Status
    message_type: MessageType
    event: str
    sent: datetime
    effective: datetime
    severity: str = "Unknown"
    urgency: str = "Unknown"
    certainty: str = "Unknown"
    category: str = "Met"
    kind: str = ""
    name: Words = field(default_factory=dict)
    level: int | None = None
    transitional: bool = False
    headline: Words = field(default_factory=dict)
    description: Words = field(default_factory=dict)
    instruction: Words = field(default_factory=dict)
    areas: tuple[Words, ...] = ()
    area: bytes | None = None
    expires: datetime | None = None
    reference: str = ""
    refers_to: tuple[str, ...] = ()
    official: bool = False
    only_ends: bool = False


_MEMBERS = (
    "id", "source", "identifier", "sender", "series", "status", "message_type", "category", "event", "kind", "name",
    "level", "severity", "urgency", "certainty", "headline", "description", "instruction", "areas", "sent", "effective",
    "expires", "superseded_at", "refers_to", "published_at",
)  # fmt: skip
_ALERT = sql.SQL("json_build_object({}, 'area', ST_AsGeoJSON(area, 6)::json)::text").format(
    sql.SQL(", ").join(sql.SQL("{}, {}").format(sql.Literal(m), sql.Identifier(m)) for m in _MEMBERS)
)
_SEVERITIES = "array_position(ARRAY['Extreme', 'Severe', 'Moderate', 'Minor'], severity::text)"


def alerts_statement(
    at: datetime | None = None, *, exercises: bool = False, published: bool = True
) -> Statement:
    """One row: `alerts` (bytes, comma-joined objects, the gravest first), count, the nearest `expires` or null.

    What is in force now, or at an instant (aware). Exercises and tests only on demand, and each object says its
    `status`. Old-style messages give way to current ones of the same hazard. `area` is GeoJSON, null for the
    whole city; texts are objects by language, always with `ja` where the issuer is Japanese.
    """
    text = sql.SQL("""
        WITH held AS MATERIALIZED (
            SELECT *, coalesce(%(at)s::timestamptz, now()) AS moment FROM {source}
            WHERE message_type <> 'cancel' AND status = ANY(%(statuses)s)
              AND effective <= coalesce(%(at)s::timestamptz, now())
              AND (expires IS NULL OR expires > coalesce(%(at)s::timestamptz, now()))
              AND (superseded_at IS NULL OR superseded_at > coalesce(%(at)s::timestamptz, now())))
        SELECT convert_to(coalesce(string_agg({alert}, ',' ORDER BY level DESC NULLS LAST, {severity}, sent DESC, id), ''), 'UTF8'),
               count(*), min(expires)
        FROM held
        WHERE NOT (transitional AND EXISTS (
            SELECT FROM held AS newer
            WHERE newer.event = held.event AND newer.status = held.status AND NOT newer.transitional))""").format(
        source=_source(published), alert=_ALERT, severity=sql.SQL(_SEVERITIES)
    )
    statuses = ["actual", "exercise", "test"] if exercises else ["actual"]
    return Statement(text.as_string(None), {"at": at, "statuses": statuses})


def alert_statement(alert_id: int, *, published: bool = True) -> Statement:
    """No row or one: the message as JSON bytes."""
    text = sql.SQL("SELECT convert_to({alert}, 'UTF8') FROM {source} WHERE id = %(id)s").format(
        alert=_ALERT, source=_source(published)
    )
    return Statement(text.as_string(None), {"id": alert_id})


def as_columns(message: Incoming) -> dict[str, Any]:
    """Return the message's columns; what is only said to the service is left out."""
    said = {"area", "official", "only_ends", "areas", "refers_to"}
    columns = {name: value for name, value in vars(message).items() if name not in said}
    return columns | {"areas": list(message.areas), "refers_to": list(message.refers_to)}


def _source(published: bool) -> sql.Identifier:
    return sql.Identifier("public_alert" if published else "layers_alert")

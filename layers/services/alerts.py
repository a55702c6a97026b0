"""Keeping alerts: messages are stored once, in whatever order they come, and each knows when it was superseded.

Storing shows nothing to people but what an official issuer says; the rest is published by a person.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from gis_core.errors import Conflict, Message, NotFound
from layers.alerts import ALERT_CHANNEL, Incoming, as_columns
from layers.feed_models import Alert
from layers.rules.places import CITY_LAYER
from layers.services import audit
from layers.tables import table


@transaction.atomic
def keep(messages: Sequence[Incoming]) -> int:
    """Store the messages that are new and settle what they supersede; returns how many were stored.

    The order of arrival does not matter, and a message that is known changes nothing.
    """
    with connection.cursor() as cursor:
        _one_at_a_time(cursor)
        fresh = _within_city(cursor, _fresh(messages))
        stored = Alert.objects.bulk_create([_row(m) for m in fresh])
        ended = _settle(cursor, stored)
        _announce(cursor, ended | {row.pk for row in stored if row.message_type != Alert.Message.CANCEL})
    return len(stored)


@transaction.atomic
def publish(alert_id: int, *, actor: str) -> None:
    """Show a stored message to people: a confirmed act, noted in the audit. Raises `NotFound`, `Conflict`.

    An exercise or a test is published as such.
    """
    with connection.cursor() as cursor:
        _one_at_a_time(cursor)
        row = Alert.objects.filter(pk=alert_id).first()
        if row is None:
            raise NotFound(
                Message(
                    f"警報 {alert_id} はありません。一覧で番号を確かめてください。",
                    f"There is no alert {alert_id}. See the list for its number.",
                )
            )
        if row.published_at is not None:
            raise Conflict(
                Message(
                    f"警報 {alert_id} はすでに公開されています。一覧を更新して確かめてください。",
                    f"Alert {alert_id} is published already. Refresh the list.",
                )
            )
        row.published_at, row.published_by = timezone.now(), actor
        row.save(update_fields=["published_at", "published_by"])
        _announce(cursor, _settle(cursor, [row]) | {row.pk})
    audit.record(actor, "alert.publish", subject=str(alert_id), identifier=row.identifier)


def _one_at_a_time(cursor: Any) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('machizu.alerts'))")


def _fresh(messages: Sequence[Incoming]) -> list[Incoming]:
    """Leave out what is known, and what would only end something that is not."""
    by_key = {(m.source, m.identifier): m for m in messages}
    known = set(
        Alert.objects.filter(identifier__in=[m.identifier for m in messages]).values_list(
            "source", "identifier"
        )
    )
    only_ends = [m.series for m in messages if m.only_ends]
    series = set(Alert.objects.filter(series__in=only_ends).values_list("series", flat=True))
    return [m for key, m in by_key.items() if key not in known and (not m.only_ends or m.series in series)]


def _within_city(cursor: Any, messages: list[Incoming]) -> list[Incoming]:
    """Cut areas to the city's boundary, where its layer holds it; what lies wholly outside is left out."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"layer.{CITY_LAYER}"])
    (there,) = cursor.fetchone()
    return [m for m in map(partial(_cut, cursor), messages) if m is not None] if there else messages


def _cut(cursor: Any, message: Incoming) -> Incoming | None:
    if message.area is None:
        return message
    cursor.execute(
        sql.SQL(
            "SELECT ST_AsBinary(coalesce(ST_Intersection(ST_GeomFromWKB(%s, 4326), ST_Union(geom)),"
            " ST_GeomFromWKB(%s, 4326))) FROM {}"
        ).format(table(CITY_LAYER)),
        [message.area, message.area],
    )
    (area,) = cursor.fetchone()
    part = shapely.from_wkb(bytes(area))
    return None if part.is_empty else replace(message, area=part.wkb)


def _row(message: Incoming) -> Alert:
    shown = message.official and message.status == "actual"
    return Alert(
        **as_columns(message),
        area=GEOSGeometry(memoryview(message.area), srid=4326) if message.area else None,
        published_at=timezone.now() if shown else None,
        published_by=message.sender if shown else "",
    )


def _settle(cursor: Any, rows: Sequence[Alert]) -> set[int]:
    """Recompute until when the messages hold that these rows may touch; returns those that changed."""
    if not rows:
        return set()
    named = {row.reference for row in rows if row.reference}
    named |= {reference for row in rows for reference in row.refers_to}
    touched = {"series": [row.series for row in rows], "references": [*named]}
    cursor.execute(_SETTLE, {**touched, "sent": min(row.sent for row in rows)})
    return {alert_id for (alert_id,) in cursor.fetchall()}


def _announce(cursor: Any, ids: set[int]) -> None:
    if ids:
        cursor.execute(
            "SELECT history.tell(%s, %s)", [ALERT_CHANNEL, json.dumps({"alerts": sorted(ids)[-500:]})]
        )


# An exercise never ends what is real; what nobody published ends what people see only by cancelling it, and only
# the issuer of a message can refer to it. What ended before these messages were sent stays as it is.
_MAY_END = """
    SELECT min(new.sent) FROM layers_alert AS new
    WHERE new.source = old.source AND new.sender = old.sender AND new.status = old.status
      AND (new.published_at IS NOT NULL OR new.message_type = 'cancel' OR old.published_at IS NULL)"""
_SETTLE = f"""
    UPDATE layers_alert AS settled SET superseded_at = ended.at
    FROM (SELECT old.id, least(
              ({_MAY_END} AND new.series = old.series AND (new.sent, new.bulletin) > (old.sent, old.bulletin)),
              ({_MAY_END} AND old.reference <> '' AND new.refers_to ? old.reference AND new.sent >= old.sent
                   AND new.id <> old.id)) AS at
          FROM layers_alert AS old
          WHERE (old.series = ANY(%(series)s) OR old.reference = ANY(%(references)s))
            AND (old.superseded_at IS NULL OR old.superseded_at >= %(sent)s)) AS ended
    WHERE settled.id = ended.id AND settled.superseded_at IS DISTINCT FROM ended.at
    RETURNING settled.id"""  # noqa: S608 - composed of the constant above

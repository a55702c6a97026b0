"""Writing the log of live status, as one set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from layers.status import STATUS_CHANNEL

# A notice holds at most 8000 bytes; above this many features it names none and readers ask for all.
NAMED_FEATURES = 500


@dataclass(frozen=True)
class Entry:
    """A feature's state from the instant `at` (aware) on, as `source` tells it; `values` are plain JSON."""

    layer: str
    feature_id: int
    at: datetime
    state: str
    source: str
    values: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def log(entries: Sequence[Entry], *, actor: str) -> int:
    """Add the entries that tell something new; returns how many.

    An entry that says what its source already said of the feature before that instant adds nothing, so telling
    the same twice changes nothing. Listeners are told once a layer.
    """
    if not entries:
        return 0
    with connection.cursor() as cursor:
        # One writer at a time: two that find the same last entry would both add theirs.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('machizu.status'))")
        cursor.execute(_INSERT, {"entries": json.dumps([_row(e) for e in entries]), "actor": actor})
        added = cursor.fetchall()
        for layer in {row[0] for row in added}:
            _announce(cursor, layer, [(row[1], row[2]) for row in added if row[0] == layer])
    return len(added)


def _row(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "at": entry.at.isoformat()}


def _announce(cursor: Any, layer: str, added: list[tuple[int, int]]) -> None:
    features = sorted({feature for feature, _ in added})
    notice = {
        "layer": layer,
        "features": features if len(features) <= NAMED_FEATURES else None,
        "last": max(entry for _, entry in added),
    }
    cursor.execute("SELECT history.tell(%s, %s)", [STATUS_CHANNEL, json.dumps(notice)])


# Each new entry is compared with what stood before its instant: the nearest of the log and of the new ones.
_INSERT = """
    WITH given AS (
        SELECT *, row_number() OVER (PARTITION BY layer, feature_id, source ORDER BY at) AS turn
        FROM jsonb_to_recordset(%(entries)s::jsonb)
             AS e(layer text, feature_id bigint, at timestamptz, state text, source text, values jsonb)),
    compared AS (
        SELECT given.*, logged.at AS logged_at, logged.state AS logged_state, logged.values AS logged_values,
               lag(given.at) OVER turns AS given_at, lag(given.state) OVER turns AS given_state,
               lag(given.values) OVER turns AS given_values
        FROM given LEFT JOIN LATERAL (
            SELECT at, state, values FROM layers_statusentry AS s
            WHERE s.layer = given.layer AND s.feature_id = given.feature_id AND s.source = given.source
              AND s.at <= given.at
            ORDER BY s.at DESC, s.id DESC LIMIT 1) AS logged ON true
        WINDOW turns AS (PARTITION BY given.layer, given.feature_id, given.source ORDER BY given.turn))
    INSERT INTO layers_statusentry (layer, feature_id, at, state, values, source, actor, recorded_at)
    SELECT layer, feature_id, at, state, values, source, %(actor)s, now()
    FROM compared
    WHERE CASE WHEN given_at IS NULL OR logged_at >= given_at
               THEN (logged_state, logged_values) IS DISTINCT FROM (state::varchar, values)
               ELSE (given_state, given_values) IS DISTINCT FROM (state, values) END
    ORDER BY at
    RETURNING layer, feature_id, id"""

"""Reads of live things for Django's side: feeds, pages, the command line. They return finished values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from layers import alerts, status
from layers.catalogue import LayerInfo
from layers.history import history_table
from layers.reads import Statement
from layers.tables import table


def status_of(info: LayerInfo, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return what holds for the layer's features: `feature`, `source`, `state`, `at`, `values`, `id`."""
    return _objects(status.status_statement(info, at))


def alerts_in_force(
    at: datetime | None = None, *, exercises: bool = False, published: bool = True
) -> list[dict[str, Any]]:
    """Return the alerts in force, the gravest first; see `alerts.alerts_statement`."""
    return _objects(alerts.alerts_statement(at, exercises=exercises, published=published))


def versions_since(info: LayerInfo, fields: Sequence[str], since: datetime) -> list[dict[str, Any]]:
    """Return what the layer's features said in all their versions since an instant: `id` and the fields.

    The oldest version of each feature first; the current one is always there, however old.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, ("id", *fields)))
    text = sql.SQL(
        "SELECT {columns} FROM (SELECT version, {columns} FROM {layer}"
        " UNION ALL SELECT version, {columns} FROM {history} WHERE changed_at >= %(since)s) AS said ORDER BY id, version"
    ).format(columns=columns, layer=table(info.id), history=history_table(info.id))
    rows = _rows(Statement(text.as_string(None), {"since": since}))
    return [dict(zip(("id", *fields), row, strict=True)) for row in rows]


def _objects(statement: Statement) -> list[dict[str, Any]]:
    (row,) = _rows(statement)
    found: list[dict[str, Any]] = json.loads(b"[" + bytes(row[0]) + b"]")
    return found


def _rows(statement: Statement) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows

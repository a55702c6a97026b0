"""The SQL of live status: what holds now, what held at an instant, the log itself, the cameras' images.

Live status is not geometry: pages colour features from these small answers while tiles stay cached. Like
`layers.reads`, every function returns a `Statement` and nothing here talks to the database. A layer's status is
as visible as the layer: `info` comes from the viewer's catalogue.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from psycopg import sql

from layers.catalogue import LayerInfo
from layers.reads import Statement

# Notices: {"layer": id, "features": [ids] or null when too many to name, "last": id of the newest entry}.
STATUS_CHANNEL = "machizu_status_changed"

# A river changes within half an hour; a picture older than that is shown as old.
STALE_AFTER = timedelta(minutes=30)

_ENTRY = sql.SQL(
    "json_build_object('id', id, 'feature', feature_id, 'source', source, 'state', state, 'at', at, 'values', values)::text"
)


def status_statement(info: LayerInfo, at: datetime | None = None) -> Statement:
    """One row: `entries` (bytes, comma-joined objects `id`, `feature`, `source`, `state`, `at`, `values`), count, last id.

    The newest entry of each feature and source; with `at` (aware), as it stood at that instant. The last id is
    where `status_log_statement` goes on.
    """
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg({entry}, ',' ORDER BY feature_id, source), ''), 'UTF8'), count(*),
               coalesce(max(id), 0)
        FROM (SELECT DISTINCT ON (feature_id, source) * FROM {source}
              WHERE layer = %(layer)s AND at <= coalesce(%(at)s::timestamptz, now())
              ORDER BY feature_id, source, at DESC, id DESC) AS newest""").format(
        entry=_ENTRY, source=source(info)
    )
    return Statement(text.as_string(None), {"layer": info.id, "at": at})


def status_log_statement(
    info: LayerInfo,
    *,
    after: int = 0,
    since: datetime | None = None,
    feature_id: int | None = None,
    limit: int = 1000,
) -> Statement:
    """One row: `entries` (bytes, as `status_statement`), returned, last id, more; in the order they were written.

    `after` is the last id already held; `since` (aware) leaves out what was true only before it.
    """
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg({entry}, ',' ORDER BY id) FILTER (WHERE turn <= %(limit)s), ''), 'UTF8'),
               count(*) FILTER (WHERE turn <= %(limit)s),
               coalesce(max(id) FILTER (WHERE turn <= %(limit)s), %(after)s),
               count(*) > %(limit)s
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS turn FROM {source}
              WHERE layer = %(layer)s AND id > %(after)s
                AND at >= coalesce(%(since)s::timestamptz, '-infinity')
                AND feature_id = coalesce(%(feature)s::bigint, feature_id)
              ORDER BY id LIMIT %(over)s) AS listed""").format(entry=_ENTRY, source=source(info))
    values = {"layer": info.id, "after": after, "since": since, "feature": feature_id}
    return Statement(text.as_string(None), {**values, "limit": limit, "over": limit + 1})


def camera_statement(info: LayerInfo, feature_id: int) -> Statement:
    """No row or one: path below the camera store, media type, SHA-256 (its ETag), when it was taken and fetched."""
    text = sql.SQL(
        "SELECT path, media_type, sha256, taken_at, fetched_at FROM {}"
        " WHERE layer = %(layer)s AND feature_id = %(feature)s AND path <> ''"
    ).format(sql.Identifier("public_camera" if _is_public(info) else "layers_cameraimage"))
    return Statement(text.as_string(None), {"layer": info.id, "feature": feature_id})


def source(info: LayerInfo) -> sql.Identifier:
    """Return the log of status of which whoever sees the layer may read its part."""
    return sql.Identifier("public_status" if _is_public(info) else "layers_statusentry")


def _is_public(info: LayerInfo) -> bool:
    """What is public is read through the view, which is all that the public role may select."""
    return info.definition.visibility == "public"

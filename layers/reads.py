"""The SQL of machines' reads: the database writes the bytes, Python passes them through.

Every function returns a `Statement` for psycopg; nothing here talks to the database. GeoJSON is put together
by string concatenation with `to_json(column)`: measured at half the cost of `json_agg`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import sql

from gis_core import tiles
from gis_core.boxes import Box
from gis_core.definition import Field
from layers import past
from layers.catalogue import Catalogue, LayerInfo
from layers.tables import COLUMN_TYPES, table

CHANGE_CHANNEL = "machizu_layer_changed"

# Decimal places of a degree in GeoJSON: 7 is about 1 cm, finer than any source and short to send.
COORDINATE_DIGITS = 7


class Statement(NamedTuple):
    """SQL text with named placeholders, and its parameters."""

    text: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ItemsQuery:
    """What of a layer is asked for.

    `after` is the keyset: only ids greater than it. `bbox` in degrees (EPSG:4326). `interval` is a pair of
    aware instants, either None for open. `equals` pairs a visible field's name with the text of a value.
    `at` asks for the layer as it was at that instant.
    """

    limit: int
    after: int = 0
    offset: int = 0
    bbox: Box | None = None
    interval: tuple[datetime | None, datetime | None] | None = None
    equals: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None


def catalogue_statement() -> Statement:
    """One row, one column: the registry as a JSON array for `catalogue.parse_catalogue`."""
    return Statement(
        """
        SELECT jsonb_agg(jsonb_build_object(
                   'id', l.id, 'definition', l.definition, 'revision', l.revision,
                   'feature_count', l.feature_count, 'path', l.path, 'updated_at', l.updated_at,
                   'department', d.title,
                   'extent', CASE WHEN l.extent IS NOT NULL THEN jsonb_build_array(
                       ST_XMin(l.extent), ST_YMin(l.extent), ST_XMax(l.extent), ST_YMax(l.extent)) END)
               ORDER BY l.position, l.id)
        FROM layers_layer AS l JOIN layers_department AS d ON d.id = l.department_id
        WHERE l.retired_at IS NULL
        """,
        {},
    )


def items_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: `features` (bytes, comma-joined GeoJSON features), `returned`, `last_id`, `more`."""
    where, parameters = _where(info, query)
    parameters |= {
        "limit": query.limit,
        "over": query.limit + 1,
        "after": query.after,
        "offset": query.offset,
    }
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg(feature, ',' ORDER BY id) FILTER (WHERE turn <= %(limit)s), ''), 'UTF8'),
               count(*) FILTER (WHERE turn <= %(limit)s),
               max(id) FILTER (WHERE turn <= %(limit)s),
               count(*) > %(limit)s
        FROM (SELECT id, {feature} AS feature, row_number() OVER (ORDER BY id) AS turn
              FROM (SELECT id, geom {columns} FROM {source} WHERE id > %(after)s {where}
                    ORDER BY id LIMIT %(over)s OFFSET %(offset)s) AS page) AS features
        """).format(
        feature=_feature(info), columns=_columns(info), source=_source(info, query.at), where=where
    )
    return Statement(text.as_string(None), parameters)


def _columns(info: LayerInfo) -> sql.Composable:
    # Named one by one: the public role may select only the public columns.
    return sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(f.name)) for f in info.fields)


def count_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: how many features match, whatever the page."""
    where, parameters = _where(info, query)
    text = sql.SQL("SELECT count(*) FROM {source} WHERE true {where}").format(
        source=_source(info, query.at), where=where
    )
    return Statement(text.as_string(None), parameters)


def item_statement(info: LayerInfo, feature_id: int, at: datetime | None = None) -> Statement:
    """No row or one: the feature as GeoJSON bytes, and its version; now, or as it was at an instant."""
    return Statement(_item_text(info, at is not None), {"id": feature_id, "at": at})


@lru_cache(maxsize=512)
def _item_text(info: LayerInfo, past_: bool) -> str:
    text = sql.SQL("SELECT convert_to({feature}, 'UTF8'), version FROM {source} WHERE id = %(id)s")
    return text.format(feature=_feature(info), source=_source(info, past_)).as_string(None)


def _source(info: LayerInfo, in_past: object) -> sql.Composable:
    """The layer's table, or its rows at the instant that the placeholder `at` names."""
    if not in_past:
        return table(info.id)
    revision = past.revision_at(info.id, sql.Placeholder("at"))
    return sql.SQL("{} AS past").format(past.rows_at(info.id, revision, [f.name for f in info.fields]))


def changes_statement(info: LayerInfo, since: int | datetime, limit: int) -> Statement:
    """One row: `changes` (bytes, comma-joined objects `op`, `id`, `revision`, `at`, oldest first) and `more`.

    `since` is a revision or an instant; what it already held is left out.
    """
    revision: sql.Composable = sql.SQL("%(since)s::bigint")
    if isinstance(since, datetime):
        revision = sql.SQL("coalesce({}, 0)").format(past.revision_at(info.id, sql.Placeholder("since")))
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg(change, ',' ORDER BY turn) FILTER (WHERE turn <= %(limit)s), ''), 'UTF8'),
               count(*) > %(limit)s
        FROM (SELECT json_build_object('op', op, 'id', changes.id, 'revision', revision, 'at', at)::text AS change,
                     row_number() OVER (ORDER BY revision, changes.id) AS turn
              FROM {changes} AS changes JOIN layers_revision AS r USING (revision)
              WHERE r.layer_id = {layer} ORDER BY revision, changes.id LIMIT %(over)s) AS listed""").format(
        changes=past.changes_after(info.id, revision), layer=sql.Literal(info.id)
    )
    return Statement(text.as_string(None), {"since": since, "limit": limit, "over": limit + 1})


def tile_statement(info: LayerInfo, zoom: int, row: int, column: int) -> Statement:
    """One row: the layer's Mapbox Vector Tile (bytes, empty when nothing falls in it), WebMercatorQuad.

    The filter box is the tile grown by the buffer, so that nothing is lost at the edges; `&&` is enough
    because ST_AsMVTGeom clips.
    """
    box = tiles.mercator_box(zoom, row, column)
    reach = tiles.mercator_box(zoom, row, column, margin=tiles.BUFFER / tiles.EXTENT)
    names = ("west", "south", "east", "north")
    parameters = dict(zip(names, box.as_tuple(), strict=True))
    parameters |= {f"reach_{n}": v for n, v in zip(names, reach.as_tuple(), strict=True)}
    return Statement(_tile_text(info), parameters)


@lru_cache(maxsize=512)
def _tile_text(info: LayerInfo) -> str:
    properties = [sql.SQL("{} AS {}").format(_plain(f), sql.Identifier(f.name)) for f in info.fields]
    text = sql.SQL("""
        SELECT ST_AsMVT(tile, {name}, {extent}, 'mvt_geom', 'id')
        FROM (SELECT id, {properties},
                     ST_AsMVTGeom(geom_3857, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 3857),
                                  {extent}, {buffer}, true) AS mvt_geom
              FROM {table}
              WHERE geom_3857 && ST_MakeEnvelope(%(reach_west)s, %(reach_south)s, %(reach_east)s, %(reach_north)s, 3857)
              ORDER BY id) AS tile
        WHERE mvt_geom IS NOT NULL""")
    return text.format(
        name=sql.Literal(info.id),
        extent=sql.Literal(tiles.EXTENT),
        buffer=sql.Literal(tiles.BUFFER),
        properties=sql.SQL(", ").join(properties),
        table=table(info.id),
    ).as_string(None)


def search_statement(catalogue: Catalogue, text: str, kana: str, limit: int) -> Statement | None:
    """Rows `(layer, id, name, address, longitude, latitude)` whose name, kana or address holds the text.

    `text` is width-folded (NFKC), `kana` the same in katakana. Names that begin with the text come first.
    None when no layer of the catalogue has names.
    """
    branches = [_search_branch(info) for info in catalogue.layers.values() if info.field_with_role("name")]
    if not branches:
        return None
    composed = sql.SQL(
        "SELECT layer, id, name, address, lon, lat FROM ({}) AS hits ORDER BY rank, length(name), name, layer, id LIMIT %(limit)s"
    ).format(sql.SQL(" UNION ALL ").join(branches))
    parameters = {
        "text": f"%{_escape_like(text)}%",
        "kana": f"%{_escape_like(kana)}%",
        "start": f"{_escape_like(text)}%",
        "limit": limit,
    }
    return Statement(composed.as_string(None), parameters)


def _search_branch(info: LayerInfo) -> sql.Composable:
    def column(role: str) -> sql.Composable:
        field = info.field_with_role(role)
        return sql.Identifier(field.name) if field else sql.SQL("NULL::text")

    return sql.SQL("""
        (SELECT {id} AS layer, id, {name} AS name, {address} AS address,
                ST_X(ST_PointOnSurface(geom)) AS lon, ST_Y(ST_PointOnSurface(geom)) AS lat,
                CASE WHEN normalize({name}, NFKC) ILIKE %(start)s THEN 0
                     WHEN normalize({name}, NFKC) ILIKE %(text)s THEN 1
                     WHEN {kana} ILIKE %(kana)s THEN 2 ELSE 3 END AS rank
         FROM {table}
         WHERE normalize({name}, NFKC) ILIKE %(text)s OR {kana} ILIKE %(kana)s
            OR normalize({address}, NFKC) ILIKE %(text)s
         ORDER BY rank, length({name}), id LIMIT %(limit)s)""").format(
        id=sql.Literal(info.id),
        name=column("name"),
        kana=column("kana"),
        address=column("address"),
        table=table(info.id),
    )


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _where(info: LayerInfo, query: ItemsQuery) -> tuple[sql.Composable, dict[str, Any]]:
    conditions: list[sql.Composable] = []
    parameters: dict[str, Any] = {}
    if query.at is not None:
        parameters["at"] = query.at
    if query.bbox is not None:
        # ST_Intersects: an item is in the answer only if its geometry, not its box, meets the bbox (OGC 17-069r4, /req/core/fc-bbox-response).
        conditions.append(
            sql.SQL("ST_Intersects(geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))")
        )
        parameters |= dict(zip(("west", "south", "east", "north"), query.bbox.as_tuple(), strict=True))
    if query.interval is not None:
        conditions += _interval_conditions(info, query.interval, parameters)
    for place, (name, value) in enumerate(query.equals):
        field = next(f for f in info.fields if f.name == name)
        conditions.append(
            sql.SQL("{} = {}::{}").format(
                sql.Identifier(name), sql.Placeholder(f"equals_{place}"), sql.SQL(COLUMN_TYPES[field.type])
            )
        )
        parameters[f"equals_{place}"] = value
    return sql.SQL("").join(sql.SQL(" AND {}").format(c) for c in conditions), parameters


def _interval_conditions(
    info: LayerInfo, interval: tuple[datetime | None, datetime | None], parameters: dict[str, Any]
) -> Sequence[sql.Composable]:
    """Features whose own period meets the interval; a layer without a temporal field is not filtered."""
    start, end = info.field_with_role("start"), info.field_with_role("end")
    if start is None:
        return []
    begins = sql.Identifier(start.name)
    ends = sql.SQL("coalesce({}, {})").format(sql.Identifier(end.name), begins) if end else begins
    kind = sql.SQL(COLUMN_TYPES[start.type])
    conditions: list[sql.Composable] = []
    if interval[0] is not None:
        parameters["from"] = interval[0]
        conditions.append(sql.SQL("{} >= %(from)s::timestamptz::{}").format(ends, kind))
    if interval[1] is not None:
        parameters["to"] = interval[1]
        conditions.append(sql.SQL("{} <= %(to)s::timestamptz::{}").format(begins, kind))
    return conditions


@lru_cache(maxsize=512)
def _feature(info: LayerInfo) -> sql.Composable:
    """The expression that writes one feature of the layer as GeoJSON text."""
    members = [
        sql.SQL("{} || {}").format(sql.Literal(f'{"," if place else ""}"{field.name}":'), _json(field))
        for place, field in enumerate(info.fields)
    ]
    return sql.SQL(
        """'{{"type":"Feature","id":' || id || ',"geometry":' || ST_AsGeoJSON(geom, {digits}) || ',"properties":{{' || {members} || '}}}}'"""
    ).format(
        digits=sql.Literal(COORDINATE_DIGITS),
        members=sql.SQL(" || ").join(members) if members else sql.SQL("''"),
    )


def _json(field: Field) -> sql.Composable:
    return sql.SQL("coalesce(to_json({})::text, 'null')").format(_plain(field, keep_dates=True))


def _plain(field: Field, *, keep_dates: bool = False) -> sql.Composable:
    """The column as readers get it: times as HH:MM, and for tiles, which know no dates, dates as text."""
    column = sql.Identifier(field.name)
    if field.type == "time":
        return sql.SQL("to_char({}, 'HH24:MI')").format(column)
    if field.type in ("date", "datetime") and not keep_dates:
        return sql.SQL("{}::text").format(column)
    return column

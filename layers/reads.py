"""The SQL of machines' reads: the database writes the bytes, Python passes them through.

Every function returns a `Statement` for psycopg; nothing here talks to the database.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import sql

from layers import past
from layers.catalogue import Catalogue, LayerInfo
from layers.filters import ItemsQuery, Moment, Shape, moment_of, shape_of, values_of, where
from layers.forms import once_a_form
from layers.tables import table
from layers.writing import feature

CHANGE_CHANNEL = "machizu_layer_changed"

# The catalogue tells a layer's last revisions apart: at least so many, less than twice as many. What they are
# counted from moves in steps, because each move makes all of the layer's tiles new.
RECENT_REVISIONS = 100


class Statement(NamedTuple):
    """SQL text with named placeholders, and its parameters."""

    text: str
    parameters: dict[str, Any]


def listen_statement() -> Statement:
    """Ask to be told of every committed change of a layer or of the registry."""
    return Statement(sql.SQL("LISTEN {}").format(sql.Identifier(CHANGE_CHANNEL)).as_string(None), {})


def catalogue_statement(only: Collection[str] | None = None) -> Statement:
    """One row, one column: the registry, or `only` these of its layers, as JSON for `catalogue.parse_catalogue`.

    JSON, not JSONB: measured at less than half the time, since definitions are passed through.
    """
    text = sql.SQL("""
        SELECT json_agg(json_build_object(
                   'id', l.id, 'definition', l.definition, 'revision', l.revision,
                   'feature_count', l.feature_count, 'path', l.path, 'updated_at', l.updated_at, 'confirmed_at', l.confirmed_at, 'is_sample', l.is_sample,
                   'department', d.title,
                   'extent', CASE WHEN l.extent IS NOT NULL THEN json_build_array(
                       ST_XMin(l.extent), ST_YMin(l.extent), ST_XMax(l.extent), ST_YMax(l.extent)) END,
                   'base_revision', base,
                   'recent', (
                       SELECT coalesce(json_agg(json_build_array(r.revision,
                                  CASE WHEN r.envelope IS NOT NULL THEN json_build_array(
                                      ST_XMin(r.envelope), ST_YMin(r.envelope),
                                      ST_XMax(r.envelope), ST_YMax(r.envelope)) END)
                              ORDER BY r.revision DESC), '[]')
                       FROM layers_revision AS r WHERE r.layer_id = l.id AND r.revision > base))
               ORDER BY l.position, l.id)
        FROM layers_layer AS l JOIN layers_department AS d ON d.id = l.department_id
             CROSS JOIN LATERAL (SELECT greatest(l.revision / {step} - 1, 0) * {step} AS base) AS counted
        WHERE l.retired_at IS NULL {chosen}""").format(
        step=sql.Literal(RECENT_REVISIONS),
        chosen=sql.SQL("" if only is None else "AND l.id = ANY(%(only)s)"),
    )
    return Statement(text.as_string(None), {} if only is None else {"only": [*only]})


def items_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: `features` (bytes, comma-joined GeoJSON features), `returned`, `last_id`, `more`."""
    return Statement(_items_text(info, shape_of(query)), values_of(query))


@once_a_form
def _items_text(info: LayerInfo, shape: Shape) -> str:
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg(feature, ',' ORDER BY id) FILTER (WHERE turn <= %(limit)s), ''), 'UTF8'),
               count(*) FILTER (WHERE turn <= %(limit)s),
               max(id) FILTER (WHERE turn <= %(limit)s),
               count(*) > %(limit)s
        FROM (SELECT id, {feature} AS feature, row_number() OVER (ORDER BY id) AS turn
              FROM (SELECT id, geom {columns} FROM {source} WHERE id > %(after)s {where}
                    ORDER BY id LIMIT %(over)s OFFSET %(offset)s) AS page) AS features
        """).format(
        feature=feature(info),
        columns=_columns(info),
        source=_source(info, shape.at),
        where=where(info, shape),
    )
    return text.as_string(None)


def _columns(info: LayerInfo) -> sql.Composable:
    # Named one by one: the public role may select only the public columns.
    return sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(f.name)) for f in info.fields)


def count_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: how many features match, whatever the page."""
    return Statement(_count_text(info, shape_of(query)), values_of(query))


@once_a_form
def _count_text(info: LayerInfo, shape: Shape) -> str:
    text = sql.SQL("SELECT count(*) FROM {source} WHERE true {where}")
    return text.format(source=_source(info, shape.at), where=where(info, shape)).as_string(None)


def item_statement(info: LayerInfo, feature_id: int, at: datetime | int | None = None) -> Statement:
    """No row or one: the feature as GeoJSON bytes, and its version; now, or at an instant or revision."""
    return Statement(_item_text(info, moment_of(at)), {"id": feature_id, "at": at})


@once_a_form
def _item_text(info: LayerInfo, at: Moment) -> str:
    text = sql.SQL("SELECT convert_to({feature}, 'UTF8'), version FROM {source} WHERE id = %(id)s")
    return text.format(feature=feature(info), source=_source(info, at)).as_string(None)


def revision_statement(info: LayerInfo, instant: datetime) -> Statement:
    """One row: the layer's revision in force at an instant, 0 before its first."""
    text = sql.SQL("SELECT {}").format(_revision(info, "instant", "instant"))
    return Statement(text.as_string(None), {"instant": instant})


def _revision(info: LayerInfo, moment: Moment, name: str) -> sql.Composable:
    """The revision that the placeholder `name` means: its value, or what was in force at its instant."""
    placeholder = sql.Placeholder(name)
    if moment == "instant":
        return sql.SQL("coalesce({}, 0)").format(past.revision_at(info.id, placeholder))
    return sql.SQL("{}::bigint").format(placeholder)


def _source(info: LayerInfo, at: Moment) -> sql.Composable:
    """The layer's table, or its rows at the moment that the placeholder `at` names."""
    if at == "now":
        return table(info.id)
    rows = past.rows_at(info.id, _revision(info, at, "at"), [f.name for f in info.fields])
    return sql.SQL("{} AS past").format(rows)


def changes_statement(
    info: LayerInfo, since: int | datetime, limit: int, after: int | None = None
) -> Statement:
    """One row: `changes` (bytes, comma-joined objects `op`, `id`, `revision`, `at`), `returned`, `more`,
    `complete`, `last`; ordered by revision and id, in which the place of a change never moves.

    `since` is a revision or an instant; what it already held is left out. All up to the revision `complete`
    is listed now; to go on, that is the next `since`, and `last` the next `after`: where a page ends within a
    revision, the id it got to.
    """
    text = _changes_text(info, moment_of(since), after is not None)
    return Statement(text, {"since": since, "limit": limit, "over": limit + 1, "after": after})


@once_a_form
def _changes_text(info: LayerInfo, since: Moment, within: bool) -> str:
    revision = _revision(info, since, "since")
    going_on = sql.SQL("AND (revision > {} + 1 OR changes.id > %(after)s)").format(revision)
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg(change, ',' ORDER BY turn) FILTER (WHERE turn <= %(limit)s), ''), 'UTF8'),
               count(*) FILTER (WHERE turn <= %(limit)s),
               count(*) > %(limit)s,
               coalesce(min(revision) FILTER (WHERE turn > %(limit)s) - 1,
                        (SELECT max(revision) FROM layers_revision WHERE layer_id = {layer}), 0),
               max(id) FILTER (WHERE turn = %(limit)s AND revision = following)
        FROM (SELECT json_build_object('op', op, 'id', changes.id, 'revision', revision, 'at', at)::text AS change,
                     changes.id, revision, row_number() OVER in_order AS turn, lead(revision) OVER in_order AS following
              FROM {changes} AS changes JOIN layers_revision AS r USING (revision)
              WHERE r.layer_id = {layer} {going_on}
              WINDOW in_order AS (ORDER BY revision, changes.id)
              ORDER BY revision, changes.id LIMIT %(over)s) AS listed""").format(
        changes=past.changes_after(info.id, revision),
        layer=sql.Literal(info.id),
        going_on=going_on if within else sql.SQL(""),
    )
    return text.as_string(None)


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

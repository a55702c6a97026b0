"""The SQL of machines' reads: the database writes the bytes, Python passes them through.

Every function returns a `Statement` for psycopg; nothing here talks to the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from psycopg import sql

from layers import paging, past
from layers.catalogue import LayerInfo
from layers.filters import BY_ID, ItemsQuery, Moment, Shape, finds_few, moment_of, shape_of, values_of, where
from layers.forms import once_a_form
from layers.paging import Place
from layers.tables import table
from layers.tile_store import stored_plan
from layers.writing import FEATURE_BEGINS, WHOLE, Output, feature

CHANGE_CHANNEL = "machizu_layer_changed"

# The catalogue tells a layer's last revisions apart: at least so many, less than twice as many. What they are
# counted from moves in steps, because each move makes all of the layer's tiles new.
RECENT_REVISIONS = 100

# No field has a blank in its name.
MATCHED = sql.Identifier("all that match")

# Of a longer condition's statement the text is not kept.
KEPT_LETTERS = 1_000


class Statement(NamedTuple):
    """SQL text with named placeholders, and its parameters."""

    text: str
    parameters: dict[str, Any]


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
                   'base_revision', base, 'plan', {plan},
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
        plan=stored_plan(sql.SQL("l.id")),
        chosen=sql.SQL("" if only is None else "AND l.id = ANY(%(only)s)"),
    )
    return Statement(text.as_string(None), {} if only is None else {"only": [*only]})


def items_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: a page of features, to be read by `read_page`; all that match are counted where that costs little."""
    few = finds_few(info, query)
    shape = shape_of(query)._replace(few=few, counted=few and query.first)
    return Statement(_items_text(info, shape), values_of(query))


class Page(NamedTuple):
    """Features (comma-joined GeoJSON), how many, and where the next page goes on after, None when none follows.

    `matched` is how many there are in all, None where they were not counted.
    """

    features: bytes
    returned: int
    last: Place | None
    matched: int | None


def read_page(row: Sequence[Any], limit: int) -> Page:
    """Return the page of at most `limit` features that a row of `items_statement` holds."""
    features, found, last_id, keys, matched = row
    if found <= limit:
        return Page(features, found, None, matched)
    # The one more that was looked for. No value holds its beginning: quotes within JSON's texts are escaped.
    features = features[: features.rindex(b"," + FEATURE_BEGINS.encode())]
    return Page(features, limit, Place(last_id, tuple(orjson.loads(keys)) if keys else ()), matched)


def kept_if_short(make: Callable[[LayerInfo, Shape], str]) -> Callable[[LayerInfo, Shape], str]:
    """Keep no texts with long conditions: their number is without end, and memory is not."""
    kept = once_a_form(make)

    def text(info: LayerInfo, shape: Shape) -> str:
        long = sum(len(condition.key) for condition in shape.conditions) > KEPT_LETTERS
        return (make if long else kept)(info, shape)

    return text


@kept_if_short
def _items_text(info: LayerInfo, shape: Shape) -> str:
    # The page is in order already: to sort within string_agg, and to filter there, would cost a quarter of a page.
    names = [sql.SQL("{}::text").format(paging.key_column(place)) for place, _ in enumerate(shape.order.keys)]
    keys = sql.SQL("json_build_array({})::text").format(sql.SQL(", ").join(names))
    text = sql.SQL("""
        SELECT convert_to(coalesce(string_agg({feature}, ','), ''), 'UTF8'), count(*),
               (array_agg(id))[%(limit)s], {keys}, {matched}
        FROM {page} AS page""").format(
        feature=feature(info, shape.output),
        keys=sql.SQL("(array_agg({}))[%(limit)s]").format(keys) if names else sql.SQL("NULL"),
        matched=sql.SQL("max({})").format(MATCHED) if shape.counted else sql.SQL("NULL"),
        page=chosen_rows(info, shape),
    )
    return text.as_string(None)


def chosen_rows(info: LayerInfo, shape: Shape) -> sql.Composable:
    """Return a sub-select of a page of rows, in its order: `id`, `geom` and the fields as they are to be written.

    Its placeholders are those of `filters.values_of`. The sort keys are there too, by `paging.key_column`.
    """
    order = shape.order
    expressions = [paging.key_expression(field) for field in paging.key_fields(info, order)]
    keys = [
        sql.SQL(", {} AS {}").format(expression, paging.key_column(place))
        for place, expression in enumerate(expressions)
    ]
    return sql.SQL("""
        (SELECT id {columns} {keys} {matched} FROM {source} WHERE {beyond} {where}
         ORDER BY {order} LIMIT %(over)s OFFSET %(offset)s)""").format(
        columns=_columns(info, shape.output),
        keys=sql.SQL("").join(keys),
        matched=sql.SQL(", count(*) OVER () AS {}").format(MATCHED) if shape.counted else sql.SQL(""),
        source=_source(info, shape.at),
        beyond=_beyond(info, shape),
        where=where(info, shape),
        order=paging.ordering(order, expressions),
    )


def _beyond(info: LayerInfo, shape: Shape) -> sql.Composable:
    if shape.order.by_id:
        return sql.SQL("id > %(after)s")
    return sql.SQL("true") if shape.empty is None else paging.beyond(info, shape.order, shape.empty)


def _columns(info: LayerInfo, output: Output) -> sql.Composable:
    # Named one by one: the public role may select only the public columns.
    names = [*(["geom"] if output.geometry else []), *(f.name for f in output.chosen(info))]
    return sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(name)) for name in names)


def count_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: how many features match, whatever the page."""
    return Statement(_count_text(info, _matching(query)), values_of(query))


def plan_statement(info: LayerInfo, query: ItemsQuery) -> Statement:
    """One row: PostgreSQL's plan for the features that match, in JSON, with its guesses of cost and number."""
    counting = _matching_text(info, _matching(query))
    return Statement(f"EXPLAIN (FORMAT JSON) {counting}", values_of(query))


def _matching(query: ItemsQuery) -> Shape:
    """What decides which features match: neither the page nor how they are written."""
    return shape_of(query)._replace(order=BY_ID, empty=None, output=WHOLE)


@kept_if_short
def _count_text(info: LayerInfo, shape: Shape) -> str:
    text = sql.SQL("SELECT count(*) FROM {source} WHERE true {where}")
    return text.format(source=_source(info, shape.at), where=where(info, shape)).as_string(None)


@kept_if_short
def _matching_text(info: LayerInfo, shape: Shape) -> str:
    text = sql.SQL("SELECT id FROM {source} WHERE true {where}")
    return text.format(source=_source(info, shape.at), where=where(info, shape)).as_string(None)


def item_statement(
    info: LayerInfo, feature_id: int, at: datetime | int | None = None, output: Output = WHOLE
) -> Statement:
    """No row or one: the feature as GeoJSON bytes, and its version; now, or at an instant or revision."""
    return Statement(_item_text(info, moment_of(at), output), {"id": feature_id, "at": at})


@once_a_form
def _item_text(info: LayerInfo, at: Moment, output: Output) -> str:
    text = sql.SQL("SELECT convert_to({feature}, 'UTF8'), version FROM {source} WHERE id = %(id)s")
    return text.format(feature=feature(info, output), source=_source(info, at)).as_string(None)


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

"""The DDL of a changed definition: tables and histories follow, and no value is lost.

A dropped field's values move into the history with the change that drops it. A column of the history that
leaves the definition, or changes its type, is kept as `<name>__until_<revision>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from gis_core.definition import Field, LayerDefinition
from gis_core.errors import BadInput, Message
from layers.history import history_table
from layers.tables import COLUMN_TYPES, table


@dataclass(frozen=True)
class Change:
    """What of a definition concerns its table. Pairs are (before, after)."""

    renamed: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    added: tuple[Field, ...] = ()
    retyped: tuple[Field, ...] = ()
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    geometry: str | None = None

    def __bool__(self) -> bool:
        """Tell whether the table must change at all."""
        return self != Change()

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values, for the audit."""
        return {
            "renamed": [list(pair) for pair in self.renamed],
            "dropped": list(self.dropped),
            "added": [f.name for f in self.added],
            "retyped": [f.name for f in self.retyped],
        }


def compare(before: LayerDefinition, after: LayerDefinition) -> Change:
    """Return what must change in the table. Raises `BadInput` for a change of geometry that loses data."""
    old = {f.name: f for f in before.fields}
    renamed = tuple(
        (f.renamed_from, f.name) for f in after.fields if f.renamed_from in old and f.name not in old
    )
    origin = {new: former for former, new in renamed}
    kept = [(old[origin.get(f.name, f.name)], f) for f in after.fields if origin.get(f.name, f.name) in old]
    gone = set(old) - {former.name for former, _ in kept}
    return Change(
        renamed=renamed,
        dropped=tuple(f.name for f in before.fields if f.name in gone),
        added=tuple(f for f in after.fields if f.name not in old and f.name not in origin),
        retyped=tuple(new for former, new in kept if former.type != new.type),
        required=tuple(new.name for former, new in kept if new.required and not former.required),
        optional=tuple(new.name for former, new in kept if former.required and not new.required),
        geometry=_geometry(before, after),
    )


def _geometry(before: LayerDefinition, after: LayerDefinition) -> str | None:
    if before.geometry == after.geometry:
        return None
    if after.geometry == f"Multi{before.geometry}":
        return after.geometry
    raise BadInput(
        Message(
            ja=f"図形の種類を {before.geometry} から {after.geometry} には変えられません。新しいレイヤを作ってください。",
            en=f"The geometry cannot change from {before.geometry} to {after.geometry}. Make a new layer.",
        )
    )


def check(cursor: Any, definition: LayerDefinition, change: Change) -> None:
    """Refuse what the layer's data forbids, naming field, number of features and an example."""
    former = {new: old for old, new in change.renamed}
    for new in change.retyped:
        column = sql.Identifier(former.get(new.name, new.name))
        bad = sql.SQL("{c} IS NOT NULL AND NOT history.castable({c}::text, {t})").format(
            c=column, t=sql.Literal(COLUMN_TYPES[new.type])
        )
        _refuse_rows(
            cursor,
            definition,
            column,
            bad,
            new.name,
            f"{new.type} に変えられない値",
            f"values that are no {new.type}",
        )
    for name in change.required:
        column = sql.Identifier(former.get(name, name))
        _refuse_rows(
            cursor, definition, column, sql.SQL("{} IS NULL").format(column), name, "空の値", "empty values"
        )
    for new in change.added:
        if new.required:
            _refuse_rows(
                cursor,
                definition,
                sql.SQL("NULL"),
                sql.SQL("true"),
                new.name,
                "値のない地物",
                "features without a value",
            )


def _refuse_rows(
    cursor: Any,
    definition: LayerDefinition,
    column: sql.Composable,
    bad: sql.Composable,
    name: str,
    ja: str,
    en: str,
) -> None:
    cursor.execute(
        sql.SQL("SELECT count(*), min({}::text), min(id) FROM {} WHERE {}").format(
            column, table(definition.id), bad
        )
    )
    count, example, feature = cursor.fetchone()
    if count:
        raise BadInput(
            Message(
                ja=f"項目「{name}」に{ja}が {count} 件あります（例：id {feature} {example or ''}）。先に値を直すか、必須でない項目にしてください。",
                en=f"The field “{name}” has {count} {en} (e.g. id {feature} {example or ''}). Correct them first, or make the field optional.",
            )
        )


def carry_out(cursor: Any, definition: LayerDefinition, change: Change, revision: int) -> None:
    """Change the layer's table and history; must run in the transaction that opened `revision`."""
    for name in change.dropped:
        _drop(cursor, definition.id, name, revision)
    for old, new in change.renamed:
        for target in (table(definition.id), history_table(definition.id)):
            _alter(cursor, target, "RENAME COLUMN {} TO {}", sql.Identifier(old), sql.Identifier(new))
    for new_type in change.retyped:
        _retype(cursor, definition.id, new_type, revision)
    for added in change.added:
        _add(cursor, definition.id, added)
    for name in change.required:
        _alter(cursor, table(definition.id), "ALTER COLUMN {} SET NOT NULL", sql.Identifier(name))
    for name in change.optional:
        _alter(cursor, table(definition.id), "ALTER COLUMN {} DROP NOT NULL", sql.Identifier(name))
    if change.geometry:
        _make_multi(cursor, definition)


def _drop(cursor: Any, layer_id: str, name: str, revision: int) -> None:
    column = sql.Identifier(name)
    _alter(cursor, table(layer_id), "ALTER COLUMN {} DROP NOT NULL", column)
    # A recorded change like any other: the history keeps each value with its feature and its time.
    cursor.execute(
        sql.SQL("UPDATE {} SET {c} = NULL WHERE {c} IS NOT NULL").format(table(layer_id), c=column)
    )
    _alter(cursor, table(layer_id), "DROP COLUMN {}", column)
    _keep_in_history(cursor, layer_id, name, revision)


def _keep_in_history(cursor: Any, layer_id: str, name: str, revision: int) -> sql.Identifier:
    kept = sql.Identifier(f"{name}__until_{revision}")
    _alter(cursor, history_table(layer_id), "RENAME COLUMN {} TO {}", sql.Identifier(name), kept)
    return kept


def _retype(cursor: Any, layer_id: str, new: Field, revision: int) -> None:
    column, kind = sql.Identifier(new.name), sql.SQL(COLUMN_TYPES[new.type])
    _alter(cursor, table(layer_id), "ALTER COLUMN {c} TYPE {t} USING {c}::text::{t}", c=column, t=kind)
    kept = _keep_in_history(cursor, layer_id, new.name, revision)
    _alter(cursor, history_table(layer_id), "ADD COLUMN {} {}", column, kind)
    cursor.execute(
        sql.SQL("UPDATE {} SET {} = {old}::text::{kind} WHERE history.castable({old}::text, {name})").format(
            history_table(layer_id), column, old=kept, kind=kind, name=sql.Literal(COLUMN_TYPES[new.type])
        )
    )


def _add(cursor: Any, layer_id: str, new: Field) -> None:
    column, kind = sql.Identifier(new.name), sql.SQL(COLUMN_TYPES[new.type])
    duty = sql.SQL("NOT NULL" if new.required else "")
    _alter(cursor, table(layer_id), "ADD COLUMN {} {} {}", column, kind, duty)
    _alter(cursor, history_table(layer_id), "ADD COLUMN {} {}", column, kind)


def _make_multi(cursor: Any, definition: LayerDefinition) -> None:
    kind = sql.SQL(definition.geometry)
    layer = table(definition.id)
    _alter(cursor, layer, "DROP COLUMN geom_3857")
    for target in (layer, history_table(definition.id)):
        _alter(cursor, target, "ALTER COLUMN geom TYPE geometry({}, 4326) USING ST_Multi(geom)", kind)
    _alter(
        cursor,
        layer,
        "ADD COLUMN geom_3857 geometry({}, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED",
        kind,
    )


def _alter(
    cursor: Any, target: sql.Composable, action: Any, *parts: sql.Composable, **named: sql.Composable
) -> None:
    cursor.execute(sql.SQL("ALTER TABLE {} ").format(target) + sql.SQL(action).format(*parts, **named))

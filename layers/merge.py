"""Bringing a staged delivery into a layer, set-wise: its staging table, then delete, update, insert by pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from psycopg import sql

from gis_core.definition import LayerDefinition
from layers.delivery import Copied
from layers.pairing import PAIRS
from layers.tables import COLUMN_TYPES, table

_LARGE_WORK = {
    "work_mem": "128MB",
    "max_parallel_workers_per_gather": "1",
    "min_parallel_table_scan_size": "1MB",
}


@contextmanager
def large_work(cursor: Any) -> Iterator[None]:
    """Give the few long queries of a load a second core and room to sort in, which many short ones do not get."""
    for setting, value in _LARGE_WORK.items():
        cursor.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(setting), sql.Literal(value)))
    yield
    for setting in _LARGE_WORK:
        cursor.execute(sql.SQL("SET LOCAL {} TO DEFAULT").format(sql.Identifier(setting)))


def stage_table(name: str) -> sql.Identifier:
    """Return the staging table of that name."""
    return sql.Identifier("stage", name)


def create_stage(
    cursor: Any,
    name: str,
    definition: LayerDefinition,
    columns: Sequence[str],
    *,
    lasting: bool,
    numbered: bool = False,
) -> None:
    """Create the staging table: each row's place in the file, the delivered columns, the geometry.

    One that is not `lasting` goes with the transaction, so it is spared the write-ahead log; one that waits
    for approval must outlive a crash. In a `numbered` one each row gets the id of the feature it becomes.
    """
    fields = [
        sql.SQL("{} {}").format(
            sql.Identifier(column), sql.SQL(COLUMN_TYPES[definition.field_named(column).type])
        )
        for column in columns
    ]
    if numbered:
        cursor.execute(
            "SELECT pg_get_serial_sequence(format('%%I.%%I', 'layer', %s::text), 'id')", [definition.id]
        )
        fields.append(sql.SQL("id bigint DEFAULT nextval({})").format(sql.Literal(*cursor.fetchone())))
    cursor.execute(
        sql.SQL("CREATE {} TABLE {} (stage_order bigint, {}, geom geometry({}, 4326))").format(
            _kind(lasting), stage_table(name), sql.SQL(", ").join(fields), sql.SQL(definition.geometry)
        )
    )


def add_part(cursor: Any, name: str, number: int, *, lasting: bool) -> sql.Identifier:
    """Add a table for one part of the delivery: the staging table then holds its rows too."""
    part = stage_table(f"{name}.{number}")
    cursor.execute(
        sql.SQL("CREATE {} TABLE {} () INHERITS ({})").format(_kind(lasting), part, stage_table(name))
    )
    return part


def drop_stage(cursor: Any, name: str) -> None:
    """Drop a staging table with its parts, if it is there."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(stage_table(name)))


def _kind(lasting: bool) -> sql.SQL:
    return sql.SQL("") if lasting else sql.SQL("UNLOGGED")


def fill_stage(cursor: Any, stage: sql.Composable, rows: Copied) -> None:
    """Copy rows into the staging table."""
    names = sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(stage, names)) as copy:
        copy.write(rows.rows)


def take_out(cursor: Any, stage: sql.Composable, numbers: Sequence[int]) -> None:
    """Take the rows at these places out of the staging table."""
    if numbers:
        cursor.execute(sql.SQL("DELETE FROM {} WHERE stage_order = ANY(%s)").format(stage), [list(numbers)])


def apply(
    cursor: Any, stage: sql.Composable, layer_id: str, columns: Sequence[str], *, version: int, load_id: int
) -> None:
    """Carry the current pairs out on the layer's table; changed features get `version` and `load_id`."""
    names = [*columns, "geom"]
    values = {"version": version, "load": load_id}
    parts = {
        "layer": table(layer_id),
        "stage": stage,
        "pairs": PAIRS,
        "names": sql.SQL(", ").join(map(sql.Identifier, names)),
        "assignments": sql.SQL(", ").join(
            sql.SQL("{0} = stage.{0}").format(sql.Identifier(n)) for n in names
        ),
    }
    with large_work(cursor):
        for statement in (_DELETE, _UPDATE, _INSERT):
            cursor.execute(sql.SQL(statement).format(**parts), values)


_DELETE: LiteralString = """
    DELETE FROM {layer} USING {pairs} AS p WHERE {layer}.id = p.id AND p.stage_order IS NULL"""
_UPDATE: LiteralString = """
    UPDATE {layer} AS feature
    SET {assignments}, version = %(version)s, load_id = %(load)s, changed_at = clock_timestamp()
    FROM {pairs} AS p JOIN {stage} AS stage USING (stage_order)
    WHERE feature.id = p.id AND p.changed"""
_INSERT: LiteralString = """
    INSERT INTO {layer} ({names}, version, load_id)
    SELECT {names}, %(version)s, %(load)s
    FROM {stage} JOIN {pairs} AS p USING (stage_order)
    WHERE p.id IS NULL ORDER BY stage_order"""

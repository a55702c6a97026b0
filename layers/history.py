"""A layer's memory: every row that a write by any road replaces or removes is kept in `history.<layer>`.

A row is valid from revision `version` up to, not including, revision `version_end`. Triggers do it, not
convention: loads, pages, the API, psql and QGIS are recorded alike. A revision's instant, author, load and
reason are in `layers_revision`.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from gis_core.definition import LayerDefinition
from layers.tables import COLUMN_TYPES, table

SCHEMA = "history"


def history_table(layer_id: str) -> sql.Identifier:
    """Return the quoted, schema-qualified name of the layer's history."""
    return sql.Identifier(SCHEMA, layer_id)


def create(cursor: Any, definition: LayerDefinition) -> None:
    """Create the layer's history and the triggers that fill it."""
    fields = [
        sql.SQL("{} {}").format(sql.Identifier(f.name), sql.SQL(COLUMN_TYPES[f.type]))
        for f in definition.fields
    ]
    cursor.execute(
        sql.SQL("""
            CREATE TABLE {history} (
                id bigint NOT NULL, {fields}, geom geometry({geometry}, 4326) NOT NULL,
                version bigint NOT NULL, version_end bigint NOT NULL, load_id bigint,
                changed_at timestamptz NOT NULL
            );
            CREATE INDEX ON {history} (id, version);
            CREATE INDEX ON {history} (version_end);
            CREATE INDEX ON {history} USING gist (geom)""").format(
            history=history_table(definition.id),
            fields=sql.SQL(", ").join(fields),
            geometry=sql.SQL(definition.geometry),
        )
    )
    install_triggers(cursor, definition)


def install_triggers(cursor: Any, definition: LayerDefinition) -> None:
    """Make, or after a change of the definition remake, the layer's triggers."""
    kept = ["id", *(f.name for f in definition.fields), "geom", "version", "load_id", "changed_at"]
    parts = {
        "layer": table(definition.id),
        "history": history_table(definition.id),
        "function": sql.Identifier(SCHEMA, f"archive_{definition.id}"),
        "truncate": sql.Identifier(SCHEMA, f"archive_all_{definition.id}"),
        "columns": sql.SQL(", ").join(map(sql.Identifier, kept)),
        "setting": sql.Literal(f"machizu.revision_{definition.id}"),
    }
    for statement in (_ARCHIVE, _TRUNCATE, _TRIGGERS):
        cursor.execute(sql.SQL(statement).format(**parts))


# A row that was written in this very revision was never published, so it leaves no trace.
_ARCHIVE = """
    CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    DECLARE
        amount bigint;
        box box2d;
        raised bigint;
    BEGIN
        IF TG_OP = 'INSERT' THEN
            SELECT count(*), ST_Extent(geom) INTO amount, box FROM new_rows;
        ELSIF TG_OP = 'DELETE' THEN
            SELECT count(*), ST_Extent(geom) INTO amount, box FROM old_rows;
        ELSE
            SELECT count(*) / 2, ST_Extent(geom) INTO amount, box
            FROM (SELECT geom FROM old_rows UNION ALL SELECT geom FROM new_rows) AS both_rows;
        END IF;
        IF amount = 0 THEN
            RETURN NULL;
        END IF;
        IF TG_OP <> 'INSERT' THEN
            raised := history.revision(TG_TABLE_NAME);
            INSERT INTO {history} ({columns}, version_end)
            SELECT {columns}, raised FROM old_rows WHERE version < raised;
        END IF;
        PERFORM history.book(TG_TABLE_NAME,
                             CASE TG_OP WHEN 'INSERT' THEN amount ELSE 0 END,
                             CASE TG_OP WHEN 'UPDATE' THEN amount ELSE 0 END,
                             CASE TG_OP WHEN 'DELETE' THEN amount ELSE 0 END, box);
        RETURN NULL;
    END $body$"""

_TRUNCATE = """
    CREATE OR REPLACE FUNCTION {truncate}() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
    BEGIN
        -- A deletion like any other; TRUNCATE then finds the table empty.
        DELETE FROM {layer};
        RETURN NULL;
    END $body$"""

_TRIGGERS = """
    CREATE OR REPLACE TRIGGER a_unchanged BEFORE UPDATE ON {layer}
        FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
    -- Rows that a merge has stamped itself are left alone: a call for each of 100,000 rows would be felt.
    CREATE OR REPLACE TRIGGER b_stamp BEFORE INSERT ON {layer} FOR EACH ROW
        WHEN (NEW.version IS DISTINCT FROM nullif(current_setting({setting}, true), '')::bigint)
        EXECUTE FUNCTION history.stamp();
    -- A row that this transaction writes once more has its revision already, but perhaps another geometry.
    CREATE OR REPLACE TRIGGER b_stamp_again BEFORE UPDATE ON {layer} FOR EACH ROW
        WHEN (NEW.version = OLD.version
              OR NEW.version IS DISTINCT FROM nullif(current_setting({setting}, true), '')::bigint)
        EXECUTE FUNCTION history.stamp();
    CREATE OR REPLACE TRIGGER c_inserted AFTER INSERT ON {layer} REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION {function}();
    CREATE OR REPLACE TRIGGER c_updated AFTER UPDATE ON {layer}
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION {function}();
    CREATE OR REPLACE TRIGGER c_deleted AFTER DELETE ON {layer} REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION {function}();
    CREATE OR REPLACE TRIGGER d_truncated BEFORE TRUNCATE ON {layer}
        FOR EACH STATEMENT EXECUTE FUNCTION {truncate}()"""

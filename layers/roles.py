"""The database's own guard: a role that may select only what is public, and one for those who see more.

Row level security would cost PostGIS its GiST index, so the second guard is roles and column grants.
"""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import sql

from gis_core.errors import Message, Unavailable

PUBLIC_ROLE = "machizu_public"
# For reads by staff and by keys: selects all of every layer, now and in the past, and writes nothing.
STAFF_ROLE = "machizu_staff"

REGISTRY_COLUMNS = (
    "id",
    "kind",
    "department_id",
    "definition",
    "position",
    "revision",
    "feature_count",
    "extent",
    "path",
    "updated_at",
    "confirmed_at",
    "is_sample",
    "retired_at",
)


def open_to_public_role(cursor: Any) -> None:
    """Open the registry, and the schemas of layers' tables, to the role that reads what is public.

    The embedded PostGIS has the role. On another server its administrator makes it, unless the user may.
    """
    role = _role(cursor, PUBLIC_ROLE)
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA layer, history TO {}").format(role))
    cursor.execute(
        sql.SQL("GRANT SELECT ({}) ON layers_layer TO {}").format(
            sql.SQL(", ").join(map(sql.Identifier, REGISTRY_COLUMNS)), role
        )
    )
    cursor.execute(
        sql.SQL("GRANT SELECT (layer_id, revision, at, envelope) ON layers_revision TO {}").format(role)
    )
    cursor.execute(sql.SQL("GRANT SELECT ON layers_department, django_migrations TO {}").format(role))


def open_to_staff_role(cursor: Any) -> None:
    """Open all layers, those that come later too, to the role that reads for staff and keys.

    It is a member of the public role, so what is granted to the public is granted to it.
    """
    role = _role(cursor, STAFF_ROLE)
    cursor.execute("SELECT pg_has_role(%s, %s, 'member')", [STAFF_ROLE, PUBLIC_ROLE])
    (member,) = cursor.fetchone()
    if not member:
        _administer(cursor, f"GRANT {PUBLIC_ROLE} TO {STAFF_ROLE};")
    for schema in ("layer", "history"):
        name = sql.Identifier(schema)
        cursor.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(name, role))
        cursor.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO {}").format(name, role)
        )


def _role(cursor: Any, name: str) -> sql.Identifier:
    """Return the role of that name, made if it is missing."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone() is None:
        _administer(cursor, f"CREATE ROLE {name} NOLOGIN; GRANT {name} TO CURRENT_USER;")
    return sql.Identifier(name)


def _administer(cursor: Any, statement: LiteralString) -> None:
    """Run a statement about roles. Raises `Unavailable` for who may not, naming whom to ask for it."""
    cursor.execute(
        "SELECT rolcreaterole OR rolsuper, current_user FROM pg_roles WHERE rolname = current_user"
    )
    allowed, user = cursor.fetchone()
    if not allowed:
        asked = statement.replace("CURRENT_USER", str(user))
        raise Unavailable(
            Message(
                ja=f"データベースの役割（ロール）が足りません。管理者に次の実行を依頼してください：{asked}",
                en=f"The database lacks a role. Ask its administrator to run: {asked}",
            )
        )
    cursor.execute(statement)

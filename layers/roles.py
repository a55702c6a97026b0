"""The database's own guard: a role that may select only what is public.

Row level security would cost PostGIS its GiST index, so the second guard is roles and column grants.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from gis_core.errors import Message, Unavailable

PUBLIC_ROLE = "machizu_public"

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
    role = sql.Identifier(PUBLIC_ROLE)
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PUBLIC_ROLE])
    if cursor.fetchone() is None:
        _create(cursor, role)
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


def _create(cursor: Any, role: sql.Identifier) -> None:
    cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    (allowed,) = cursor.fetchone()
    if not allowed:
        statement = f"CREATE ROLE {PUBLIC_ROLE} NOLOGIN; GRANT {PUBLIC_ROLE} TO <user of DATABASE_URL>;"
        raise Unavailable(
            Message(
                ja=f"データベースに役割 {PUBLIC_ROLE} がありません。管理者に次の実行を依頼してください：{statement}",
                en=f"The database has no role {PUBLIC_ROLE}. Ask its administrator to run: {statement}",
            )
        )
    cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))

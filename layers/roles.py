"""The database's own guard: a role that may select only what is public.

Row level security would cost PostGIS its GiST index, so the second guard is roles and column grants.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

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
    "retired_at",
)


def create_public_role(cursor: Any) -> None:
    """Create the role if the server lacks it, let the owner assume it, and open the registry to it.

    Needs a user with CREATEROLE, or a role that an administrator has made and granted to the user before.
    """
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PUBLIC_ROLE])
    role = sql.Identifier(PUBLIC_ROLE)
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [PUBLIC_ROLE])
    if not cursor.fetchone()[0]:
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA layer, history TO {}").format(role))
    cursor.execute(
        sql.SQL("GRANT SELECT ({}) ON layers_layer TO {}").format(
            sql.SQL(", ").join(map(sql.Identifier, REGISTRY_COLUMNS)), role
        )
    )
    cursor.execute(sql.SQL("GRANT SELECT (layer_id, revision, at) ON layers_revision TO {}").format(role))
    cursor.execute(sql.SQL("GRANT SELECT ON layers_department, django_migrations TO {}").format(role))

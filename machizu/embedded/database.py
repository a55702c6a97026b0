"""Roles, databases and extensions inside the cluster, made once by its superuser."""

from __future__ import annotations

import psycopg
from psycopg import sql

SUPERUSER = "machizu_admin"
OWNER = "machizu"
# The role that reads what is public, and the one that reads for staff and keys.
READER = "machizu_public"
STAFF_READER = "machizu_staff"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "unaccent")
# Without these the product falls back to something simpler, and says so.
OPTIONAL_EXTENSIONS = ("pgrouting",)
CONNECT_SECONDS = 10


def prepare_owner(admin_url: str, password: str) -> None:
    """Make the application's role, or give it this password.

    It is no superuser and may make no roles: on PostgreSQL 15 CREATEROLE reaches as far as a shell. So the
    roles that read are made here too (`prepare_readers`), and the owner may only assume them.
    """
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        # Hashed here, so that no statement, and so no log, ever holds the password itself.
        secret = connection.pgconn.encrypt_password(password.encode(), OWNER.encode(), b"scram-sha-256")
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,)).fetchone()
        command = "ALTER ROLE {} " if exists else "CREATE ROLE {} "
        connection.execute(
            sql.SQL(command + "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}").format(
                sql.Identifier(OWNER), sql.Literal(secret.decode())
            )
        )


def prepare_readers(admin_url: str) -> None:
    """Make the roles that read, if they are not there, and let the owner assume them."""
    owner, reader, staff = map(sql.Identifier, (OWNER, READER, STAFF_READER))
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        known = connection.execute("SELECT rolname FROM pg_roles").fetchall()
        for name in (READER, STAFF_READER):
            if (name,) not in known:
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(name)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(reader, staff))
        connection.execute(sql.SQL("GRANT {}, {} TO {}").format(reader, staff, owner))


def prepare_database(admin_url: str, name: str) -> None:
    """Make the database `name`, owned by the application's role, if it is not there."""
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )


def prepare_extensions(admin_url: str) -> None:
    """Make the extensions in the database which `admin_url` names; only a superuser may make PostGIS."""
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        offered = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
        optional = [name for name in OPTIONAL_EXTENSIONS if (name,) in offered]
        for extension in (*EXTENSIONS, *optional):
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def drop_database(admin_url: str, name: str) -> None:
    """Drop the database `name` and whoever is connected to it."""
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

"""`machizu db …`: the embedded PostGIS."""

from __future__ import annotations

import argparse
import os
import shutil

from gis_core.errors import Message, Unavailable
from machizu import postgres
from machizu.commands.common import Subparsers, command


def add_to(commands: Subparsers) -> None:
    """Add `db start|stop|url|shell`."""
    group = commands.add_parser("db", help="データベース / the embedded PostGIS").add_subparsers(
        required=True, metavar="start|stop|url|shell"
    )
    command(
        group,
        "start",
        _start,
        help="データベースを開始します / start PostGIS and keep it running",
        example="machizu db start",
    )
    command(group, "stop", _stop, help="データベースを停止します / stop PostGIS", example="machizu db stop")
    command(
        group,
        "url",
        _url,
        help="所有者の接続 URL を表示します / print the owner's connection URL",
        example="machizu db url",
    )
    command(group, "shell", _shell, help="psql を開きます / open psql", example="machizu db shell")


def _start(_: argparse.Namespace) -> None:
    postgres.ensure_running()
    print("データベースは動いています / PostGIS is running")


def _stop(_: argparse.Namespace) -> None:
    stopped = postgres.stop()
    print("停止しました / stopped" if stopped else "動いていませんでした / was not running")


def _url(_: argparse.Namespace) -> None:
    print(postgres.database_url())


def _shell(_: argparse.Namespace) -> None:
    psql = shutil.which("psql")
    if psql is None:
        raise Unavailable(
            Message(
                ja="psql がありません。postgresql-client を導入してください。",
                en="psql is missing. Install postgresql-client.",
            )
        )
    os.execv(psql, [psql, postgres.database_url()])

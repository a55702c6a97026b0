"""`machizu snapshot …`: the public map as plain files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, command


def add_to(commands: Subparsers) -> None:
    """Add `snapshot`."""
    snapshot = command(
        commands,
        "snapshot",
        _snapshot,
        help="公開の地図・一覧・データを、どの Web サーバーでも配れるファイルにする / the public map, lists and data as plain files",
        example="machizu snapshot /srv/machizu-snapshot && python3 -m http.server -d /srv/machizu-snapshot",
    )
    snapshot.add_argument("folder", type=Path, metavar="FOLDER", help="書き出すフォルダ / the folder")


def _snapshot(arguments: argparse.Namespace) -> None:
    with store():
        from webmap.snapshots.building import build

        build(arguments.folder, _tell)
    print(f"書き出しました / written: {arguments.folder}")


def _tell(step: str) -> None:
    if sys.stderr.isatty():
        print(f"… {step}", file=sys.stderr)

"""`machizu feed …`: what comes by itself: camera images, river levels, alerts."""

from __future__ import annotations

import argparse
from pathlib import Path

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, print_json
from machizu.environment import environment


def add_to(commands: Subparsers) -> None:
    """Add `feed list | on | off | run | import`."""
    group = commands.add_parser("feed", help="自動で届く情報 / cameras, levels, alerts").add_subparsers(
        required=True, metavar="list | on | off | run | import"
    )
    command(
        group,
        "list",
        _list,
        help="フィードと前回の結果を一覧します / list the feeds and how they last went",
        example="machizu feed list",
    )
    on = command(
        group,
        "on",
        _on,
        help="フィードを始めます（外部への通信が始まります） / switch a feed on",
        example="machizu feed on jma_weather --url https://www.data.jma.go.jp/developer/xml/feed/extra.xml",
    )
    on.add_argument("--url", metavar="URL", help="取得先 / where from")
    on.add_argument(
        "--every", type=_seconds, metavar="SECONDS", help="間隔（秒、60以上） / interval, 60 or more"
    )
    off = command(
        group, "off", _off, help="フィードを止めます / switch a feed off", example="machizu feed off cameras"
    )
    run = command(
        group,
        "run",
        _run,
        help="フィードを一度動かします / run a feed once",
        example="machizu feed run levels",
    )
    for named in (on, off, run):
        named.add_argument("name", metavar="NAME")
    for acting in (on, off):
        add_actor(acting)
    read = command(
        group,
        "import",
        _import,
        help="気象庁防災情報XMLやCAPのファイルを読み込みます / read files of JMA XML or CAP",
        example="machizu feed import VPWW56.xml",
    )
    read.add_argument("file", type=Path, nargs="+", metavar="FILE")


def _seconds(text: str) -> int:
    value = int(text)
    if value < 60:
        raise argparse.ArgumentTypeError("60 or more")
    return value


def _list(_: argparse.Namespace) -> None:
    with store():
        from etl.feeds.running import known_feeds

        print_json([_told(row) for row in known_feeds()])


def _on(arguments: argparse.Namespace) -> None:
    _switch(arguments, enabled=True, url=arguments.url, every_s=arguments.every)


def _off(arguments: argparse.Namespace) -> None:
    _switch(arguments, enabled=False, url=None, every_s=None)


def _switch(arguments: argparse.Namespace, *, enabled: bool, url: str | None, every_s: int | None) -> None:
    with store():
        from etl.feeds.running import switch

        print_json(
            _told(switch(arguments.name, enabled=enabled, url=url, every_s=every_s, actor=arguments.actor))
        )


def _run(arguments: argparse.Namespace) -> None:
    with store():
        from etl.feeds.running import run
        from etl.feeds.schedule import setting

        print_json(run(arguments.name, setting()))


def _import(arguments: argparse.Namespace) -> None:
    with store():
        from etl.feeds import documents
        from layers.services import alerts

        read = [documents.read_file(path, environment().city) for path in arguments.file]
        kept = alerts.keep(documents.messages(read))
        files = [
            {
                "file": d.name,
                "format": d.format,
                "title": d.title,
                "outcome": d.outcome,
                "alerts": len(d.messages),
            }
            for d in read
        ]
        print_json({"files": files, "new": kept})


def _told(row: object) -> dict[str, object]:
    names = ("name", "enabled", "url", "every_s", "last_at", "last_good_at", "next_at", "failures", "result")
    return {name: getattr(row, name) for name in names}

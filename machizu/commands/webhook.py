"""`machizu webhook …`: other systems that are told what changes."""

from __future__ import annotations

import argparse

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, print_json
from machizu.environment import environment


def add_to(commands: Subparsers) -> None:
    """Add `webhook add | list | remove | test`."""
    group = commands.add_parser(
        "webhook", help="変更を知らせる先 / systems that are told of changes"
    ).add_subparsers(required=True, metavar="add | list | remove | test")
    add = command(
        group,
        "add",
        _add,
        help="通知先を登録します（秘密鍵は一度だけ表示します） / add a webhook; its secret is shown once",
        example="machizu webhook add https://portal.example/hooks/machizu --layer facilities --layer aed",
    )
    add.add_argument("url", metavar="URL")
    add.add_argument(
        "--layer",
        action="append",
        required=True,
        dest="layers",
        metavar="ID",
        help="知らせるレイヤ / a layer",
    )
    add.add_argument(
        "--secret", metavar="S", help="署名の秘密鍵（whsec_…。省くと作ります） / the secret, made if left out"
    )
    command(
        group,
        "list",
        _list,
        help="通知先と送信の状態を一覧します / list the webhooks and how they stand",
        example="machizu webhook list",
    )
    remove = command(
        group,
        "remove",
        _remove,
        help="通知先を取り除きます / remove a webhook",
        example="machizu webhook remove 3",
    )
    test = command(
        group,
        "test",
        _test,
        help="試しに送ります。止まった通知先は、届けば再開します / send a test; one that was given up goes on",
        example="machizu webhook test 3",
    )
    for named in (remove, test):
        named.add_argument("number", type=int, metavar="N")
    for acting in (add, remove, test):
        add_actor(acting)


def _add(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services import webhooks

        print_json(
            webhooks.add(arguments.url, arguments.layers, secret=arguments.secret, actor=arguments.actor)
        )


def _list(_: argparse.Namespace) -> None:
    with store():
        from layers.services import webhooks

        print_json(webhooks.all_webhooks())


def _remove(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services import webhooks

        webhooks.remove(arguments.number, actor=arguments.actor)


def _test(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services import webhooks

        hosts = environment().city.private_hosts
        print_json(webhooks.test(arguments.number, actor=arguments.actor, private_hosts=hosts))

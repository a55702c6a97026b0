"""`machizu user …`, `machizu situation …` and `machizu audit`: who may do what, and who did."""

from __future__ import annotations

import argparse
import getpass
import sys

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, instant, print_json

ROLES = ("viewer", "editor", "approver", "headquarters", "administrator")


def add_to(commands: Subparsers) -> None:
    """Add `user create`, `situation open|close|elevate` and `audit`."""
    users = commands.add_parser("user", help="利用者 / people and their roles").add_subparsers(
        required=True, metavar="create"
    )
    create = command(
        users,
        "create",
        _create,
        help="利用者を登録し役割を与える / create a user, or change his role",
        example="machizu user create suzuki --role approver --department fire",
    )
    create.add_argument("name", metavar="NAME")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--department", metavar="D")
    create.add_argument("--password", action="store_true", help="パスワードを尋ねる / ask for a password")
    add_actor(create)
    _add_situations(commands)
    audit = command(
        commands,
        "audit",
        _audit,
        help="操作の記録 / who did what",
        example="machizu audit --layer aed --since 2026-11-01",
    )
    audit.add_argument("--layer", metavar="ID")
    audit.add_argument("--actor", metavar="USER")
    audit.add_argument("--since", type=instant, metavar="TIME")
    audit.add_argument("--limit", type=int, default=100)
    audit.add_argument("--json", action="store_true", help="JSON で表示 / print JSON")


def _add_situations(commands: Subparsers) -> None:
    group = commands.add_parser("situation", help="事態 / declared emergencies").add_subparsers(
        required=True, metavar="open|close|elevate"
    )
    opened = command(
        group,
        "open",
        _open,
        help="事態を宣言する / declare a situation",
        example="machizu situation open 台風19号",
    )
    opened.add_argument("name", metavar="NAME")
    closed = command(
        group, "close", _close, help="事態を終える / close a situation", example="machizu situation close 3"
    )
    closed.add_argument("number", type=int, metavar="N")
    elevated = command(
        group,
        "elevate",
        _elevate,
        help="本部の利用者に、事態の間だけ課内のデータを見せる / let a headquarters user see departments' data meanwhile",
        example="machizu situation elevate 3 --user sato",
    )
    elevated.add_argument("number", type=int, metavar="N")
    elevated.add_argument("--user", required=True, metavar="NAME")
    for added in (opened, closed, elevated):
        add_actor(added)


def _create(arguments: argparse.Namespace) -> None:
    password = _ask_password() if arguments.password else None
    with store():
        from layers.services.people import set_role

        set_role(
            arguments.name, arguments.role, arguments.department, actor=arguments.actor, password=password
        )
    print(f"登録しました / set: {arguments.name} {arguments.role} {arguments.department or ''}")


def _ask_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("パスワード / password: ")
    return sys.stdin.readline().rstrip("\n")


def _open(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.people import open_situation

        number = open_situation(arguments.name, actor=arguments.actor)
    print(f"事態 / situation {number}: {arguments.name}")


def _close(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.people import close_situation

        close_situation(arguments.number, actor=arguments.actor)
    print(f"終了 / closed: {arguments.number}")


def _elevate(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.people import elevate

        elevate(arguments.user, arguments.number, actor=arguments.actor)
    print(f"事態 {arguments.number} の間 / while situation {arguments.number} is open: {arguments.user}")


def _audit(arguments: argparse.Namespace) -> None:
    with store():
        from layers.selectors import audit_entries

        entries = audit_entries(
            layer=arguments.layer, actor=arguments.actor, since=arguments.since, limit=arguments.limit
        )
    if arguments.json:
        print_json(entries)
        return
    for entry in entries:
        print(
            f"{entry['at']:%Y-%m-%d %H:%M:%S}  {entry['actor']:<12} {entry['action']:<16} {entry['layer']} {entry['subject']}"
        )

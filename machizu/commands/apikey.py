"""`machizu apikey …`: keys by which other programs use the API."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta
from typing import Any

from machizu.bootstrap import store
from machizu.commands.common import Subparsers, add_actor, command, instant, print_json

ROLES = ("viewer", "editor", "approver", "headquarters", "system", "administrator")


def add_to(commands: Subparsers) -> None:
    """Add `apikey create|list|revoke`."""
    group = commands.add_parser("apikey", help="API の鍵 / keys of the API").add_subparsers(
        required=True, metavar="create|list|revoke"
    )
    _add_create(group)
    listed = command(
        group,
        "list",
        _list,
        help="鍵の一覧 / all keys, without the keys themselves",
        example="machizu apikey list",
    )
    listed.add_argument("--json", action="store_true", help="JSON で表示 / print JSON")
    revoked = command(
        group,
        "revoke",
        _revoke,
        help="鍵を失効させる（すぐに効きます）/ end a key at once",
        example="machizu apikey revoke booking",
    )
    revoked.add_argument("name", metavar="NAME")
    add_actor(revoked)


def _add_create(group: Subparsers) -> None:
    create = command(
        group,
        "create",
        _create,
        help="鍵を作る（鍵が表示されるのはこの一度だけ）/ make a key; it is shown this once only",
        example="machizu apikey create --name booking --role system --department planning --layers facilities --expires 2027-03-31 --rate 600/min",
    )
    create.add_argument("--name", required=True, metavar="N", help="記録に残る名前 / its name in the records")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--department", metavar="D")
    create.add_argument("--layers", type=_names, metavar="A,B", help="使えるレイヤを絞る / only these layers")
    create.add_argument(
        "--expires",
        type=_term,
        metavar="DATE",
        help="有効期限（日付だけのときはその日の終わり）/ until when; a date alone is its end",
    )
    create.add_argument("--rate", type=_rate, metavar="N/min", help="1 分の回数 / requests a minute")
    create.add_argument("--quota", type=_quota, metavar="N/day", help="1 日の回数 / requests a day")
    add_actor(create)


def _create(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.keys import create_key

        key = create_key(
            arguments.name,
            arguments.role,
            department=arguments.department,
            layers=arguments.layers,
            expires_at=arguments.expires,
            rate=arguments.rate,
            quota=arguments.quota,
            actor=arguments.actor,
        )
    print(key)


def _list(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.keys import all_keys

        found = all_keys()
    if arguments.json:
        print_json(found)
        return
    for key in found:
        print(_line(key))


def _line(key: dict[str, Any]) -> str:
    parts = [f"{key['name']:<20}", f"{key['role']:<14}", f"{key['department'] or '-':<18}"]
    parts.append(",".join(key["layers"]) if key["layers"] is not None else "*")
    if key["revoked_at"]:
        parts.append(f"失効 / revoked {key['revoked_at']:%Y-%m-%d}")
    elif key["expires_at"]:
        parts.append(f"期限 / until {key['expires_at']:%Y-%m-%d}")
    used = key["last_used_at"]
    parts.append(f"使用 / used {used:%Y-%m-%d}" if used else "未使用 / never used")
    return "  ".join(parts)


def _revoke(arguments: argparse.Namespace) -> None:
    with store():
        from layers.services.keys import revoke_key

        revoke_key(arguments.name, actor=arguments.actor)
    print(f"失効しました / revoked: {arguments.name}")


def _names(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]


def _term(text: str) -> datetime:
    moment = instant(text)
    whole_day = len(text) == len("2026-04-01")
    return moment + timedelta(days=1, seconds=-1) if whole_day else moment


def _rate(text: str) -> int:
    return _times(text, "min")


def _quota(text: str) -> int:
    return _times(text, "day")


def _times(text: str, period: str) -> int:
    found = re.fullmatch(rf"([1-9]\d{{0,8}})(?:/{period})?", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"N/{period} の形で / give N/{period}: {text!r}")
    return int(found[1])

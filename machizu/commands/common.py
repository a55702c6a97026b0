"""What commands share: who acts, examples in the help, output as JSON."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gis_core.errors import MachizuError
from machizu.environment import environment

if TYPE_CHECKING:
    from layers.visibility import Viewer


class WrongUsage(MachizuError):
    """The words after a command do not make sense together; the command line exits with 2."""


Subparsers = Any  # argparse keeps the type of add_subparsers() private
Run = Callable[[argparse.Namespace], int | None]


def command(
    commands: Subparsers, name: str, run: Run, *, help: str, example: str, hidden: bool = False
) -> argparse.ArgumentParser:
    """Add a command with its help (ja / en) and an example."""
    options: dict[str, Any] = {} if hidden else {"help": help}
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        description=help,
        epilog=f"例 / example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        **options,
    )
    added.set_defaults(run=run)
    return added


def add_actor(target: argparse.ArgumentParser) -> None:
    """Add `--as USER`, who is named in the audit; by default the operating system's user."""
    target.add_argument(
        "--as",
        dest="actor",
        metavar="USER",
        default=getpass.getuser(),
        help="記録に残る操作者 / who acts, for the audit",
    )


def viewer_for(actor: str) -> Viewer:
    """Return the rights of who acts: a registered user's own, else the administrator's.

    Whoever has a shell on this machine can reach the database anyway; the name is for the audit.
    """
    from layers.selectors import viewer_of
    from layers.visibility import ADMINISTRATOR

    return viewer_of(actor) or ADMINISTRATOR


def instant(text: str) -> datetime:
    """Parse an instant (RFC 3339; without an offset, in the city's time zone). For argparse."""
    moment = datetime.fromisoformat(text)
    zone = ZoneInfo(environment().city.time_zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def print_json(value: Any) -> None:
    """Print a value as JSON, Japanese unescaped."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))

"""What commands share: who acts, examples in the help, output as JSON."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable
from typing import Any

from gis_core.errors import MachizuError


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


def print_json(value: Any) -> None:
    """Print a value as JSON, Japanese unescaped."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))

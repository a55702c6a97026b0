"""What Machizu remembers of its cluster between starts: port and passwords, in one file of mode 0600."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

PASSWORD_BYTES = 24


def _password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


@dataclass(frozen=True)
class State:
    """The port on 127.0.0.1, the passwords of the owner and the superuser, and whether all was set up."""

    port: int
    owner_password: str = field(default_factory=_password)
    superuser_password: str = field(default_factory=_password)
    prepared: bool = False

    @classmethod
    def read(cls, file: Path) -> State | None:
        """Return what `file` holds, or None when there is none yet."""
        try:
            return cls(**json.loads(file.read_text()))
        except FileNotFoundError:
            return None

    def moved_to(self, port: int) -> State:
        """Return this state on another port."""
        return replace(self, port=port)

    def marked_prepared(self) -> State:
        """Return this state with roles, database and extensions made."""
        return replace(self, prepared=True)

    def write(self, file: Path) -> None:
        """Replace `file` in one step, so that a killed process leaves the old one or the new one."""
        write_private(file, json.dumps(asdict(self)))


def write_private(file: Path, text: str, mode: int = 0o600) -> None:
    """Write `text` to `file` in one step, never readable by others than `mode` says."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as opened:
        os.fchmod(opened.fileno(), mode)
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)

"""Runs PostgreSQL's tools as a user PostgreSQL accepts: oneself, or `postgres` when started as root."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from machizu.embedded.errors import AccountMissing

SERVER_USER = "postgres"


@dataclass(frozen=True)
class Outcome:
    """How a tool ended: its exit code and all it wrote."""

    code: int
    text: str


@dataclass(frozen=True)
class Account:
    """The user that owns the cluster's files and runs its server."""

    uid: int
    gid: int
    home: str
    dropped: bool

    @classmethod
    def of_server(cls) -> Account:
        """Return the user the server must run as. Raises `AccountMissing`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), str(Path("~").expanduser()), dropped=False)
        try:
            entry = pwd.getpwnam(SERVER_USER)
        except KeyError as missing:
            raise AccountMissing from missing
        return cls(entry.pw_uid, entry.pw_gid, entry.pw_dir, dropped=True)

    def own(self, path: Path) -> None:
        """Give `path` to this user."""
        if self.dropped:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this user may pass through `folder` and all its parents."""
        return self.run("test", "-x", str(folder)).code == 0

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> Outcome:
        """Run a tool to its end as this user.

        The postmaster inherits what `pg_ctl` was given, so its output goes to a file, for a pipe would
        never close; and it gets a session of its own, so that a terminal's Ctrl-C does not reach it.
        """
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        clean |= {"HOME": self.home, "LC_ALL": "C.UTF-8"} | dict(env or {})
        with tempfile.TemporaryFile() as output:
            finished = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=clean,
                start_new_session=True,
                umask=0o077,
                user=self.uid if self.dropped else None,
                group=self.gid if self.dropped else None,
                extra_groups=[] if self.dropped else None,
                check=False,
            )
            output.seek(0)
            return Outcome(finished.returncode, output.read().decode(errors="replace"))

"""The server process of one data folder: made, launched, recognised and stopped. It knows no passwords."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from machizu.embedded.account import Account, Outcome
from machizu.embedded.binaries import binaries_for, find_binaries
from machizu.embedded.configuration import render
from machizu.embedded.errors import FolderRefused, StartFailed, StopFailed
from machizu.embedded.ports import is_free
from machizu.embedded.state import write_private

SETTINGS_FILE = "machizu.conf"
START_SECONDS = 120
# After a killed postmaster its orphans hold the shared memory for some seconds, and a start is refused.
ORPHAN_SECONDS = 20
RETRY_SECONDS = 0.3
# `smart` waits for clients, `fast` rolls them back, `immediate` leaves recovery to the next start.
STOP_MODES = (("smart", 2), ("fast", 20), ("immediate", 10))
SOCKET_PATH_LIMIT = 80
# Done by the server's user: root writes into no folder that another user owns.
APPEND = 'printf "%s\\n" "$1" >> "$2"'


@dataclass(frozen=True)
class Server:
    """PostgreSQL over the folder `data`, logging into the folder `logs`, run by `account`."""

    data: Path
    logs: Path
    account: Account
    fast: bool

    def running(self) -> bool:
        """Tell whether this folder's postmaster lives. Raises `FolderRefused` when that cannot be read."""
        pid = self.pid()
        return pid is not None and self._is_postmaster(pid)

    def pid(self) -> int | None:
        """Return the process id in the server's pid file, which after a crash may be stale."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        except PermissionError as refused:
            raise FolderRefused(self.data, str(refused)) from refused

    def binaries(self) -> Path:
        """Return the folder of the PostgreSQL that reads this data. Raises `PostgisMissing`."""
        version = self.data / "PG_VERSION"
        return binaries_for(int(version.read_text())) if version.exists() else find_binaries()

    def tool(self, name: str, *arguments: str | Path) -> Outcome:
        """Run one of PostgreSQL's tools as the server's user."""
        return self.account.run(self.binaries() / name, *arguments)

    def initialise(self, superuser: str, password: str) -> None:
        """Make the data folder: SCRAM passwords, UTF-8, checksums. Raises `StartFailed`.

        It is made under another name and renamed when whole, so a killed set-up leaves no half cluster.
        """
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.own(draft)
        with tempfile.NamedTemporaryFile("w") as secret:
            secret.write(password)
            secret.flush()
            self.account.own(Path(secret.name))
            outcome = self.tool("initdb", "-D", draft, "-U", superuser, *self._initdb_options(secret.name))
        if outcome.code != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise StartFailed(self.logs, outcome.text)
        self.account.run(
            "sh", "-c", APPEND, "sh", f"include = '../{SETTINGS_FILE}'", draft / "postgresql.conf"
        )
        draft.rename(self.data)

    def launch(self, port: int) -> None:
        """Start the server on 127.0.0.1:`port` and wait until it answers. Raises `StartFailed`."""
        settings = render(port, self._make_socket_folder(), self.logs, fast=self.fast)
        write_private(self.data.with_name(SETTINGS_FILE), settings, mode=0o644)
        patient_until = time.monotonic() + (ORPHAN_SECONDS if self._forget_stranger() else 0)
        while (outcome := self._pg_ctl_start()).code != 0:
            if time.monotonic() > patient_until or not is_free(port):
                self._remove_socket_folder()
                raise StartFailed(self.logs, outcome.text)
            time.sleep(RETRY_SECONDS)

    def stop(self) -> None:
        """Stop the server, more firmly as time passes. Raises `StopFailed`."""
        for mode, seconds in STOP_MODES:
            outcome = self.tool("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", str(seconds), "stop")
            if not self.running():
                self._remove_socket_folder()
                return
        raise StopFailed(self.logs, outcome.text)

    def _initdb_options(self, password_file: str) -> list[str]:
        options = ["--pwfile", password_file, "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"]
        return [*options, "--data-checksums", "--no-instructions", *(["--no-sync"] if self.fast else [])]

    def _pg_ctl_start(self) -> Outcome:
        said = self.logs / "start.log"
        said.unlink(missing_ok=True)
        outcome = self.tool("pg_ctl", "-D", self.data, "-l", said, "-w", "-t", str(START_SECONDS), "start")
        # What PostgreSQL itself said tells more than pg_ctl's "could not start server".
        own_words = said.read_text(errors="replace") if said.exists() else ""
        return Outcome(outcome.code, own_words or outcome.text)

    def _forget_stranger(self) -> bool:
        """Tell whether a crash left a pid file; remove it when its number now names another program.

        PostgreSQL refuses to start while a process of its own user has that number. It still finds
        orphans of the old server by the shared memory, whose key is the data folder's inode.
        """
        pid = self.pid()
        if pid is None:
            return False
        if Path(f"/proc/{pid}").exists() and not self._is_postmaster(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        return True

    def _is_postmaster(self, pid: int) -> bool:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.data) in arguments

    def _socket_folder(self) -> Path:
        # A socket's path may have 107 bytes, so it cannot lie under the project.
        name = f"machizu-{self.account.uid}-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]}"
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        usable = not self.account.dropped and len(runtime) < SOCKET_PATH_LIMIT and os.access(runtime, os.W_OK)
        return Path(runtime if usable else "/tmp") / name

    def _make_socket_folder(self) -> Path:
        folder = self._socket_folder()
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid not in (os.geteuid(), self.account.uid) or folder.is_symlink():
            raise FolderRefused(folder, "belongs to another user")
        folder.chmod(0o700)
        self.account.own(folder)
        return folder

    def _remove_socket_folder(self) -> None:
        shutil.rmtree(self._socket_folder(), ignore_errors=True)

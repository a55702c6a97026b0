"""One private PostGIS cluster: its folder, its passwords, its databases."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from machizu.embedded import database
from machizu.embedded.account import Account, Outcome
from machizu.embedded.errors import FolderRefused
from machizu.embedded.folders import make_folder
from machizu.embedded.locks import exclusive
from machizu.embedded.ports import LOOPBACK, free_port, is_free
from machizu.embedded.server import Server
from machizu.embedded.state import State


class Cluster:
    """A PostgreSQL cluster with PostGIS under one folder, on a random port of 127.0.0.1.

    `root` holds the data folder `pgdata` (owned by the server's user, 0700), the passwords (0600) and the
    lock; `logs` (default `root/log`) holds the server's log of the last seven days. `fast=True` gives up
    safety against power loss, for tests. Raises `AccountMissing`.
    """

    def __init__(self, root: Path, logs: Path | None = None, *, fast: bool = False) -> None:
        self.root = root.absolute()
        self.data = self.root / "pgdata"
        self.logs = (logs or self.root / "log").absolute()
        self._server = Server(self.data, self.logs, Account.of_server(), fast)
        self._state_file = self.root / "database.json"

    def running(self) -> bool:
        """Tell whether this cluster's server process lives. Raises `FolderRefused`."""
        return self._server.running()

    def server_pid(self) -> int | None:
        """Return the server's process id, or None when it never started or stopped in order."""
        return self._server.pid()

    def url(self, name: str = database.OWNER) -> str:
        """Return the connection URL of the application's role, owner of the database `name`."""
        state = self._state()
        return _url(database.OWNER, state.owner_password, state.port, name)

    def superuser_url(self, name: str = "postgres") -> str:
        """Return the superuser's connection URL, for set-up, backup and tests only."""
        state = self._state()
        return _url(database.SUPERUSER, state.superuser_password, state.port, name)

    def start(self) -> bool:
        """Start the server, making the cluster first if needed; return False when it was running.

        The port stays the same from start to start unless someone took it. Safe to call from several
        processes at once. Raises `Unavailable`.
        """
        try:
            self._make_folders()
            with exclusive(self.root / "lock"):
                started = not self.running()
                if started:
                    self._launch()
                self._prepare()
                if started:
                    # Each time: a newer product may need a role or an extension that the cluster was made without.
                    database.prepare_readers(self.superuser_url())
                    database.prepare_extensions(self.superuser_url(database.OWNER))
                return started
        except PermissionError as refused:
            raise FolderRefused(self.root, str(refused)) from refused

    def stop(self) -> bool:
        """Stop the server; return False when it was not running. Raises `StopFailed`, `FolderRefused`."""
        if not self.running():
            return False
        with exclusive(self.root / "lock"):
            if self.running():
                self._server.stop()
        return True

    def create_database(self, name: str) -> str:
        """Make a database with the extensions, owned by the application's role; return the owner's URL."""
        database.prepare_database(self.superuser_url(), name)
        database.prepare_extensions(self.superuser_url(name))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database made by `create_database`, and whoever is connected to it."""
        database.drop_database(self.superuser_url(), name)

    def tool(self, name: str, *arguments: str | Path) -> Outcome:
        """Run one of PostgreSQL's tools (`pg_basebackup`, `pg_verifybackup`, …) as the server's user."""
        return self._server.tool(name, *arguments)

    def binaries(self) -> Path:
        """Return the folder of this cluster's PostgreSQL tools. Raises `PostgisMissing`."""
        return self._server.binaries()

    def _launch(self) -> None:
        state = State.read(self._state_file)
        if state is None or not is_free(state.port):
            state = State(free_port()) if state is None else state.moved_to(free_port())
            state.write(self._state_file)
        if not self.data.exists():
            self._server.initialise(database.SUPERUSER, state.superuser_password)
        self._server.launch(state.port)

    def _prepare(self) -> None:
        state = self._state()
        if state.prepared:
            return
        database.prepare_owner(self.superuser_url(), state.owner_password)
        self.create_database(database.OWNER)
        state.marked_prepared().write(self._state_file)

    def _state(self) -> State:
        try:
            state = State.read(self._state_file)
        except PermissionError as refused:
            raise FolderRefused(self.root, str(refused)) from refused
        if state is None:
            raise FolderRefused(self.root, f"{self._state_file} is missing")
        return state

    def _make_folders(self) -> None:
        make_folder(self.root)
        make_folder(self.logs)
        self.logs.chmod(0o700)
        self._server.account.own(self.logs)


def _url(user: str, password: str, port: int, name: str) -> str:
    return f"postgresql://{user}:{quote(password, safe='')}@{LOOPBACK}:{port}/{quote(name, safe='')}"

"""Which database Machizu uses: the one `DATABASE_URL` names, else its own embedded PostGIS."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_SH
from pathlib import Path
from typing import TYPE_CHECKING

from machizu.embedded.account import Account
from machizu.embedded.errors import DatabaseNotRunning, FolderRefused
from machizu.embedded.folders import make_folder
from machizu.embedded.locks import exclusive, open_lock, try_lock

if TYPE_CHECKING:
    from machizu.embedded.cluster import Cluster

__all__ = [
    "DatabaseNotRunning",
    "database_url",
    "embedded_cluster",
    "ensure_running",
    "home",
    "is_embedded",
    "make_home",
    "stop",
    "use",
]

PROJECT = Path(__file__).resolve().parents[1]
FALLBACK = Path("/var/lib/machizu")
KEPT = "kept"


def home() -> Path:
    """Return the absolute folder of all that Machizu keeps: `MACHIZU_HOME`, else `var` in the project."""
    return Path(os.environ.get("MACHIZU_HOME") or PROJECT / "var").absolute()


def make_home() -> Path:
    """Return `home()`, made if needed so that root's server user can pass through it.

    Raises `FolderRefused` when it cannot be made or written to.
    """
    folder = home()
    try:
        make_folder(folder)
    except OSError as refused:
        raise FolderRefused(folder, str(refused)) from refused
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderRefused(folder)
    return folder


def is_embedded() -> bool:
    """Tell whether Machizu owns its database, that is, no `DATABASE_URL` is set."""
    return not os.environ.get("DATABASE_URL")


def database_url() -> str:
    """Return the connection URL, starting nothing.

    Raises `DatabaseNotRunning` when the embedded cluster is not running.
    """
    if not is_embedded():
        return os.environ["DATABASE_URL"]
    cluster = embedded_cluster()
    if not cluster.running():
        raise DatabaseNotRunning
    return cluster.url()


def ensure_running() -> str:
    """Start the embedded cluster if needed, to stay until `stop`, and return the connection URL."""
    if not is_embedded():
        return os.environ["DATABASE_URL"]
    cluster = embedded_cluster()
    cluster.start()
    (cluster.root / KEPT).touch(mode=0o600)
    return cluster.url()


def stop() -> bool:
    """Stop the embedded cluster; return False when it was not running or `DATABASE_URL` is set."""
    if not is_embedded():
        return False
    cluster = embedded_cluster()
    (cluster.root / KEPT).unlink(missing_ok=True)
    return cluster.stop()


@contextmanager
def use() -> Iterator[str]:
    """Have the database running while the block runs, and give its URL.

    The embedded cluster is stopped by the last one who uses it, unless `ensure_running` was asked to
    keep it. That last one is known by a shared lock, which the kernel releases even for killed processes;
    so a cluster left behind by a killed process is stopped by the next one in order.
    """
    if not is_embedded():
        yield os.environ["DATABASE_URL"]
        return
    cluster = embedded_cluster()
    cluster.start()
    users = open_lock(cluster.root / "users")
    try:
        _join(cluster, users)
        yield cluster.url()
    finally:
        _leave(cluster, users)


def embedded_cluster() -> Cluster:
    """Return the embedded cluster of this `MACHIZU_HOME`, made or not, running or not.

    As root, the server's user must be able to reach the data; where it cannot pass a parent folder (a
    project under /root), the data is under `/var/lib/machizu/` in a folder named after `MACHIZU_HOME`.
    """
    # Imported here: the driver behind it takes a tenth of a second, which most commands can use better.
    from machizu.embedded.cluster import Cluster

    inside = home() / "postgres"
    outside = FALLBACK / hashlib.sha256(os.fsencode(home())).hexdigest()[:12]
    if (inside / "pgdata").exists() or not _needs_fallback(outside):
        return Cluster(inside, home() / "log/postgresql")
    return Cluster(outside)


def _needs_fallback(outside: Path) -> bool:
    if os.geteuid() != 0:
        return False
    return (outside / "pgdata").exists() or not Account.of_server().can_enter(_nearest_existing(home()))


def _nearest_existing(folder: Path) -> Path:
    return next(step for step in (folder, *folder.parents) if step.is_dir())


def _join(cluster: Cluster, users: int) -> None:
    with exclusive(cluster.root / "starting"):
        try_lock(users, LOCK_SH)
        # Whoever left between our start and our lock may have stopped it.
        cluster.start()


def _leave(cluster: Cluster, users: int) -> None:
    with exclusive(cluster.root / "starting"):
        if try_lock(users) and not (cluster.root / KEPT).exists():
            cluster.stop()
        os.close(users)

"""Finds the system's PostgreSQL that has PostGIS."""

from __future__ import annotations

import os
import re
from pathlib import Path

from machizu.embedded.errors import PostgisMissing

DEBIAN_SERVERS = Path("/usr/lib/postgresql")
DEBIAN_SHARES = Path("/usr/share/postgresql")


def find_binaries() -> Path:
    """Return the folder of `initdb`, `pg_ctl` and `postgres` of the newest PostgreSQL that has PostGIS.

    `MACHIZU_PG_BIN` names the folder directly, for a PostgreSQL outside Debian's layout.
    Raises `PostgisMissing`.
    """
    named = os.environ.get("MACHIZU_PG_BIN")
    if named:
        return _checked(Path(named))
    for major in sorted(_majors(), reverse=True):
        if (DEBIAN_SHARES / str(major) / "extension/postgis.control").exists():
            return DEBIAN_SERVERS / str(major) / "bin"
    raise PostgisMissing


def binaries_for(major: int) -> Path:
    """Return the folder of the server that can read a data folder of this major version.

    PostgreSQL reads only its own major version's files, so a newer one installed later must not be
    taken for an existing cluster. Raises `PostgisMissing`.
    """
    named = os.environ.get("MACHIZU_PG_BIN")
    return _checked(Path(named) if named else DEBIAN_SERVERS / str(major) / "bin")


def _majors() -> list[int]:
    if not DEBIAN_SERVERS.is_dir():
        return []
    found = [folder for folder in DEBIAN_SERVERS.iterdir() if (folder / "bin/initdb").exists()]
    return [int(folder.name) for folder in found if re.fullmatch(r"\d+", folder.name)]


def _checked(folder: Path) -> Path:
    if not (folder / "initdb").exists():
        raise PostgisMissing
    return folder

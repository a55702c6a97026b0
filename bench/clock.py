"""What a command costs: wall time, and processor time of the command and of the database server together.

On a machine that others use as well, wall time says little; processor time still does.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg


class Cost(NamedTuple):
    """Seconds on the wall, and seconds of processors (client and server)."""

    wall: float
    cpu: float


def postmaster(url: str) -> int:
    """Return the process id of the PostgreSQL server at `url`, which must run on this machine."""
    with psycopg.connect(url) as connection:
        return _stat(connection.info.backend_pid)[1]


def run(command: Sequence[str], server: int, **environ: str) -> tuple[Cost, str]:
    """Run a command to its end; return what it cost and what it printed.

    `server` is what `postmaster` returned. Raises `CalledProcessError`.
    """
    wall, cpu = time.perf_counter(), _client() + _server(server)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | environ)
    return Cost(time.perf_counter() - wall, _client() + _server(server) - cpu), done.stdout


def _client() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _server(postmaster: int) -> float:
    """Return the seconds used by the postmaster, its living processes and those that have ended."""
    stats = [_stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    own = next(stat for stat in stats if stat and stat[0] == postmaster)
    living = [stat for stat in stats if stat and stat[1] == postmaster]
    ticks = sum(own[2:6]) + sum(stat[2] + stat[3] for stat in living)
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> tuple[int, ...]:
    """Return pid, parent, and user, system, children's user and system ticks (proc(5)); () when it is gone."""
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return ()
    return (pid, int(fields[1]), *map(int, fields[11:15]))

"""What a command costs: wall time, processor time of the command and of the database server, and memory.

On a machine that others use as well, wall time says little; processor time still does.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg

_POLL_SECONDS = 0.02


class Cost(NamedTuple):
    """Seconds on the wall, seconds of processors (client and server), and the client's peak memory in MiB.

    Where the client has processes of its own, its memory is the sum of their peaks: no less than it ever held.
    """

    wall: float
    cpu: float
    memory: float


def postmaster(url: str) -> int:
    """Return the process id of the PostgreSQL server at `url`, which must run on this machine."""
    with psycopg.connect(url) as connection:
        return _stat(connection.info.backend_pid)[1]


def run(command: Sequence[str], server: int, **environ: str) -> tuple[Cost, str]:
    """Run a command to its end; return what it cost and what it printed.

    `server` is what `postmaster` returned. Raises `CalledProcessError`.
    """
    wall, before = time.perf_counter(), _server(server)
    # Through a file: a pipe would have to be read while the command runs, and wait4() must be the one to wait.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        process = subprocess.Popen(command, stdout=printed, env=os.environ | environ)
        peaks: dict[int, float] = {}
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            peaks |= {pid: peak for pid in _family(process.pid) if (peak := _peak(pid))}
            time.sleep(_POLL_SECONDS)
        _, status, used = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - wall
        printed.seek(0)
        output = printed.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    cpu = used.ru_utime + used.ru_stime + _server(server) - before
    return Cost(wall, cpu, sum(peaks.values())), output


def _family(pid: int) -> list[int]:
    """Return a process and those that it has started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return [pid]
    return [pid, *map(int, children)]


def _peak(pid: int) -> float:
    """Return a process's peak memory so far, MiB; rusage would count ours, which it was forked from."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM 0")
    return int(line.split()[1]) / 1024


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

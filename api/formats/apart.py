"""Making a file in a process of its own, which can be ended at any moment."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from api.formats.program import LOST_DATABASE
from api.formats.values import Values
from gis_core.errors import MachizuError, Message, Unavailable

ROOT = Path(__file__).resolve().parents[2]
# So long the process may take to call its query off, before it is killed.
PATIENCE_S = 5.0
BUSY = Message(
    "データベースが混み合っているか、止まっています。数秒おいてやり直してください。",
    "The database is busy or down. Try again in a few seconds.",
)
FAILED = Message(
    "ファイルを作れませんでした。別の形式（csv、gpkg など）でやり直し、続くときは運用者へ知らせてください。",
    "The file could not be made. Try another format (csv, gpkg …); if it stays, tell the operator.",
)


def write_apart(
    conninfo: str,
    job: Values,
    folder: Path,
    on_stop: Callable[[Callable[[], None]], None],
) -> Path:
    """Write the file into the folder and return its path.

    `on_stop` is told how to end the work from another thread. Raises `Unavailable` when the database is lost,
    `MachizuError` when the process failed or was ended.
    """
    command = [sys.executable, "-m", "api.formats.program", str(folder)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with process:
        try:
            on_stop(lambda: _end(process))
            _, said = process.communicate(pickle.dumps((conninfo, job)))
        except BaseException:
            _end(process)
            raise
    if process.returncode:
        kind = Unavailable if process.returncode == LOST_DATABASE else MachizuError
        raise kind(BUSY if kind is Unavailable else FAILED, said.decode(errors="replace")[-2000:])
    return job.in_folder(folder)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it, so that its query is called off too; kill it when that does not help."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()

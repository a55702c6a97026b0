"""The product over a store of its own, served by as many processes as asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT, _free_port, _wait_until_ready


@contextmanager
def served(url: str, home: Path, *, workers: int = 1, **settings: str) -> Iterator[str]:
    """Serve the database while the block runs; gives the API's address.

    `home` is the processes' own; what they log is in `server.log` there.
    """
    port = _free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "machizu.asgi:application", "--port", str(port)),
        *("--workers", str(workers), "--log-level", "warning", "--timeout-graceful-shutdown", "2"),
    ]
    given = {"DATABASE_URL": url, "MACHIZU_HOME": str(home), "MACHIZU_API_RATE": "0"}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | given | settings, stderr=log)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/api/health/ready", process)
        yield f"http://127.0.0.1:{port}/api"
    finally:
        process.terminate()
        process.wait(timeout=60)

"""One process that is to stay alive: started in its own group, started again when it dies, ended for sure."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from machizu.supervision.messages import KeepsDying, say

# A life shorter than this counts as a failed start.
FAST_DEATH_SECONDS = 10.0
MAX_FAST_DEATHS = 5
FIRST_PAUSE_SECONDS = 0.5
PR_SET_PDEATHSIG = 1


def spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that a terminal's Ctrl-C reaches only us.

    It receives SIGTERM when we are killed, so that no server is left behind holding the port.
    """
    prctl = ctypes.CDLL(None).prctl
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        # One thread only runs here, which is what makes code between fork and exec safe.
        preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
    )


def end_process(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Send SIGTERM, wait until `deadline` (monotonic seconds), then kill whatever is left of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(deadline - time.monotonic(), 0.1))
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started, if any of it is left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class Child:
    """A process to keep alive. `name` is what people are told."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._start_at = 0.0

    def tend(self) -> None:
        """Start the process when it is time to; note its death. Raises `KeepsDying`."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self._process = spawn(self._command)
                self._started = time.monotonic()
        elif self._process.poll() is not None:
            self._note_death(self._process)

    def forgive(self) -> None:
        """Forget its deaths, which had another cause, and start it without delay."""
        self._deaths = 0
        self._start_at = 0.0

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process, which ends its own children in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """See to it that the process has ended soon after `deadline` (monotonic seconds)."""
        if self._process is not None:
            end_process(self._process, deadline)
            self._process = None

    def _note_death(self, process: subprocess.Popen[bytes]) -> None:
        kill_group(process)
        self._process = None
        lived = time.monotonic() - self._started
        self._deaths = self._deaths + 1 if lived < FAST_DEATH_SECONDS else 1
        if self._deaths >= MAX_FAST_DEATHS:
            raise KeepsDying(self.name, self._deaths)
        pause = FIRST_PAUSE_SECONDS * 2 ** (self._deaths - 1)
        self._start_at = time.monotonic() + pause
        say(
            f"{self.name} が終了しました(コード {process.returncode})。{pause:g} 秒後に再開します。",
            f"{self.name} ended (code {process.returncode}); it starts again in {pause:g} s.",
        )

"""Servers under test: started in processes of their own, asked by `wrk`, measured from outside."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

MACHIZU = (sys.executable, "-m", "machizu")
SECONDS = 3
START_SECONDS = 60
SCRIPT = """
local paths, at = {}, 0
for line in io.lines("FILE") do paths[#paths + 1] = line end
function init() math.randomseed(os.time()); at = math.random(#paths) end
function request() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
"""


@dataclass(frozen=True)
class Server:
    """A server under test: where it answers, and the processes whose time counts with those below them."""

    name: str
    port: int
    processes: tuple[int, ...]


def script(home: Path, name: str, paths: Sequence[str]) -> Path:
    """Write the requests and wrk's script that sends them, in turn and for ever."""
    listed = home / f"{name}.paths"
    listed.write_text("\n".join(paths) + "\n")
    written = home / f"{name}.lua"
    written.write_text(SCRIPT.replace("FILE", str(listed)))
    return written


def measure(server: Server, requests: Path, clients: int) -> tuple[float, float]:
    """Return answers a second, and the CPU milliseconds an answer cost the server's processes."""
    command = ["wrk", "-t", str(min(2, clients)), "-c", str(clients), "-d", f"{SECONDS}s", "--timeout", "30s"]
    before = _busy(server.processes)
    done = subprocess.run(
        [*command, "-s", str(requests), f"http://127.0.0.1:{server.port}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in done or "Socket errors" in done:
        sys.exit(f"{server.name} did not answer every request:\n{done}")
    count = int(re.findall(r"(\d+) requests in", done)[0])
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", done)[0])
    return rate, 1000 * (_busy(server.processes) - before) / max(count, 1)


def _busy(roots: Sequence[int]) -> float:
    """Return the processor seconds used so far by these processes and those below them (proc(5))."""
    found = below(roots)
    return sum(found.values()) / os.sysconf("SC_CLK_TCK")


def below(roots: Sequence[int]) -> dict[int, int]:
    """Return the ticks that these processes and those below them have used."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    found = [*roots]
    for pid in found:
        found.extend(children.get(pid, ()))
    return {pid: ticks.get(pid, 0) for pid in found}


def start(
    stack: ExitStack, python: str | Path, *command: str, workers: int = 2, **environ: str
) -> tuple[int, int]:
    """Run an application in so many processes until the bench ends; return its port and pid once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = ["--port", str(port), "--workers", str(workers), "--log-level", "warning", "--no-access-log"]
    process = subprocess.Popen([str(python), "-m", "uvicorn", *command, *options], env=os.environ | environ)
    stack.callback(_stop, process)
    for _ in range(START_SECONDS * 10):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            pass
        except OSError:
            time.sleep(0.1)
            continue
        return port, process.pid
    sys.exit(f"{command[0]} did not start.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def memory(server: Server) -> list[float]:
    """Return the resident megabytes of each of a server's processes."""
    sizes = []
    for pid in below((server.processes[0],)):
        with suppress(OSError, IndexError):
            status = Path(f"/proc/{pid}/status").read_text()
            sizes.append(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024)
    return sizes


def run_command(*command: str) -> None:
    """Run a command, its words to nowhere; raise `CalledProcessError` when it fails."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

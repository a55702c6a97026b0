"""What must hold before the slow steps, and what tells that the server answers."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from machizu.embedded.locks import open_lock, try_lock
from machizu.supervision.messages import AlreadyUp, DatabaseUnreachable, PortRefused

READY_PATH = "/api/health/ready"
ANSWER_SECONDS = 5.0
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the only `machizu up` over `home` while the block runs. Raises `AlreadyUp`."""
    file = home / "up.lock"
    descriptor = open_lock(file)
    try:
        if not try_lock(descriptor):
            raise AlreadyUp(home, file.read_text().strip() or "?")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def check_port(host: str, port: int) -> None:
    """Raise `PortRefused` unless a server could listen on this address now."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as refused:
        raise PortRefused(host, port, refused.strerror or str(refused)) from refused


def check_database(url: str) -> None:
    """Raise `DatabaseUnreachable` unless the database answers."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as refused:
        raise DatabaseUnreachable(str(refused)) from refused


def reachable(host: str) -> str:
    """Return the address at which a server listening on `host` is reached from this machine."""
    return WILDCARDS.get(host, host)


def is_ready(host: str, port: int) -> bool:
    """Tell whether the server reports itself ready. No proxy of the environment is used."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

"""A real server on this machine, which plays a camera's and the weather service's."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gis_core.city import City


@dataclasses.dataclass
class Site:
    """What the server answers by path: a status, headers and a body. Paths without an answer are 404."""

    url: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = dataclasses.field(default_factory=dict)
    asked: list[str] = dataclasses.field(default_factory=list)

    def put(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        self.answers[path] = (status, body, {k.replace("_", "-"): v for k, v in headers.items()})
        return self.url + path


@pytest.fixture
def site() -> Iterator[Site]:
    """A server whose answers the test sets."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            status, body, headers = made.answers.get(self.path, (404, b"", {}))
            if headers.get("ETag") and self.headers["If-None-Match"] == headers["ETag"]:
                status, body = 304, b""
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home_city(city: City) -> City:
    """The city, whose own network the server is in."""
    return dataclasses.replace(city, private_hosts=("127.0.0.1",))

"""The shortest way to a tile that was sent before: found before routing, while the registry is the same.

Measured: routing and the endpoint cost four times what the HTTP server itself does for a cached tile.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Scope

from api.cache import ByteCache
from api.catalogue import Catalogues
from api.tracing import CURRENT

# Answers remembered; each takes about a kilobyte beside the body, which is the cache's.
REMEMBERED = 8192
# Who shows one of these may be somebody to whom other answers are due.
SHOWING = frozenset({b"x-api-key", b"authorization"})

Headers = list[tuple[bytes, bytes]]
Request = tuple[str, bytes, bytes]


class Found(NamedTuple):
    """An answer that is sent as it is; `subject` is the operation and the layer that it is about."""

    status: int
    headers: Headers
    body: bytes
    subject: tuple[str, str]


class _Answer(NamedTuple):
    generation: int
    subject: tuple[str, str]
    status: int
    headers: Headers
    unchanged: Headers
    tag: bytes
    body: Hashable


class HotAnswers:
    """Remembers how public requests were answered from the cache, by path, query and Accept-Encoding."""

    def __init__(self, cache: ByteCache, catalogues: Catalogues, cookie: str) -> None:
        self._cache = cache
        self._catalogues = catalogues
        self._cookie = cookie.encode()
        self._answers: dict[Request, _Answer] = {}

    def keep(self, scope: Scope, response: Response, tag: str, body: Hashable) -> None:
        """Remember an answer whose body is the cache's value of the key `body`."""
        request, _ = self._read(scope)
        if request is None or scope["method"] != "GET":
            return
        if len(self._answers) >= REMEMBERED:
            self._answers.clear()
        trace = CURRENT.get()
        headers = [*response.raw_headers]
        gone = (b"content-length", b"content-type", b"content-encoding", b"etag")
        kept = [(name, value) for name, value in headers if name not in gone]
        self._answers[request] = _Answer(
            self._catalogues.generation,
            ("", "") if trace is None else (trace.route, trace.layer),
            response.status_code,
            headers,
            [*kept, (b"etag", tag.encode())],
            tag.encode(),
            body,
        )

    def find(self, scope: Scope) -> Found | None:
        """Return the answer to a request that was answered before; None for any other."""
        request, held = self._read(scope)
        found = self._answers.get(request) if request else None
        if found is None or found.generation != self._catalogues.generation:
            return None
        if held is not None:
            # Lists of tags go the long way.
            same = held.removeprefix(b"W/") == found.tag
            return Found(304, found.unchanged, b"", found.subject) if same else None
        body = self._cache.peek(found.body)
        if body is None:
            return None
        self._cache.hits += 1
        return Found(found.status, found.headers, body, found.subject)

    def _read(self, scope: Scope) -> tuple[Request | None, bytes | None]:
        """Return what tells a public request from others, and the tags it holds."""
        headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
        coding, held = b"", None
        for name, value in headers:
            if name == b"accept-encoding":
                coding = value
            elif name == b"if-none-match":
                held = value
            elif name in SHOWING or (name == b"cookie" and self._cookie in value):
                return None, None
        return (scope["path"], scope["query_string"], coding), held

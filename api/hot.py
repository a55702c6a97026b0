"""The shortest way to a tile that was sent before: found before routing, while the registry is the same.

Measured: routing and the endpoint cost four times what the HTTP server itself does for a cached tile.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.cache import ByteCache
from api.catalogue import Catalogues

# Answers remembered; each takes about a kilobyte beside the body, which is the cache's.
REMEMBERED = 8192
# Who shows one of these may be somebody to whom other answers are due.
SHOWING = frozenset({b"x-api-key", b"authorization"})

Headers = list[tuple[bytes, bytes]]
Request = tuple[str, bytes, bytes]


class _Answer(NamedTuple):
    generation: int
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
        headers = [*response.raw_headers]
        gone = (b"content-length", b"content-type", b"content-encoding", b"etag")
        kept = [(name, value) for name, value in headers if name not in gone]
        self._answers[request] = _Answer(
            self._catalogues.generation,
            response.status_code,
            headers,
            [*kept, (b"etag", tag.encode())],
            tag.encode(),
            body,
        )

    def find(self, scope: Scope) -> tuple[int, Headers, bytes] | None:
        """Return status, headers and body for a request that was answered before; None for any other."""
        request, held = self._read(scope)
        found = self._answers.get(request) if request else None
        if found is None or found.generation != self._catalogues.generation:
            return None
        if held is not None:
            # Lists of tags go the long way.
            same = held.removeprefix(b"W/") == found.tag
            return (304, [*found.unchanged], b"") if same else None
        body = self._cache.peek(found.body)
        return None if body is None else (found.status, [*found.headers], body)

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


class HotFront:
    """Answers such requests, and passes all others on."""

    def __init__(self, app: ASGIApp, hot: HotAnswers) -> None:
        self._app = app
        self._hot = hot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = None
        if scope["type"] == "http" and "/tiles/" in scope["path"] and scope["method"] == "GET":
            found = self._hot.find(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        status, headers, body = found
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

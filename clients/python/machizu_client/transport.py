"""Requests over HTTP: with the key, again when the server is busy, with its refusals as exceptions."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from machizu_client.errors import Problem, Unreachable

BUSY = frozenset({429, 503})
# Longer than this nobody waits; he is told of the refusal instead.
LONGEST_WAIT_S = 60.0


class _NoRedirects(HTTPRedirectHandler):
    """The API redirects nowhere; a key must not follow somebody else's redirect to another machine."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Follow nothing."""


@dataclass(frozen=True)
class Answer:
    """A whole answer; the headers' names in any case."""

    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body's JSON object."""
        content: dict[str, Any] = json.loads(self.body)
        return content


class Transport:
    """Asks one API. `retries` is how often a request that is safe to repeat is sent again when the server is busy."""

    def __init__(
        self, address: str, key: str | None, *, timeout_s: float, retries: int, language: str
    ) -> None:
        self.address = address.rstrip("/")
        self._headers = {"Accept-Language": language, "Accept": "application/geo+json, application/json"}
        if key is not None:
            self._headers["X-API-Key"] = key
        self._timeout_s = timeout_s
        self._retries = retries
        self._opener = build_opener(_NoRedirects)

    def url(self, path: str, query: Mapping[str, object] | None = None) -> str:
        """Return the address of a path with the parameters that are given; lists are joined by commas."""
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        return f"{self.address}{quote(path)}" + (f"?{urlencode(given, quote_via=quote)}" if given else "")

    def get(self, url: str) -> Answer:
        """Ask. Raises `Problem` and `Unreachable`."""
        with self.open(url, headers={"Accept-Encoding": "gzip"}) as answer:
            return Answer(answer.status, answer.headers, _read(answer))

    def send(
        self, method: str, url: str, content: Any, media: str, headers: Mapping[str, str], *, again: bool
    ) -> Answer:
        """Write; `again` when it does no harm to send it twice. Raises `Problem` and `Unreachable`."""
        body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
        fields = {**headers, **({"Content-Type": media} if body is not None else {})}
        with self.open(url, method, body, fields, again=again) as answer:
            return Answer(answer.status, answer.headers, _read(answer))

    @contextmanager
    def open(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        again: bool = True,
        timeout_s: float | None = None,
    ) -> Iterator[HTTPResponse]:
        """Give the answer to be read while the block runs. Raises `Problem` and `Unreachable`."""
        # A link that leads elsewhere must not carry the key there.
        if urlsplit(url)[:2] != urlsplit(self.address)[:2]:
            raise Unreachable(f"{url} is not at {self.address}")
        request = Request(url, body, {**self._headers, **(headers or {})}, method=method)
        answer = self._answer(request, self._retries if again else 0, timeout_s or self._timeout_s)
        try:
            yield answer
        finally:
            answer.close()

    def _answer(self, request: Request, retries: int, timeout_s: float) -> HTTPResponse:
        for left in range(retries, -1, -1):
            try:
                answer: HTTPResponse = self._opener.open(request, timeout=timeout_s)
                return answer
            except HTTPError as refused:
                wait_s = _wait_s(refused) if left and refused.code in BUSY else None
                if wait_s is None:
                    raise _problem(refused) from None
                refused.close()
                time.sleep(wait_s)
            except (URLError, HTTPException, OSError) as error:
                raise Unreachable(f"{self.address} does not answer: {error}") from error
        raise AssertionError("the last attempt returns or raises")

    def follow(self, links: list[dict[str, Any]]) -> str | None:
        """Return where the next page is, None after the last."""
        found = next((link["href"] for link in links if link.get("rel") == "next"), None)
        return None if found is None else urljoin(self.address, found)


def _read(answer: HTTPResponse) -> bytes:
    try:
        body = answer.read()
        return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
    except (HTTPException, OSError, EOFError) as error:
        raise Unreachable(f"The answer broke off: {error}") from error


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _wait_s(refused: HTTPError) -> float | None:
    """Return how long the server wants one to wait, None when that is too long or it does not say."""
    told = refused.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() and float(told) <= LONGEST_WAIT_S else None


def _problem(refused: HTTPError) -> Problem:
    with refused:
        body = refused.read()
    try:
        content = json.loads(body)
    except ValueError:
        content = {"title": refused.reason}
    known = content if isinstance(content, dict) else {}
    return Problem(refused.code, known, refused.headers.get("X-Request-Id"))

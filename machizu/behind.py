"""What the API needs of Django: sessions, the check against forged requests, and writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import psycopg
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import DisallowedHost
from django.db import DataError, Error, IntegrityError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from api.database import BAD_VALUE, BUSY
from gis_core.errors import BadInput, Conflict, Message, Unavailable
from layers import selectors
from layers.keys import Identity
from layers.services import features, job_queue, keys, webhooks
from layers.services.features import Writer
from layers.systems import System
from layers.written import Once, Written

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

LOCKED = Message(
    "別の書き込みが続いています。数秒おいて、もう一度送ってください。",
    "Another write is going on. Send this one again in a few seconds.",
)


def in_store(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Close the thread's connection when the call ends, and tell the database's failures in the API's words."""

    @wraps(function)
    def called(*given: Given.args, **named: Given.kwargs) -> Returned:
        try:
            return function(*given, **named)
        except Error as error:
            raise _translated(error) from error
        finally:
            connection.close()

    return called


def _translated(error: Error) -> Exception:
    if isinstance(error.__cause__, psycopg.errors.LockNotAvailable | psycopg.errors.QueryCanceled):
        return Conflict(LOCKED, str(error))
    if isinstance(error, DataError | IntegrityError):
        return BadInput(BAD_VALUE, str(error))
    if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable(BUSY, str(error))
    return error


class _Write(HttpRequest):
    """As much of a request that writes as Django's check looks at."""

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self.method = "POST"
        self._scheme = scheme

    def _get_scheme(self) -> str:
        return self._scheme


class Store:
    """The store as `api.behind.Behind` describes it."""

    @staticmethod
    @in_store
    def session(key: str) -> Identity | None:
        """Return whose session it is; None for nobody's, and for a user without a role."""
        session = SessionStore(key)
        if SESSION_KEY not in session:
            return None
        request = HttpRequest()
        request.session = session
        user = get_user(request)
        viewer = selectors.viewer_of(user.get_username()) if user.is_authenticated else None
        return None if viewer is None else Identity(user.get_username(), viewer)

    @staticmethod
    def csrf_passes(headers: Mapping[str, str], *, secure: bool) -> bool:
        """Ask Django's own middleware: token and cookie agree, and the origin is this site's."""
        request = _Write("https" if secure else "http")
        request.META = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        request.COOKIES = _cookies(headers.get("cookie", ""))
        check = CsrfViewMiddleware(lambda _: HttpResponse())
        try:
            request.get_host()
            check.process_request(request)
            return check.process_view(request, HttpResponse, (), {}) is None
        except DisallowedHost:
            return False

    @staticmethod
    @in_store
    def note_use(requests: Mapping[int, int]) -> dict[int, int]:
        """Add to the keys' counts of today."""
        return keys.note_use(requests)

    @staticmethod
    @in_store
    def jobs() -> dict[tuple[str, str], int]:
        """Count the background jobs."""
        return job_queue.job_counts()

    @staticmethod
    @in_store
    def create(
        layer_id: str, contents: Sequence[Any], who: Identity, system: System, once: Once | None
    ) -> Written:
        """Add features, all or none."""
        return features.create(layer_id, contents, Writer(who.name, who.viewer, system), once=once)

    @staticmethod
    @in_store
    def replace(
        layer_id: str, number: int, content: Any, who: Identity, system: System, held: Collection[int] | None
    ) -> Written:
        """Replace a feature."""
        return features.replace(layer_id, number, content, Writer(who.name, who.viewer, system), held=held)

    @staticmethod
    @in_store
    def update(
        layer_id: str, number: int, content: Any, who: Identity, system: System, held: Collection[int] | None
    ) -> Written:
        """Change a feature by a merge patch."""
        return features.update(layer_id, number, content, Writer(who.name, who.viewer, system), held=held)

    @staticmethod
    @in_store
    def remove(layer_id: str, number: int, who: Identity, held: Collection[int] | None) -> Written:
        """Remove a feature."""
        return features.remove(layer_id, number, Writer(who.name, who.viewer), held=held)

    @staticmethod
    @in_store
    def webhooks() -> list[dict[str, Any]]:
        """Return all webhooks."""
        return webhooks.all_webhooks()

    @staticmethod
    @in_store
    def add_webhook(url: str, layers: Sequence[str], secret: str | None, who: Identity) -> dict[str, Any]:
        """Add a webhook."""
        return webhooks.add(url, layers, secret=secret, actor=who.name)

    @staticmethod
    @in_store
    def remove_webhook(number: int, who: Identity) -> None:
        """Remove a webhook."""
        webhooks.remove(number, actor=who.name)


def _cookies(header: str) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return {name: value for name, _, value in pairs if name}

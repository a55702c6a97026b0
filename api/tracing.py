"""What is noted of a request while it is answered, for whoever counts and logs it at the end."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar

HEADER = b"x-request-id"
# What other programs name requests by: UUIDs, W3C trace ids, ULIDs. Nothing that breaks a line of a log.
WELL_FORMED = re.compile(rb"[A-Za-z0-9._~:+/=@-]{1,128}")

# A random beginning for each process and a count: as unlike others as a UUID, in a tenth of its time.
_PROCESS = secrets.token_hex(8)
_numbers = itertools.count(1)


class Trace:
    """One request: its id, the operation and the layer it is about, who asked, and its time in the database."""

    __slots__ = ("id", "layer", "route", "sql_s", "who")

    def __init__(self, request_id: bytes) -> None:
        self.id = request_id
        # Pages and static files name none.
        self.route = ""
        self.layer = ""
        self.who: str | None = None
        self.sql_s = 0.0


CURRENT: ContextVar[Trace | None] = ContextVar("machizu_request", default=None)


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id that the asker gave the request, or a new one where he gave none that is well formed."""
    for name, value in headers:
        if name == HEADER and WELL_FORMED.fullmatch(value):
            return value
    return b"%s-%x" % (_PROCESS.encode(), next(_numbers))


def current_id() -> str | None:
    """Return the id of the request that is being answered, if one is."""
    trace = CURRENT.get()
    return None if trace is None else trace.id.decode("ascii")

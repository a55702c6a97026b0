"""Who asks: by a key or by a session's cookie, remembered for a moment, forgotten when rights change."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

from api.behind import BackRoom, Behind
from api.database import Database
from api.notices import Notices
from layers.keys import IDENTITY_CHANNEL, Identity, digest, identity_of, key_statement

# So long a change of rights may stay unknown, should the database's notice of it be lost.
REMEMBERED_S = 30.0
REMEMBERED = 10_000
_SHOWING = frozenset({b"x-api-key", b"authorization", b"cookie"})


def shown(headers: Iterable[tuple[bytes, bytes]], cookie: bytes) -> tuple[str | None, str | None]:
    """Return the key and the session that a request shows; a session without a key only."""
    key = session = None
    for name, value in headers:
        if name not in _SHOWING:
            continue
        if name == b"x-api-key":
            key = value
        elif name == b"authorization":
            # Other schemes are a proxy's business.
            key = value[7:] if key is None and value[:7].lower() == b"bearer " else key
        else:
            session = _cookie(value, cookie)
    if key is not None:
        return key.strip().decode("latin-1"), None
    return None, session.decode("latin-1") if session else None


def _cookie(header: bytes, name: bytes) -> bytes | None:
    if name not in header:
        return None
    pairs = (pair.strip().partition(b"=") for pair in header.split(b";"))
    return next((value for found, _, value in pairs if found == name), None)


class Identities:
    """Finds who holds a key or a session. Only digests of either are kept in memory."""

    def __init__(self, database: Database, behind: Behind | None, room: BackRoom) -> None:
        self._database = database
        self._behind = behind
        self._room = room
        self._known: dict[str, tuple[float, Identity | None]] = {}

    async def of_key(self, key: str) -> Identity | None:
        """Return the holder of a key; None for a key that is unknown, revoked or expired. Raises `Unavailable`."""
        wanted = digest(key)

        async def ask() -> Identity | None:
            row = await self._database.row(key_statement(wanted))
            return identity_of(row[0]) if row and row[0] else None

        found = await self._remembered(wanted, ask)
        expired = found is not None and found.expires_at is not None and found.expires_at <= time.time()
        return None if expired else found

    async def of_session(self, session: str) -> Identity | None:
        """Return whose session it is, None for nobody's. Raises `Unavailable`."""
        behind = self._behind
        if behind is None:
            return None

        async def ask() -> Identity | None:
            return await self._room.run(behind.session, session)

        return await self._remembered("session:" + digest(session), ask)

    def knows(self, key: str) -> bool:
        """Tell whether the key can be judged without asking the database."""
        return digest(key) in self._known

    def forget(self) -> None:
        """Forget all: somebody's rights have changed."""
        self._known = {}

    async def told(self, notices: Notices) -> None:
        """Forget all at a notice of changed rights, and when one may have been missed."""
        if notices is None or any(notice.channel == IDENTITY_CHANNEL for notice in notices):
            self.forget()

    async def _remembered(self, name: str, ask: Callable[[], Awaitable[Identity | None]]) -> Identity | None:
        known = self._known
        until, found = known.get(name, (0.0, None))
        if until > time.monotonic():
            return found
        found = await ask()
        if len(known) >= REMEMBERED:
            known.clear()
        # Into the memory that was there before the question: an answer older than a notice goes with it.
        known[name] = (time.monotonic() + REMEMBERED_S, found)
        return found

"""The store's side that the API may not import: what writes and what knows sessions, given to it from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, Protocol, TypeVar

from gis_core.errors import Message, Unavailable
from layers.keys import Identity
from layers.systems import System
from layers.written import Once, Written

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

QUEUE_FULL = Message(
    "書き込みが混み合っています。数秒おいてやり直してください。",
    "Too many are writing. Try again in a few seconds.",
)


class Behind(Protocol):
    """Plain functions that block; each opens and closes its connections in the thread that calls it."""

    def session(self, key: str) -> Identity | None:
        """Return whose session it is that the cookie holds the key of; None for nobody's, or one without a role."""

    def csrf_passes(self, headers: Mapping[str, str], *, secure: bool) -> bool:
        """Tell whether a write by cookie comes from a page of this site: its token and its origin say so.

        `headers` by name in lower case; `secure` whether it came over HTTPS.
        """

    def note_use(self, requests: Mapping[int, int]) -> dict[int, int]:
        """Add requests to keys' counts of today, by number; return the counts, all processes together."""

    def jobs(self) -> dict[tuple[str, str], int]:
        """Return how many background jobs there are, by queue and status."""

    def create(
        self, layer_id: str, contents: Sequence[Any], who: Identity, system: System, once: Once | None
    ) -> Written:
        """Add features, all or none."""

    def replace(
        self,
        layer_id: str,
        number: int,
        content: Any,
        who: Identity,
        system: System,
        held: Collection[int] | None,
    ) -> Written:
        """Replace a feature."""

    def update(
        self,
        layer_id: str,
        number: int,
        content: Any,
        who: Identity,
        system: System,
        held: Collection[int] | None,
    ) -> Written:
        """Change a feature by a merge patch."""

    def remove(self, layer_id: str, number: int, who: Identity, held: Collection[int] | None) -> Written:
        """Remove a feature."""

    def webhooks(self) -> list[dict[str, Any]]:
        """Return all webhooks, as plain values, without their secrets."""

    def add_webhook(
        self, url: str, layers: Sequence[str], secret: str | None, who: Identity
    ) -> dict[str, Any]:
        """Add a webhook; return its number and its secret, which is made where none is given."""

    def remove_webhook(self, number: int, who: Identity) -> None:
        """Remove a webhook."""


class BackRoom:
    """Runs what blocks in threads of its own, so that a queue of writers holds up no reader."""

    def __init__(self, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="machizu-behind")
        self._most_waiting = waiting
        self._room = threads + waiting

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        return max(0, self._most_waiting - self._room)

    async def run(
        self, function: Callable[Given, Returned], *given: Given.args, **named: Given.kwargs
    ) -> Returned:
        """Call the function in a thread. Raises `Unavailable` at once when too many wait already."""
        if not self._room:
            raise Unavailable(QUEUE_FULL)
        self._room -= 1
        running = asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*given, **named))
        running.add_done_callback(self._free)
        return await running

    def _free(self, _: object) -> None:
        self._room += 1

    def close(self) -> None:
        """Let what runs come to its end, and start nothing that waits."""
        self._threads.shutdown(cancel_futures=True)

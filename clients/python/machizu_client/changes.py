"""The changes of a layer since a revision, page by page."""

from __future__ import annotations

from collections.abc import Iterator

from machizu_client.answers import Change
from machizu_client.transport import Transport


class Changes:
    """Yields changes once, in the order they were made.

    `revision` is the last one of which all changes were yielded: what to remember, and to ask from next time.
    """

    def __init__(self, transport: Transport, url: str, since: int) -> None:
        self.revision = since
        self._transport = transport
        self._url: str | None = url

    def __iter__(self) -> Iterator[Change]:
        """Read on. Raises `Problem` and `Unreachable`."""
        while self._url is not None:
            page = self._transport.get(self._url).json()
            for change in page["changes"]:
                yield Change(change["op"], change["id"], change["revision"], change["at"])
            self.revision = page["revision"]
            self._url = self._transport.follow(page["links"])

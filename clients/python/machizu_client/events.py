"""The stream of server-sent events, held open and taken up again when it breaks off."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from http.client import HTTPException

from machizu_client.answers import Event
from machizu_client.errors import Problem, Unreachable
from machizu_client.transport import BUSY, Transport

# The server gives a sign of life every 15 s; silence of this length means that the connection is dead.
SILENCE_S = 60.0
PAUSE_S = 3.0


def events(transport: Transport, url: str, after: str | None) -> Iterator[Event]:
    """Yield events for ever, each as it comes; what comes while the connection is broken comes afterwards.

    Raises `Problem` when the server refuses.
    """
    while True:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": after} if after else {})}
        try:
            with transport.open(url, headers=headers, timeout_s=SILENCE_S) as answer:
                for event in read_events(answer):
                    after = event.id or after
                    if event.kind != "ready":
                        yield event
        except Problem as refused:
            if refused.status not in BUSY:
                raise
        except (Unreachable, HTTPException, OSError):
            pass
        time.sleep(PAUSE_S)


def read_events(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of a stream (WHATWG HTML, 9.2.6)."""
    fields: dict[str, str] = {}
    for line in lines:
        text = line.decode("utf-8").rstrip("\r\n")
        if text:
            name, _, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Event(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id", ""))
            fields = {}
        else:
            # A comment, or how long to wait.
            fields = {}

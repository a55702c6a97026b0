"""Idempotency-Key: a write that may be sent again, for the answer to the first was never seen."""

from __future__ import annotations

from hashlib import sha256

from api.asked import Asked
from gis_core.errors import BadParameter, Message
from layers.written import Once

HEADER = b"idempotency-key"
LETTERS = 255


def once(asked: Asked) -> Once | None:
    """Return the name that the client gave its request, with the digest of the request. Raises `BadParameter`."""
    key = asked.header(HEADER).strip()
    if not key:
        return None
    # draft-ietf-httpapi-idempotency-key-header: a string of structured fields, that is, in quotes; many send none.
    key = key.removeprefix('"').removesuffix('"')
    if not (key.isascii() and key.isprintable() and 0 < len(key) <= LETTERS):
        raise BadParameter(
            "Idempotency-Key",
            Message(
                f"Idempotency-Key は 1～{LETTERS} 文字の英数字（UUID など）にしてください。",
                f"Give an Idempotency-Key of 1 to {LETTERS} ASCII letters, such as a UUID.",
            ),
        )
    parts = (asked.scope["path"], asked.header(b"content-type"), asked.header(b"content-crs"))
    made = sha256(repr(parts).encode())
    made.update(asked.body)
    return Once(key, made.hexdigest())

"""Keys of the API: what they look like, what is kept of them, and who holds one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from layers.reads import Statement
from layers.visibility import Viewer

IDENTITY_CHANNEL = "machizu_identity_changed"

# Before every key, so that a key that got into a file or a message is recognised as one.
PREFIX = "mz_"
_KEY_BYTES = 32


@dataclass(frozen=True)
class Identity:
    """Who asks: the name by which history and audit know him, and what he may see and do.

    Of a key: `key` is its number, `expires_at` seconds since 1970, `rate` requests a minute, `quota` a day,
    `used_today` those of today that were noted. None: without end, or the installation's own limit.
    """

    name: str
    viewer: Viewer
    key: int | None = None
    expires_at: float | None = None
    rate: int | None = None
    quota: int | None = None
    used_today: int = 0


def new_key() -> str:
    """Return a new key: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_KEY_BYTES)


def digest(key: str) -> str:
    """Return what is kept of a key.

    A plain SHA-256: slow hashes protect what people choose and remember; nobody tries 2²⁵⁶ keys. And who does
    not know a key cannot choose its digest, so looking the digest up tells nothing by the time it takes.
    """
    return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def key_statement(wanted: str) -> Statement:
    """One row, one column: who holds the key of this digest, for `identity_of`; null for nobody."""
    return Statement("SELECT api_key(%(digest)s)", {"digest": wanted})


def identity_of(row: Mapping[str, Any]) -> Identity:
    """Return the holder that `key_statement` found."""
    layers = row["layers"]
    viewer = Viewer(row["role"], row["department"], layers=None if layers is None else tuple(sorted(layers)))
    return Identity(
        name=f"key:{row['name']}",
        viewer=viewer,
        key=row["id"],
        expires_at=None if row["expires_at"] is None else float(row["expires_at"]),
        rate=row["rate"],
        quota=row["quota"],
        used_today=row["used_today"],
    )

"""What a webhook sends: the changes of a layer, signed, to an address that was checked.

Signed as the Standard Webhooks specification 1.0 says, so that receivers find ready libraries: `webhook-id`,
`webhook-timestamp`, and `webhook-signature` over both and the body (HMAC-SHA256).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass

import httpcore2
from psycopg import sql

from gis_core.errors import BadInput, Message, Unavailable
from gis_core.guarded_network import Call, CheckedNetwork, plain_url
from layers import past
from layers.reads import Statement

_PREFIX = "whsec_"
# The specification asks for 24 to 64 bytes.
_SECRET_BYTES = 32
_LEAST_SECRET_BYTES, _MOST_SECRET_BYTES = 24, 64
SECONDS = 10.0
# A message lists at most so many changes; of more, the receiver asks the API itself.
LISTED = 1000


@dataclass(frozen=True)
class Target:
    """Where a message goes: the address, the secret that signs, and the hosts of the city's network that may be asked."""

    url: str
    secret: str
    private_hosts: Collection[str] = ()


def new_secret() -> str:
    """Return a new secret, as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def check_secret(secret: str) -> str:
    """Return the secret. Raises `BadInput` for one that is no secret of the specification."""
    try:
        length = len(_key(secret))
    except (binascii.Error, ValueError):
        length = 0
    if not secret.startswith(_PREFIX) or not _LEAST_SECRET_BYTES <= length <= _MOST_SECRET_BYTES:
        raise BadInput(
            Message(
                ja=f"秘密鍵は {_PREFIX} に続けて 24～64 バイトを Base64 で書いたものにしてください。省けば作ります。",
                en=f"A secret is {_PREFIX} and 24 to 64 bytes in Base64. Leave it out to have one made.",
            )
        )
    return secret


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Return what `webhook-signature` says of a message's id, its time (seconds since 1970) and its body."""
    signed = b".".join((message.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def send(target: Target, message: str, body: bytes) -> None:
    """Send a message by POST. Nothing is followed elsewhere, and no more than the answer's status is read.

    Raises `BadInput` for an address that may not be asked, `Unavailable` for every answer that is no 2xx or none.
    """
    url, now = plain_url(target.url), int(time.time())
    headers = {
        "Host": url.split("/")[2],
        "User-Agent": "Machizu",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "webhook-id": message,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(target.secret, message, now, body),
    }
    call = Call(time.monotonic() + SECONDS, SECONDS, frozenset(h.lower() for h in target.private_hosts))
    context = ssl.create_default_context()
    waits = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    try:
        with (
            httpcore2.ConnectionPool(context, network_backend=CheckedNetwork(call)) as pool,
            pool.stream("POST", url, headers=fields, content=body, extensions={"timeout": waits}) as answer,
        ):
            status = answer.status
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise _refused(target.url, str(error) or type(error).__name__) from error
    if not 200 <= status < 300:
        raise _refused(target.url, f"HTTP {status}")


def changes_statement(layer_id: str, since: int, until: int) -> Statement:
    """Return up to `LISTED` changes after one revision up to another, and one more: rows `(op, id, revision, at)`."""
    text = sql.SQL("""
        SELECT op, changes.id, revision, r.at
        FROM {changes} AS changes JOIN layers_revision AS r USING (revision)
        WHERE r.layer_id = %(layer)s AND revision <= %(until)s
        ORDER BY revision, changes.id LIMIT {over}""").format(
        changes=past.changes_after(layer_id, sql.SQL("%(since)s::bigint")), over=sql.Literal(LISTED + 1)
    )
    return Statement(text.as_string(None), {"layer": layer_id, "since": since, "until": until})


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


def _refused(url: str, reason: str) -> Unavailable:
    return Unavailable(
        Message(
            ja=f"{url} は受け取りませんでした（{reason}）。受け取る側を確かめてください。しばらくして、もう一度送ります。",
            en=f"{url} did not take the message ({reason}). Check the receiver. It is sent again later.",
        )
    )

"""Answers: conditional, compressed when that pays, open to pages of other sites."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson
from starlette.responses import Response

from api.asked import Asked
from api.encoding import Packed, pack
from gis_core.languages import html_tag

JSON = "application/json"
REVALIDATE = "public, no-cache"
# A year, the longest that caches keep (RFC 9111 gives no more meaning to a larger value).
IMMUTABLE = "public, max-age=31536000, immutable"

BASE_HEADERS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, Location, Content-Crs, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id",
    "x-content-type-options": "nosniff",
}


def unchanged(asked: Asked, tag: str, caching: str = REVALIDATE) -> Response | None:
    """Return 304 when the asker holds what `tag` names (weak comparison, RFC 9110 §13.1.2)."""
    held = asked.header(b"if-none-match")
    if not held or (
        held.strip() != "*" and tag not in (t.strip().removeprefix("W/") for t in held.split(","))
    ):
        return None
    return Response(None, 304, {**BASE_HEADERS, "etag": tag, "cache-control": caching, "vary": _vary(asked)})


async def answer(
    asked: Asked,
    body: bytes,
    *,
    media: str | None = None,
    tag: str | None = None,
    caching: str = REVALIDATE,
    headers: Mapping[str, str] | None = None,
    compress: bool = True,
) -> Response:
    """Answer 200 with the body, compressed where the asker allows it, or 304.

    Without `tag` the body itself is hashed. The ETag becomes weak with compression, since the bytes are others.
    """
    tag = tag or f'"{blake2b(body, digest_size=12).hexdigest()}"'
    same = unchanged(asked, tag, caching)
    if same is not None:
        return same
    fields = {
        **BASE_HEADERS,
        "cache-control": caching,
        "vary": _vary(asked),
        **(headers or {}),
    }
    if compress:
        body = await pack(body, asked.coding)
    if isinstance(body, Packed):
        fields["content-encoding"] = body.coding
        tag = f"W/{tag}"
    return Response(body, 200, fields | {"etag": tag}, media or asked.media)


def with_list(head: Mapping[str, Any], name: str, entries: bytes) -> bytes:
    """Return the JSON object `head` with one more member: a list of entries that are JSON already."""
    return b"".join((orjson.dumps(head)[:-1], b',"', name.encode(), b'":[', entries, b"]}"))


async def document(
    asked: Asked, content: Any, *, media: str | None = None, tag: str | None = None
) -> Response:
    """Answer with a JSON document in the asker's language."""
    headers = {"content-language": html_tag(asked.language)}
    return await answer(asked, orjson.dumps(content), media=media, tag=tag, headers=headers)


def _vary(asked: Asked) -> str:
    if len(asked.operation.formats) == 1:
        return "Accept-Encoding, Accept-Language" if asked.operation.schema else "Accept-Encoding"
    return "Accept, Accept-Encoding, Accept-Language"

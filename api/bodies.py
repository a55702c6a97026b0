"""What a request brings: its size bounded before it is read, its type checked, its JSON parsed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import Receive, Scope

from api.asked import Asked
from api.errors import AddressTooLong, HeadersTooLarge, TooLarge, TooSlow, UnsupportedMedia
from gis_core.errors import BadInput, BadParameter, Message
from layers.systems import STORED, System, offered

ADDRESS_BYTES = 32_768
HEADER_BYTES = 65_536


def check_sizes(scope: Scope) -> None:
    """Raise `AddressTooLong` or `HeadersTooLarge`. What is shorter than these fits into no attack on memory."""
    if len(scope["query_string"]) + len(scope["path"]) > ADDRESS_BYTES:
        raise AddressTooLong(
            Message(
                f"URL が長すぎます（{ADDRESS_BYTES} バイトまで）。条件を減らしてください。",
                f"The URL is too long (at most {ADDRESS_BYTES} bytes). Ask with fewer conditions.",
            )
        )
    if len(scope["headers"]) > 100 or sum(len(n) + len(v) for n, v in scope["headers"]) > HEADER_BYTES:
        raise HeadersTooLarge(
            Message(
                f"ヘッダーが大きすぎます（{HEADER_BYTES} バイトまで）。Cookie などを減らしてください。",
                f"The headers are too large (at most {HEADER_BYTES} bytes). Send fewer, such as cookies.",
            )
        )


async def read_body(asked: Asked, receive: Receive) -> bytes:
    """Return a request's body. Raises `TooLarge` as soon as it is, `TooSlow` for what never ends."""
    settings = asked.service.settings
    declared = asked.header(b"content-length")
    if declared.isdigit() and int(declared) > settings.body_bytes:
        raise _too_large(settings.body_bytes)
    try:
        async with asyncio.timeout(settings.body_time_s):
            return await _received(receive, settings.body_bytes)
    except TimeoutError:
        raise TooSlow(
            Message(
                f"本文が {settings.body_time_s:.0f} 秒のうちに届きませんでした。小さく分けて送ってください。",
                f"The body did not arrive within {settings.body_time_s:.0f} seconds. Send it in smaller parts.",
            )
        ) from None


async def _received(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise TooSlow(
                Message(
                    "通信が途中で切れました。送り直してください。", "The connection broke. Send it again."
                )
            )
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        if not message.get("more_body", False):
            return b"".join(parts)


def json_of(asked: Asked, accepted: Mapping[str, str]) -> Any:
    """Return the parsed body. Raises `UnsupportedMedia` for another media type, `BadInput` for what is no JSON."""
    media, _, parameters = asked.header(b"content-type").partition(";")
    charset = parameters.lower().partition("charset=")[2].strip(' "') or "utf-8"
    if media.strip().lower() not in accepted or charset != "utf-8" or asked.header(b"content-encoding"):
        names = ", ".join(accepted)
        raise UnsupportedMedia(
            Message(
                f"Content-Type は {names}（UTF-8、圧縮なし）にしてください。",
                f"Give a Content-Type of {names} (UTF-8, not compressed).",
            )
        )
    try:
        return orjson.loads(asked.body)
    except orjson.JSONDecodeError as error:
        raise BadInput(
            Message(
                f"本文が JSON として読めません（{error.lineno} 行 {error.colno} 文字目）。直して送り直してください。",
                f"The body is no JSON (line {error.lineno}, column {error.colno}). Mend it and send it again.",
            )
        ) from None


def coordinate_system(asked: Asked) -> System:
    """Return the system that Content-Crs names, CRS84 without it (OGC 20-002, /req/features/content-crs-header)."""
    given = asked.header(b"content-crs").strip().removeprefix("<").removesuffix(">")
    known = offered(asked.service.settings.city.plane_srid)
    if given and given not in known:
        raise BadParameter(
            "Content-Crs",
            Message(
                f"Content-Crs に使える座標参照系は次のとおりです：{'、'.join(known)}",
                f"Content-Crs takes one of: {', '.join(known)}",
            ),
        )
    return known[given] if given else STORED


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        Message(
            f"本文が大きすぎます（{most:,} バイトまで）。小さく分けて送ってください。",
            f"The body is too large (at most {most:,} bytes). Send it in smaller parts.",
        )
    )

"""Errors as problem details (RFC 9457): one table from the error tree to statuses."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from starlette.responses import Response

from api.tracing import current_id
from gis_core.errors import (
    BadFeatures,
    BadInput,
    BadParameter,
    Conflict,
    Forbidden,
    MachizuError,
    Message,
    NotFound,
    Reused,
    Stale,
    Unavailable,
)

log = logging.getLogger("machizu.api")


class MethodNotAllowed(MachizuError):
    """The resource is there and does not know this method; `allowed` are those that it knows."""

    def __init__(self, message: Message, allowed: str) -> None:
        super().__init__(message)
        self.allowed = allowed


class Unauthenticated(MachizuError):
    """Nobody knows who asks, and this is not for everybody."""


class TooLarge(BadInput):
    """More was sent than is taken at a time."""


class AddressTooLong(BadInput):
    """The address is longer than any that means something."""


class HeadersTooLarge(BadInput):
    """The headers are larger than any that mean something."""


class TooSlow(BadInput):
    """What was sent did not arrive in time, or broke off."""


class UnsupportedMedia(BadInput):
    """What was sent is of a type that is not taken here."""


class TooMany(MachizuError):
    """Who asks has asked for more than his share of `limit`; `retry_s` seconds later he may again."""

    def __init__(self, message: Message, retry_s: int, limit: int) -> None:
        super().__init__(message)
        self.retry_s = retry_s
        self.limit = limit


# The first that fits: kinds of an error stand before it.
STATUSES: dict[type[MachizuError], int] = {
    MethodNotAllowed: 405,
    Unauthenticated: 401,
    TooMany: 429,
    TooSlow: 408,
    TooLarge: 413,
    AddressTooLong: 414,
    UnsupportedMedia: 415,
    HeadersTooLarge: 431,
    Stale: 412,
    Reused: 422,
    BadInput: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}
TITLES = {
    400: Message("リクエストが正しくありません", "Bad request"),
    401: Message("鍵が必要です", "Unauthorized"),
    403: Message("許可されていません", "Forbidden"),
    404: Message("見つかりません", "Not found"),
    405: Message("このメソッドは使えません", "Method not allowed"),
    408: Message("時間内に届きませんでした", "Request timeout"),
    409: Message("競合しています", "Conflict"),
    412: Message("読んだ後に変わっています", "Precondition failed"),
    413: Message("大きすぎます", "Content too large"),
    414: Message("URL が長すぎます", "URI too long"),
    415: Message("この形式は受け付けません", "Unsupported media type"),
    422: Message("処理できません", "Unprocessable content"),
    429: Message("要求が多すぎます", "Too many requests"),
    431: Message("ヘッダーが大きすぎます", "Request header fields too large"),
    500: Message("サーバーのエラー", "Internal server error"),
    503: Message("一時的に利用できません", "Service unavailable"),
}
RETRY_AFTER_S = 5
CHALLENGE = 'Bearer realm="machizu"'


def status_of(error: MachizuError) -> int:
    """Return the HTTP status of an error of the tree."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def problem(error: MachizuError, language: str) -> Response:
    """Answer with the error's message in Japanese or, for every other language, English."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _said(TITLES[status], language),
        "status": status,
        "detail": _said(error.message, language),
    }
    name = current_id()
    if name is not None:
        body["requestId"] = name
    headers = {"cache-control": "no-store", "access-control-allow-origin": "*", "vary": "Accept-Language"}
    if isinstance(error, BadParameter):
        body["parameter"] = error.parameter
    if isinstance(error, BadFeatures):
        body["errors"] = error.faults
    return Response(orjson.dumps(body), status, headers | _headers(error, status), "application/problem+json")


def _headers(error: MachizuError, status: int) -> dict[str, str]:
    """Return the header fields that tell the asker what to do about the error."""
    if isinstance(error, MethodNotAllowed):
        return {"allow": error.allowed}
    if isinstance(error, TooMany):
        limits = {"ratelimit-limit": str(error.limit), "ratelimit-remaining": "0"}
        return {"retry-after": str(error.retry_s), "ratelimit-reset": str(error.retry_s), **limits}
    if status == 401:
        return {"www-authenticate": CHALLENGE}
    return {"retry-after": str(RETRY_AFTER_S)} if status == 503 else {}


def unexpected(error: Exception, path: str) -> MachizuError:
    """Log the error with its traceback; what the reader gets says nothing of the inside."""
    log.error("%s failed", path, exc_info=error)
    return MachizuError(
        Message(
            "サーバーで予期しないエラーが起きました。時間をおいてやり直し、続くときは運用者へ知らせてください。",
            "The server met an unexpected error. Try again later; if it stays, tell the operator.",
        )
    )


def _said(message: Message, language: str) -> str:
    return message.ja if language.startswith("ja") else message.en

"""Errors as problem details (RFC 9457): one table from the error tree to statuses."""

from __future__ import annotations

import logging

import orjson
from starlette.responses import Response

from gis_core.errors import (
    BadInput,
    BadParameter,
    Conflict,
    Forbidden,
    MachizuError,
    Message,
    NotFound,
    Unavailable,
)

log = logging.getLogger("machizu.api")

STATUSES: dict[type[MachizuError], int] = {
    BadInput: 400,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}
TITLES = {
    400: Message("リクエストが正しくありません", "Bad request"),
    403: Message("許可されていません", "Forbidden"),
    404: Message("見つかりません", "Not found"),
    405: Message("このメソッドは使えません", "Method not allowed"),
    409: Message("競合しています", "Conflict"),
    500: Message("サーバーのエラー", "Internal server error"),
    503: Message("一時的に利用できません", "Service unavailable"),
}
RETRY_AFTER_S = 5
METHODS = "GET, HEAD, OPTIONS"


class MethodNotAllowed(MachizuError):
    """The resource is there and does not know this method."""


def status_of(error: MachizuError) -> int:
    """Return the HTTP status of an error of the tree."""
    if isinstance(error, MethodNotAllowed):
        return 405
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def problem(error: MachizuError, language: str) -> Response:
    """Answer with the error's message in Japanese or, for every other language, English."""
    status = status_of(error)
    body = {
        "type": "about:blank",
        "title": _said(TITLES[status], language),
        "status": status,
        "detail": _said(error.message, language),
    }
    headers = {"cache-control": "no-store", "access-control-allow-origin": "*", "vary": "Accept-Language"}
    if isinstance(error, BadParameter):
        body["parameter"] = error.parameter
    if status == 503:
        headers["retry-after"] = str(RETRY_AFTER_S)
    if status == 405:
        headers["allow"] = METHODS
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


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

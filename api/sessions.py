"""Writes by a session's cookie: only from a page of this site, as its token and its origin prove."""

from __future__ import annotations

from api.asked import Asked
from api.behind import Behind
from gis_core.errors import Forbidden, Message

_CHECKED = {b"cookie", b"x-csrftoken", b"origin", b"referer", b"host", b"sec-fetch-site"}


def require_same_site(asked: Asked, behind: Behind) -> None:
    """Raise `Forbidden` for a write by cookie that another site may have caused.

    Keys need no such proof: a browser sends none by itself.
    """
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in asked.scope["headers"]
        if name in _CHECKED
    }
    site = headers.get("sec-fetch-site", "same-origin")
    if site in ("same-origin", "none") and behind.csrf_passes(
        headers, secure=asked.scope["scheme"] == "https"
    ):
        return
    raise Forbidden(
        Message(
            "この書き込みは、このサイトのページからのものと確かめられません。X-CSRFToken ヘッダーに csrftoken の Cookie の値を付けるか、API の鍵を使ってください。",
            "This write cannot be told to come from a page of this site. Send the csrftoken cookie's value as X-CSRFToken, or use an API key.",
        )
    )

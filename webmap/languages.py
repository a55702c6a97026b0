"""The language of a page: asked for in the address, remembered in a cookie, else what the browser prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from gis_core.languages import LANGUAGES, NAMES, html_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

COOKIE = "machizu_language"
COOKIE_AGE = 365 * 24 * 3600
DEFAULT = "ja"

# Every language of the product has a complete catalogue under locale/; a test holds this to be so.
OFFERED = LANGUAGES


class LanguageChoice(NamedTuple):
    """One entry of the language switch."""

    code: str
    name: str
    tag: str
    is_current: bool


def choices(current: str) -> list[LanguageChoice]:
    """Return the entries of the language switch, Japanese first."""
    return [LanguageChoice(code, NAMES[code], html_tag(code), code == current) for code in OFFERED]


def alternates() -> list[tuple[str, str]]:
    """Return the other languages for search engines: tag and code. They know no easy Japanese beside Japanese."""
    return [(html_tag(code), code) for code in OFFERED if not code.startswith(DEFAULT)]


def current() -> str:
    """Return the language in force, one of `OFFERED`."""
    code = translation.get_language()
    return code if code in OFFERED else DEFAULT


def wanted(request: HttpRequest) -> str:
    """Return the offered language that suits the request best; Japanese if none does."""
    accepted = [code for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    asked = [request.GET.get("lang", ""), request.COOKIES.get(COOKIE, ""), *accepted]
    return next((found for code in asked if (found := _offered(code))), DEFAULT)


def _offered(code: str) -> str | None:
    code = code.lower()
    # Traditional Chinese is no reason to show simplified characters; any other Chinese tag is.
    if code.partition("-")[0] == "zh" and not {"tw", "hk", "mo", "hant"} & {*code.split("-")}:
        return "zh-hans"
    return next((c for c in (code, code.partition("-")[0]) if c in OFFERED), None)


class LanguageMiddleware:
    """Answer each request in the language `wanted` finds; `?lang=` is remembered for a year."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language for this request only."""
        code = wanted(request)
        request.LANGUAGE_CODE = code
        with translation.override(code):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", html_tag(code))
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if _offered(request.GET.get("lang", "")) == code:
            response.set_cookie(COOKIE, code, max_age=COOKIE_AGE, samesite="Lax", secure=request.is_secure())
        return response

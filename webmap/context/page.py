"""What every page shows: the city, its emergencies, the pages of the site, the languages, the sample banner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis_core.definition import Texts
from gis_core.languages import NAMES, html_tag
from layers import selectors
from webmap import languages

if TYPE_CHECKING:
    from django.http import HttpRequest

# The names of the pages' URLs with their titles, in the order in which the header and the footer show them.
NAVIGATION = (
    ("webmap:home", gettext_lazy("Map")),
    ("webmap:place", gettext_lazy("My place")),
    ("webmap:lists", gettext_lazy("Lists")),
    ("webmap:events", gettext_lazy("Event calendar")),
    ("webmap:cameras", gettext_lazy("River cameras")),
    ("webmap:disaster", gettext_lazy("Disaster information")),
)
ABOUT = (
    ("webmap:print", gettext_lazy("Map to print")),
    ("webmap:accessibility", gettext_lazy("Accessibility policy")),
)

# What of an address makes a page of its own for search engines.
OWN_PAGE = ("hazard", "page")


class Entry(NamedTuple):
    """A link to a page of the site."""

    title: str
    address: str
    is_current: bool


class Emergency(NamedTuple):
    """A declared situation, and the words that say since when."""

    name: str
    since: str


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the values that `webmap/base.html` needs."""
    language = languages.current()
    return {
        "city_name": Texts(settings.MACHIZU.city.name).to(language),
        "language": language,
        "language_name": NAMES[language],
        "language_tag": html_tag(language),
        "languages": [(choice, _address_in(request, choice.code)) for choice in languages.choices(language)],
        "canonical": _canonical(request, language),
        "alternates": [(tag, _absolute(request, lang=code)) for tag, code in languages.alternates()],
        "without_language": _absolute(request),
        "navigation": _entries(request, NAVIGATION),
        "about": _entries(request, ABOUT),
        "is_sample": bool(selectors.sample_layers()),
        "situations": [_emergency(*found) for found in selectors.open_situations()],
    }


def asked(request: HttpRequest, name: str, length: int) -> str:
    """Return a text of the address, at most `length` letters of it; PostgreSQL takes no NUL."""
    return request.GET.get(name, "").replace("\0", "").strip()[:length]


def _entries(request: HttpRequest, named: tuple[tuple[str, Any], ...]) -> list[Entry]:
    found = [(str(title), reverse(name)) for name, title in named]
    return [Entry(title, address, address == request.path) for title, address in found]


def _emergency(name: str, opened_at: Any) -> Emergency:
    moment = date_format(timezone.localtime(opened_at), "DATETIME_FORMAT")
    return Emergency(name, _("since %(moment)s") % {"moment": moment})


def _canonical(request: HttpRequest, language: str) -> str:
    return _absolute(request) if language == languages.DEFAULT else _absolute(request, lang=language)


def _absolute(request: HttpRequest, **more: str) -> str:
    said = {name: request.GET[name] for name in OWN_PAGE if request.GET.get(name)} | more
    query = f"?{urlencode(said)}" if said else ""
    return request.build_absolute_uri(f"{quote(request.path)}{query}")


def _address_in(request: HttpRequest, code: str) -> str:
    query = request.GET.copy()
    query["lang"] = code
    return f"{request.path}?{query.urlencode()}"

"""What every page shows: the city, its emergencies, the pages of the site, the languages, the sample banner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
NAVIGATION = (("webmap:home", gettext_lazy("Map")), ("webmap:lists", gettext_lazy("Lists")))
ABOUT: tuple[tuple[str, Any], ...] = ()


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
        "navigation": _entries(request, NAVIGATION),
        "about": _entries(request, ABOUT),
        "is_sample": bool(selectors.sample_layers()),
        "situations": [_emergency(*found) for found in selectors.open_situations()],
    }


def _entries(request: HttpRequest, named: tuple[tuple[str, Any], ...]) -> list[Entry]:
    found = [(str(title), reverse(name)) for name, title in named]
    return [Entry(title, address, address == request.path) for title, address in found]


def _emergency(name: str, opened_at: Any) -> Emergency:
    moment = date_format(timezone.localtime(opened_at), "DATETIME_FORMAT")
    return Emergency(name, _("since %(moment)s") % {"moment": moment})


def _address_in(request: HttpRequest, code: str) -> str:
    query = request.GET.copy()
    query["lang"] = code
    return f"{request.path}?{query.urlencode()}"

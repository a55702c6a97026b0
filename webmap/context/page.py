"""What every page shows: the city, the language switch, the sample-data banner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from gis_core.definition import Texts
from gis_core.languages import html_tag
from layers import selectors
from webmap import languages

if TYPE_CHECKING:
    from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the values that `webmap/base.html` needs."""
    language = languages.current()
    return {
        "city_name": Texts(settings.MACHIZU.city.name).to(language),
        "language": language,
        "language_tag": html_tag(language),
        "languages": [(choice, _address_in(request, choice.code)) for choice in languages.choices(language)],
        "is_sample": bool(selectors.sample_layers()),
    }


def _address_in(request: HttpRequest, code: str) -> str:
    query = request.GET.copy()
    query["lang"] = code
    return f"{request.path}?{query.urlencode()}"

"""One place: what is dangerous there and where to go, as a page that needs neither map nor script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api.place import answer_from_thread
from gis_core.errors import BadParameter, MachizuError, NotFound
from webmap import languages
from webmap.context import page
from webmap.context import place as place_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ASKED = ("q", "lon", "lat")
QUERY_LENGTH = 200


@never_cache
@require_safe
def place(request: HttpRequest) -> HttpResponse:
    """My place: `?q=` an address, a name, a postal code, or `?lon=&lat=` (degrees); without them only the question."""
    asked = {name: text for name in ASKED if (text := page.asked(request, name, QUERY_LENGTH))}
    if not asked:
        return render(request, "webmap/place.html", place_page.question(request))
    try:
        answer = answer_from_thread(request.META, asked, languages.current())
    except MachizuError as error:
        return render(request, "webmap/place.html", place_page.refusal(request, error), status=_status(error))
    return render(request, "webmap/place.html", place_page.context(request, answer))


def _status(error: Any) -> int:
    if isinstance(error, NotFound):
        return 404
    return 400 if isinstance(error, BadParameter) else 503

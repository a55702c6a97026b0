"""The accessibility policy: which standard, what it covers, what was tested and how, and what is not met."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from webmap.context import page

if TYPE_CHECKING:
    from django.http import HttpRequest

# When this text was last compared with the pages.
REVIEWED = date(2026, 11, 22)


def context(request: HttpRequest) -> dict[str, Any]:
    """Return the values of `webmap/accessibility.html`."""
    return {
        **page.context(request),
        "reviewed": date_format(REVIEWED, "DATE_FORMAT"),
        "tested": _tested(),
        "ways": _ways(),
        "unmet": _unmet(),
    }


def _tested() -> list[str]:
    return [
        _("An automatic check (axe-core, the rules of WCAG 2.0 to 2.2, levels A and AA) on pages and their states."),
        _("The main tasks with the keyboard alone, in the browser Chromium."),
        _("A width of 320 pixels without scrolling sideways, and a phone's width."),
        _("The pages without JavaScript, and without WebGL, which the map needs."),
    ]  # fmt: skip


def _ways() -> list[str]:
    return [
        _("Everything on the map stands also in lists and tables, from the same data."),
        _("Colour is never the only sign: there are words, numbers or shapes beside it."),
        _("Text can be made larger with the browser; buttons are at least 44 pixels high."),
        _("Movement stops where the device asks for less motion."),
    ]


def _unmet() -> list[str]:
    return [
        _("Places drawn on the map cannot be reached one by one with the keyboard or a screen reader. Use the list."),
        _("Not yet tested by people who use a screen reader; no formal test after JIS X 8341-3 (conformance) was made."),
        _("Images of river cameras have only name and time as text; what they show is not described."),
        _("Names in foreign languages are there only where the data has them."),
        _("Pages on other sites to which entries lead are outside this policy."),
    ]  # fmt: skip

"""A feature's values as people read them: titles of codes, yes and no, dates, telephone and web links."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from gis_core.definition import Field


class Cell(NamedTuple):
    """One value: its text, and where it leads (telephone, web page, mail) if anywhere."""

    text: str
    href: str | None = None


def cell(field: Field, value: Any, language: str) -> Cell:
    """Return the value of `field` for a reader of `language`; an empty text where there is none."""
    if value is None or value == "":
        return Cell("")
    text = _text(field, value, language)
    return Cell(text, _href(field, text))


def _text(field: Field, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    titles = {choice.value: choice.title for choice in field.choices}
    text = titles[str(value)].to(language) if str(value) in titles else str(value)
    return f"{text} {field.unit}" if field.unit else text


def _href(field: Field, text: str) -> str | None:
    if field.kind == "phone" or field.role == "phone":
        digits = re.sub(r"[^\d+]", "", text)
        return f"tel:{digits}" if digits else None
    if field.kind == "email":
        return f"mailto:{text}"
    # Only these two schemes: a delivered cell must not become a javascript: link.
    return text if text.startswith(("https://", "http://")) else None

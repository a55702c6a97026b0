"""The disaster page: what is in force, which sites are open, which roads are closed, where to get water and food."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from layers import happenings, live, selectors
from layers.catalogue import Catalogue, LayerInfo
from webmap.context import catalogue as describe
from webmap.context import filters, page, states, values
from webmap.context.lists import called

if TYPE_CHECKING:
    from django.http import HttpRequest

# What else matters in an emergency, in this order; what has an end is shown until then.
LAYERS = ("road_closures", "distribution_points")
SHOWN = 200
COLUMNS = 4
# Alerts said in the reader's language, else in a language of more readers than Japanese has.
FALLBACK = ("en", "ja")


class Warned(NamedTuple):
    """One alert: its level (1–5, None where the hazard has none) and its words."""

    level: int | None
    name: str
    headline: str
    instruction: str
    areas: str
    sent: str


class Site(NamedTuple):
    """An evacuation site and its state."""

    called: Any
    address: str
    state: states.State
    place: str


class Block(NamedTuple):
    """A layer that matters now, as a table."""

    layer: dict[str, Any]
    columns: list[str]
    rows: list[dict[str, Any]]


def context(request: HttpRequest, catalogue: Catalogue) -> dict[str, Any]:
    """Return the values of `webmap/disaster.html`."""
    base = page.context(request)
    language = base["language"]
    opening = [i for i in catalogue.layers.values() if filters.has_states(i.definition)]
    return {
        **base,
        "now": date_format(timezone.localtime(), "DATETIME_FORMAT"),
        "alerts": [_alert(alert, language) for alert in live.alerts_in_force()],
        "sites": [(describe.layer(info, language), *_sites(info, language)) for info in opening],
        "blocks": [_block(catalogue.layers[name], language) for name in LAYERS if name in catalogue.layers],
        "has_cameras": "river_cameras" in catalogue.layers,
    }


def _alert(alert: Mapping[str, Any], language: str) -> Warned:
    sent = parse_datetime(alert["sent"])
    name = _said(alert["name"], language) or str(alert["event"])
    return Warned(
        level=alert["level"],
        # Since 2026 the agency's names begin with the level, which stands before the name already.
        name=name.removeprefix(f"レベル{alert['level']}"),
        headline=_said(alert["headline"], language),
        instruction=_said(alert["instruction"], language),
        areas="・".join(str(area.get("name", "")) for area in alert["areas"]),
        sent=date_format(timezone.localtime(sent), "DATETIME_FORMAT") if sent else "",
    )


def _said(words: Mapping[str, str], language: str) -> str:
    order = ("ja-easy", "ja") if language == "ja-easy" else (language, *FALLBACK)
    return next((words[code] for code in order if words.get(code)), "")


def _sites(info: LayerInfo, language: str) -> tuple[list[Site], int]:
    """Return the sites of which a state is known, those that take people first, and how many these are."""
    reported = states.states_of(info)
    rows = selectors.features(info, ids=list(reported), limit=SHOWN)
    found = [_site(info, row, reported[row["id"]], language) for row in rows]
    found.sort(key=lambda site: site.state.code not in states.USABLE)
    return found, sum(site.state.code in states.USABLE for site in found)


def _site(info: LayerInfo, row: dict[str, Any], state: states.State, language: str) -> Site:
    address = info.field_with_role("address")
    return Site(
        called=called(info, row, language),
        address=str(row.get(address.name) or "") if address else "",
        state=state,
        place=reverse("webmap:item", args=[info.id, row["id"]]),
    )


def _block(info: LayerInfo, language: str) -> Block:
    rows = happenings.open_ended(info, timezone.now(), SHOWN)
    by_name = {f.name: f for f in info.fields if f.role != "name"}
    shown = [by_name[name] for name in info.definition.popup if name in by_name]
    used = [f for f in shown if any(row.get(f.name) not in (None, "") for row in rows)][:COLUMNS]
    return Block(
        describe.layer(info, language),
        [f.title.to(language) for f in used],
        [
            {
                "called": called(info, row, language),
                "address": reverse("webmap:item", args=[info.id, row["id"]]),
                "cells": [(f.title.to(language), values.cell(f, row.get(f.name), language)) for f in used],
            }
            for row in rows
        ],
    )

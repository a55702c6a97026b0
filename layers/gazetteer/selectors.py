"""Reads of the gazetteer for Django's side: pages, loading, the command line."""

from __future__ import annotations

import datetime
import json
from typing import Any, NamedTuple

from django.db import connection

from gis_core.definition import LayerDefinition
from gis_core.definition_file import build_definition
from layers.gazetteer.areas import Areas, areas_of
from layers.gazetteer.home import Home
from layers.gazetteer.searching import at_statement, search_statement
from layers.gazetteer.sources import AREAS
from layers.gazetteer_models import GazetteerTown
from layers.models import Layer
from layers.reads import Statement


class Content(NamedTuple):
    """One source's places of one municipality."""

    source: str
    municipality: str
    towns: int
    addresses: int
    source_date: datetime.date | None


def contents() -> list[Content]:
    """Return what is loaded, by source and municipality."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT source, prefecture || county || municipality AS whole, count(*), sum(numbers)::bigint, max(source_date)
            FROM layers_gazetteertown AS town CROSS JOIN LATERAL (
                SELECT count(*) AS numbers FROM layers_gazetteeraddress WHERE town_id = town.id) AS counted
            GROUP BY source, whole ORDER BY source, whole""")
        return [Content(*row) for row in cursor.fetchall()]


def town_areas() -> Areas | None:
    """Return what the city's layer of towns' areas gives the gazetteer, None without such a layer."""
    layer = Layer.objects.filter(pk=AREAS, retired_at=None).first()
    definition = build_definition(layer.definition) if layer else None
    return areas_of(definition.fields) if isinstance(definition, LayerDefinition) else None


def is_empty() -> bool:
    """Tell whether the gazetteer has no place at all: nothing is loaded, and the layer of areas has none."""
    has_areas = Layer.objects.filter(pk=AREAS, retired_at=None, feature_count__gt=0).exists()
    return not has_areas and not GazetteerTown.objects.exists()


def search(
    text: str, limit: int, *, home: Home | None = None, areas: Areas | None = None
) -> list[dict[str, Any]]:
    """Return what `searching.search_statement` finds."""
    found = _answer(search_statement(text, limit, home=home, areas=areas))
    return list(found)


def town_at(lon: float, lat: float, *, areas: Areas | None = None) -> dict[str, Any] | None:
    """Return what `searching.at_statement` finds at a point (degrees, EPSG:4326)."""
    found = _answer(at_statement(lon, lat, areas=areas))
    return None if found is None else dict(found)


def _answer(statement: Statement) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        (found,) = cursor.fetchone()
    # Django leaves a column of JSON as text.
    return json.loads(found) if isinstance(found, str) else found

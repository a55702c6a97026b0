"""The positions of addresses: thousands at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from gis_core.addresses import parse_address
from layers.gazetteer.home import Home, home_parameters
from layers.gazetteer.matching import Match, Row, match_of, names_parameters, names_statement
from layers.gazetteer.selectors import town_areas
from layers.gazetteer.statements import address_parameters, located

__all__ = ["Match", "locate"]


def locate(addresses: Sequence[str], home: Home | None = None) -> list[Match | None]:
    """Return the best match of each address, None where not even a municipality is known.

    `home` is the municipality meant where none is written; without it, any that has such a town. An address that
    names another municipality is never placed in `home`. Two statements, however many the addresses.
    """
    asked = list(dict.fromkeys(addresses))
    parsed = [parse_address(text) for text in asked]
    areas = town_areas()
    parameters: dict[str, Any] = {**address_parameters(parsed), **home_parameters(home)}
    with connection.cursor() as cursor:
        if areas is not None:
            cursor.execute(names_statement(areas).text)
            parameters |= names_parameters(cursor.fetchall(), home)
        cursor.execute(located(areas).as_string(cursor.connection), parameters)
        rows = [Row(*row) for row in cursor.fetchall()]
    found = {asked[row.n - 1]: match_of(row, parsed[row.n - 1]) for row in rows}
    return [found.get(text) for text in addresses]

"""The network of walking ways kept fresh: made anew when the roads, or the areas of a hazard, have changed."""

from __future__ import annotations

from django.db import connection, transaction

from layers import exposure_areas, selectors, ways_network
from layers.exposure import ROADS
from layers.merge import large_work
from layers.visibility import ADMINISTRATOR


@transaction.atomic
def renew() -> bool:
    """Make the network anew if it is due, and tell whether it was; one at a time, whoever asks."""
    roads = selectors.catalogue(ADMINISTRATOR).layers.get(ROADS)
    if roads is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('machizu.ways'))")
        made = {name: exposure_areas.made_list(cursor, name) for name in sorted(exposure_areas.known(cursor))}
        areas = {name: found for name, found in made.items() if found is not None}
        if ways_network.made_version(cursor) == ways_network.version_of(roads, areas):
            return False
        with large_work(cursor):
            ways_network.make(cursor, roads, areas)
    return True

"""The network of walking ways kept fresh: made anew when the roads have been published."""

from __future__ import annotations

from django.db import connection, transaction

from layers import selectors, ways_network
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
        if ways_network.made_version(cursor) == ways_network.version_of(roads):
            return False
        with large_work(cursor):
            ways_network.make(cursor, roads)
    return True

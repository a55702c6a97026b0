"""What a listener has missed: SQL, and the place in the stream of changes from which it is told.

Numbers of rows do not come in the order of commits: who stops at one could miss a smaller one that commits later.
A place is therefore a transaction before which all were finished (see `0007_webhooks.sql`), so nothing is ever
missed; something that ran meanwhile may be told twice, which does no harm, since events tell what now holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from layers.reads import Statement

# Above this many features an event names none, and readers ask for all.
NAMED_FEATURES = 500
_PLACE = re.compile(r"(\d{1,18})-(\d{1,18})")


@dataclass(frozen=True)
class Place:
    """A place in the stream: all transactions before `before` are told, and of the others `xid`."""

    before: int
    xid: int = 0

    def __str__(self) -> str:
        """Return the place as `place_of` reads it."""
        return f"{self.before}-{self.xid}"

    def at_least(self, before: int) -> Place:
        """Return the place, or the later one of which so much is known."""
        return Place(max(self.before, before), self.xid)

    def after(self, payload: dict[str, Any]) -> Place:
        """Return the place after a notice, which comes in the order of the commits."""
        if "before" not in payload:
            return self
        return Place(max(self.before, payload["before"]), payload["xid"])


def place_of(text: str) -> Place | None:
    """Return the place that a listener names, None for a text that names none."""
    found = _PLACE.fullmatch(text)
    return Place(int(found[1]), int(found[2])) if found else None


def now_statement() -> Statement:
    """One row: the place now, as one number."""
    return Statement("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", {})


def published_alerts_statement(ids: Collection[int]) -> Statement:
    """Rows of one column: those of the alerts that are shown to people."""
    return Statement("SELECT id FROM public_alert WHERE id = ANY(%(ids)s) ORDER BY id", {"ids": [*ids]})


def missed_statement(place: Place, layers: Collection[str], *, staff: bool) -> Statement:
    """One row: the place now (one number), whether the place named can be one of this database, and three JSON lists.

    Of layers `{layer, revision, envelope}`, of live status `{layer, features, last}`, each of the layers given,
    and of alerts `{alerts}`: what an event says. `staff` reads what the public role may not.
    """
    text = sql.SQL("""
        WITH since AS NOT MATERIALIZED (
            SELECT %(before)s::bigint::text::xid8 AS before, %(xid)s::bigint::text::xid8 AS told,
                   pg_snapshot_xmin(pg_current_snapshot()) AS oldest, pg_snapshot_xmax(pg_current_snapshot()) AS next)
        SELECT (SELECT oldest::text::bigint FROM since), (SELECT before <= next FROM since),
               (SELECT json_agg(json_build_object('layer', layer_id, 'revision', revision, 'envelope',
                           CASE WHEN box IS NOT NULL THEN json_build_array(
                               ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)) END))
                FROM (SELECT layer_id, max(revision) AS revision,
                             CASE WHEN bool_and(envelope IS NOT NULL) THEN ST_Extent(envelope) END AS box
                      FROM layers_revision WHERE {written} AND layer_id = ANY(%(layers)s) GROUP BY layer_id) AS r),
               (SELECT json_agg(json_build_object('layer', layer, 'last', last, 'features',
                           CASE WHEN cardinality(features) <= {named} THEN features END))
                FROM (SELECT layer, max(id) AS last, array_agg(DISTINCT feature_id) AS features
                      FROM {status} WHERE {written} AND layer = ANY(%(layers)s) GROUP BY layer) AS s),
               (SELECT json_build_array(json_build_object('alerts', array_agg(id ORDER BY id)))
                FROM public_alert WHERE {written} HAVING count(*) > 0)""").format(
        # Rows of a restored database may name transactions that are yet to come here.
        written=sql.SQL(
            "xid >= (SELECT before FROM since) AND xid <> (SELECT told FROM since) AND xid < (SELECT next FROM since)"
        ),
        named=sql.Literal(NAMED_FEATURES),
        status=sql.Identifier("layers_statusentry" if staff else "public_status"),
    )
    values = {"before": place.before, "xid": place.xid, "layers": [*layers]}
    return Statement(text.as_string(None), values)

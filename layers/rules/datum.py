"""Whether a delivery misses the published places as coordinates in the Tokyo datum do."""

from __future__ import annotations

from typing import Any

from gis_core.errors import Message
from gis_core.issues import Issue
from layers.pairing import PAIRS
from layers.rules.stage import Stage, fetch
from layers.tables import table

# So many pairs tell the offset; more only cost time.
_COMPARED = 1000


def tokyo_datum(cursor: Any, stage: Stage) -> list[Issue]:
    """Compare the rows that moved with the features they are paired with; return a warning about the whole, or none."""
    if stage.definition.geometry != "Point":
        return []
    moved = fetch(
        cursor,
        """
        SELECT ST_X(staged.geom), ST_Y(staged.geom), ST_X(old.geom), ST_Y(old.geom)
        FROM {pairs} AS p JOIN {stage} AS staged USING (stage_order) JOIN {layer} AS old ON old.id = p.id
        WHERE p.changed AND NOT staged.geom = old.geom LIMIT %(compared)s""",
        {"compared": _COMPARED},
        pairs=PAIRS,
        stage=stage.table,
        layer=table(stage.definition.id),
    )
    if not moved:
        return []
    # Imported here because it brings numpy and pyproj, which only who loads needs.
    from gis_core.datums import looks_like_tokyo

    return [_warning()] if looks_like_tokyo(*zip(*moved, strict=True)) else []


def _warning() -> Issue:
    message = Message(
        ja="公開中の同じ地物から、日本測地系の座標を世界測地系として読んだときと同じ向きに、およそ 450 m ずれています。日本測地系の座標なら --crs EPSG:4301 を付けて検査し直してください。",
        en="The positions miss the published features by some 450 m, in the direction in which coordinates of the Tokyo datum do when read as JGD2011. If they are Tokyo datum, check again with --crs EPSG:4301.",
    )
    return Issue(None, None, "geom", "coordinates.datum", "warning", None, message)

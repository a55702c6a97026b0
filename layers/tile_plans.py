"""Which features of a layer its tiles hold at which zoom, so that no tile grows beyond a budget.

Each feature of a large layer has a level: the coarsest grid in whose cell it is the most important (largest,
then oldest) one, or in which it is as large as a cell is. Grid L has 2^L cells along the edge of
WebMercatorQuad's world, so a feature that is shown stays when one zooms in. A plan names the finest level
that is shown at each zoom; from some zoom on, tiles hold everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gis_core.definition import Field, LayerDefinition

# A layer of so few features is shown whole at every zoom.
SMALL = 2_000
# Bytes, before compression: about what a phone decodes in one frame's time, as other tile makers limit theirs.
BUDGET = 500_000
# From this zoom on tiles are complete, whatever they weigh: here people look for every single feature.
COMPLETE_FROM = 14
# Cells along a tile's edge, as a power of two. 64 are 8 pixels each, less than a symbol; lines and areas are drawn to
# their edges, so they thin out at 4 pixels.
DETAIL = {"Point": 6, "LineString": 7, "Polygon": 7}
COARSEST_DETAIL = 2
# So many cells long, a line is shown in any case, an area likewise: its gap would be seen.
LARGE_CELLS = {"LineString": 4, "Polygon": 1}
TOP_LEVEL = COMPLETE_FROM - 1 + max(DETAIL.values())

_KEPT_ROLES = frozenset({"name", "name_en", "status"})


@dataclass(frozen=True)
class TilePlan:
    """The plan of a layer, made at its `revision`; -1 is a default, made without a look at the data.

    `levels[z]` is the finest level shown at WebMercatorQuad's zoom z; from `len(levels)` on all is shown.
    `fields` are the attributes that tiles of the planned zooms keep.
    """

    revision: int = -1
    levels: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()

    def level(self, zoom: int) -> int | None:
        """Return the finest level shown at a zoom; None where all is."""
        return self.levels[max(zoom, 0)] if zoom < len(self.levels) else None


# Everything at every zoom.
WHOLE = TilePlan()


class Weight(NamedTuple):
    """The features of one level in one tile of zoom COMPLETE_FROM - 1, in estimated bytes of a tile.

    `whole` with all attributes, `kept` with those of the planned zooms.
    """

    column: int
    row: int
    level: int
    whole: int
    kept: int


def plan_of(stored: Mapping[str, Any] | None, definition: LayerDefinition, feature_count: int) -> TilePlan:
    """Return the plan that the store holds, or the default for a layer that has none yet."""
    if stored is not None:
        return TilePlan(stored["revision"], tuple(stored["levels"]), tuple(stored["fields"]))
    if feature_count <= SMALL:
        return WHOLE
    detail = DETAIL[dimension(definition)]
    return TilePlan(-1, tuple(z + detail for z in range(COMPLETE_FROM)), kept_fields(definition))


def kept_fields(definition: LayerDefinition) -> tuple[str, ...]:
    """Return the attributes that planned zooms keep: names, and what styles tell features apart by."""
    return tuple(f.name for f in definition.fields if _is_kept(f))


def dimension(definition: LayerDefinition) -> str:
    """Return the kind of geometry, single or multi alike."""
    return definition.geometry.removeprefix("Multi")


def choose_levels(weights: Iterable[Weight], detail: int, budget: int = BUDGET) -> tuple[int, ...]:
    """Return the finest level for each zoom below the first at which every tile holds all within the budget.

    Where the detail that is wanted does not fit, it is halved until the heaviest tile does.
    """
    found: list[int] = []
    last = TOP_LEVEL
    current = list(weights)
    for zoom in range(COMPLETE_FROM - 1, -1, -1):
        if found or _heaviest(current, TOP_LEVEL, whole=True) > budget:
            fitting = (
                d for d in range(detail, COARSEST_DETAIL, -1) if _heaviest(current, zoom + d) <= budget
            )
            last = min(last, zoom + next(fitting, COARSEST_DETAIL))
            found.append(last)
        current = _parents(current)
    return tuple(reversed(found))


def _is_kept(field: Field) -> bool:
    return bool(field.choices) or field.role in _KEPT_ROLES


def _heaviest(weights: Iterable[Weight], level: int, *, whole: bool = False) -> int:
    tiles: defaultdict[tuple[int, int], int] = defaultdict(int)
    for weight in weights:
        if weight.level <= level:
            tiles[weight.column, weight.row] += weight.whole if whole else weight.kept
    return max(tiles.values(), default=0)


def _parents(weights: Iterable[Weight]) -> list[Weight]:
    """Return the weights by the tiles one zoom below."""
    sums: defaultdict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for weight in weights:
        total = sums[weight.column >> 1, weight.row >> 1, weight.level]
        total[0] += weight.whole
        total[1] += weight.kept
    return [Weight(*key, *total) for key, total in sums.items()]

"""Exposure added up: counts, capacities, metres and people by class, with small numbers of people hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gis_core.errors import BadParameter, Message
from layers.aggregates import LEAST
from layers.exposure_areas import ALL, AreaList

Numbers = dict[int, float]


@dataclass
class People:
    """People of towns and grid squares by place of class; `ALL` is the total."""

    towns: dict[int, Numbers] = field(default_factory=dict)
    cells: dict[tuple[int, int], Numbers] = field(default_factory=dict)
    whole: Numbers = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """The classes that are told, and how the total of them is made."""

    areas: AreaList
    places: tuple[int, ...]

    @classmethod
    def of(cls, areas: AreaList, class_id: str | None) -> Chosen:
        """Choose one class by its id, or all. Raises `BadParameter` for an unknown one."""
        places = {kind.id: place for place, kind in enumerate(areas.classes, start=1)}
        if class_id is not None and class_id not in places:
            names = ", ".join(places)
            raise BadParameter(
                "class",
                Message(
                    f"class に使えるのは次のどれかです：{names}。指定しなければすべてです。",
                    f"class takes one of: {names}. Without it, all of them.",
                ),
            )
        return cls(areas, tuple(places.values()) if class_id is None else (places[class_id],))

    @property
    def narrowed(self) -> bool:
        """Whether one class of several was chosen."""
        return len(self.places) < len(self.areas.classes)

    def totalled(self, numbers: Mapping[int, float]) -> Numbers:
        """Return the numbers of the chosen places with their total under `ALL`."""
        found = {place: numbers[place] for place in self.places if place in numbers}
        if self.areas.apart or self.narrowed:
            return found | {ALL: sum(found.values())}
        return found | {ALL: numbers.get(ALL, 0.0)}

    def meets(self, places: Sequence[int]) -> tuple[int, ...]:
        """Return which of the places at which a feature lies are chosen."""
        return tuple(place for place in places if place in self.places)


def people(chosen: Chosen, shares: Sequence[Sequence[float]], populations: Mapping[int, int]) -> People:
    """Return people by areal weighting: each town's are thought to live evenly over its area.

    `shares` are those of `exposure.counting_statement`; towns whose population is not known count for nothing.
    """
    towns: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    cells: defaultdict[tuple[int, int], defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    whole: defaultdict[int, float] = defaultdict(float)
    for town, row, column, place, share in shares:
        number = populations.get(int(town), 0) * share
        towns[int(town)][int(place)] += number
        cells[int(row), int(column)][int(place)] += number
        whole[int(place)] += number
    return People(
        {town: chosen.totalled(numbers) for town, numbers in towns.items()},
        {cell: chosen.totalled(numbers) for cell, numbers in cells.items()},
        chosen.totalled(whole),
    )


def told(rows: Sequence[Mapping[int, float]], places: Sequence[int]) -> list[dict[int, int | None]]:
    """Return whole numbers of people by place, None where they are hidden.

    Hidden is what is above 0 and below `LEAST`, and as many others of the same line and column, the smallest, as it
    takes that neither the line's nor the column's total gives them away. The column's own total is told elsewhere.
    """
    columns = [ALL, *(place for place in places if place != ALL)]
    table = [{place: round(row.get(place, 0.0)) for place in columns} for row in rows]
    hidden = {(line, place) for line, row in enumerate(table) for place in columns if 0 < row[place] < LEAST}
    before = -1
    while before != len(hidden):
        before = len(hidden)
        for line, row in enumerate(table):
            _hide_another(hidden, [(line, place) for place in columns], [row[place] for place in columns])
        for place in columns:
            _hide_another(
                hidden, [(line, place) for line in range(len(table))], [row[place] for row in table]
            )
    return [
        {place: None if (line, place) in hidden else row[place] for place in columns}
        for line, row in enumerate(table)
    ]


def _hide_another(
    hidden: set[tuple[int, int]], keys: Sequence[tuple[int, int]], numbers: Sequence[int]
) -> None:
    """Hide the smallest other number of a line or column in which one alone is hidden."""
    if sum(key in hidden for key in keys) != 1:
        return
    others = [
        (number, key) for number, key in zip(numbers, keys, strict=True) if number and key not in hidden
    ]
    if others:
        hidden.add(min(others)[1])

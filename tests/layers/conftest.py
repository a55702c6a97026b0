"""A small layer and deliveries to it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from gis_core.definition import LayerDefinition
from gis_core.definition_file import parse_definition
from tests.conftest import Store

Row = tuple[Any, ...]


def small_definition(layer_id: str = "benches", **changes: Any) -> LayerDefinition:
    """A point layer with a field of each kind that reads and writes treat differently."""
    parsed = parse_definition(
        {
            "id": layer_id,
            "title": {"ja": "ベンチ", "en": "Benches"},
            "theme": "facility",
            "department": "parks",
            "geometry": "Point",
            "style": {"color": "#336699"},
            "visibility": "public",
            "licence": "CC BY 4.0",
            "source": {"ja": "現地調査"},
            "registration": {
                "contact": "公園係",
                "purpose": {"ja": "休憩場所の案内"},
                "survey": {"kind": "own"},
                "datum": "JGD2011",
                "accuracy": 2500,
                "personal_data": {"contained": False, "reason": {"ja": "設備だけを記録する"}},
                "update_frequency": "yearly",
                "retention_years": 10,
            },
            "keys": [["identifier"]],
            "fields": [
                {"name": "identifier", "type": "string", "title": {"ja": "ID"}},
                {"name": "name", "type": "string", "title": {"ja": "名称"}, "required": True, "role": "name"},
                {"name": "seats", "type": "integer", "title": {"ja": "席数"}},
                {"name": "placed", "type": "date", "title": {"ja": "設置日"}, "role": "start"},
                {"name": "opens", "type": "time", "title": {"ja": "開始"}},
                {"name": "inspector", "type": "string", "title": {"ja": "点検者"}, "visibility": "internal"},
            ],
        }
        | changes
    )
    assert isinstance(parsed, LayerDefinition)
    return parsed


def bench(number: int, name: str | None = None, *, seats: int = 3, lon: float | None = None) -> Row:
    """A row of the small layer."""
    point = shapely.Point(140.0 + number / 1000 if lon is None else lon, 36.9)
    placed = datetime.date(2026, 4, 1) + datetime.timedelta(days=number)
    return (str(number), name or f"ベンチ{number}", seats, placed, "09:30", "山田", point.wkb)


@pytest.fixture
def benches(store: Store) -> LayerDefinition:
    """The small layer, registered in a store of its own."""
    from layers.services.registry import register_layer

    definition = small_definition()
    register_layer(definition)
    return definition


@pytest.fixture
def deliver(benches: LayerDefinition) -> Callable[..., Any]:
    """Bring rows into the small layer: `deliver(rows, mode="publish", key=("identifier",))`."""
    from layers.delivery import Delivery
    from layers.services.loads import Outcome, load_rows

    def bring(
        rows: list[Row],
        *,
        mode: Any = "publish",
        key: tuple[str, ...] = ("identifier",),
        columns: tuple[str, ...] = ("identifier", "name", "seats", "placed", "opens", "inspector"),
    ) -> Outcome:
        return load_rows(
            "benches", Delivery.whole("b.csv", columns, key, rows, {}), actor="tester", mode=mode
        )

    return bring

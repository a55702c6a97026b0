"""Small layers and files for the tests of loading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.pipeline import Checked, check
from etl.table import Options
from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.definition_file import parse_definition

Write = Callable[..., Path]
Check = Callable[..., Checked]

FIELDS: list[dict[str, Any]] = [
    {"name": "identifier", "type": "string", "title": {"ja": "ID"}, "aliases": ["NO"], "kind": "code"},
    {"name": "name", "type": "string", "title": {"ja": "名称"}, "aliases": ["施設名"], "kind": "name", "required": True},
    {"name": "phone", "type": "string", "title": {"ja": "電話番号"}, "kind": "phone"},
    {"name": "capacity", "type": "integer", "title": {"ja": "定員"}, "unit": "人", "minimum": 0, "maximum": 10000},
    {"name": "opened_on", "type": "date", "title": {"ja": "開設日"}, "minimum": "1900-01-01"},
    {"name": "opening_time", "type": "time", "title": {"ja": "開始時間"}, "role": "start_time"},
    {"name": "flood", "type": "boolean", "title": {"ja": "洪水"}, "empty_is": False},
    {"name": "remarks", "type": "string", "title": {"ja": "備考"}, "max_length": 20},
    {
        "name": "kind", "type": "string", "title": {"ja": "種別"},
        "choices": [
            {"value": "school", "title": {"ja": "学校", "en": "School"}},
            {"value": "hall", "title": {"ja": "公民館", "en": "Community hall"}},
        ],
    },
]  # fmt: skip

HERE = "36.871,140.016"


def layer(geometry: str = "Point", **changes: Any) -> LayerDefinition:
    """A definition like those that ship, small enough to read."""
    raw = {
        "id": "places", "title": {"ja": "場所"}, "theme": "facility", "department": "tourism", "geometry": geometry,
        "keys": [["identifier"], ["name"]], "style": {"color": "#005500"}, "fields": FIELDS,
    }  # fmt: skip
    definition = parse_definition({**raw, **changes})
    assert isinstance(definition, LayerDefinition)
    return definition


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a text file in an encoding and return its path."""

    def make(text: str, name: str = "場所.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make


@pytest.fixture
def checked(city: City) -> Check:
    """Check a file against the small layer (or another)."""

    def run(path: Path, definition: LayerDefinition | None = None, **options: Any) -> Checked:
        return check(path, definition or layer(), city, Options(**options))

    return run


def values(done: Checked, field: str) -> list[Any]:
    """The accepted values of one field."""
    return [row[done.columns.index(field)] for row in done.rows]


def rules(done: Checked) -> list[tuple[int | None, str, str]]:
    """Row, rule and severity of every issue."""
    return [(issue.row, issue.rule, issue.severity) for issue in done.report.issues]


@pytest.fixture
def samples(tmp_path: Path) -> list[Path]:
    """One good file of each family of formats."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    places = pd.DataFrame(
        {"ID": [1, 2], "名称": ["本館", "別館"], "緯度": [36.871, 36.872], "経度": [140.016, 140.017]}
    )
    folder = tmp_path / "samples"
    folder.mkdir()
    places.to_csv(folder / "a.csv", index=False, encoding="cp932")
    places.to_excel(folder / "b.xlsx", index=False)
    frame = gpd.GeoDataFrame(places, geometry=shapely.points(places["経度"], places["緯度"]), crs="EPSG:4326")
    for name in ("c.geojson", "d.gpkg", "e.fgb", "f.shp", "g.gml"):
        frame.to_file(folder / name, **({"encoding": "utf-8"} if name == "f.shp" else {}))
    return [folder / name for name in ("a.csv", "b.xlsx", "c.geojson", "d.gpkg", "e.fgb", "f.shp", "g.gml")]

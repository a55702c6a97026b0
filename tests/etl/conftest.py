"""Small layers and files for the tests of loading."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl import reading
from etl.pipeline import clean_part, make_plan
from etl.report import head
from etl.steps import Refused
from etl.table import Options
from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.definition_file import parse_definition
from gis_core.issues import Issue

Write = Callable[..., Path]


@dataclass(frozen=True)
class Report:
    """What a load report says of a file before the store has judged it."""

    head: dict[str, Any]
    read: int
    accepted: int
    issues: tuple[Issue, ...]

    def __getattr__(self, name: str) -> Any:
        value = self.head[name]
        return tuple(value) if name == "unmapped_columns" else value

    def as_dict(self) -> dict[str, Any]:
        rows = {"read": self.read, "accepted": self.accepted, "rejected": self.read - self.accepted}
        return {**self.head, "rows": rows, "issues": [issue.as_dict() for issue in self.issues]}


@dataclass(frozen=True)
class Checked:
    """A whole small file after its check: what the store would be given, and the report so far."""

    report: Report
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    row_numbers: list[int]
    quarantine: list[Refused]
    issues: list[Issue]


Check = Callable[..., Checked]


def check(path: Path, definition: LayerDefinition, city: City, options: Options | None = None) -> Checked:
    """Plan a file and clean all of its parts, as a load does, without a store."""
    options = options or Options()
    tables = list(reading.tables(path, definition, options))
    plan = make_plan(tables[0], definition, city, options, path.name)
    parts = [clean_part(plan, table) for table in tables]
    issues = [*plan.issues, *(issue for part in parts for issue in part.issues)]
    rows = [
        row for part in parts for row in zip(*part.columns, map(bytes.fromhex, part.geometry), strict=True)
    ]
    numbers = [number for part in parts for number in part.numbers]
    refused = [row for part in parts for row in part.refused]
    report = Report(head(plan), len(rows) + len(refused), len(rows), tuple(issues))
    return Checked(report, plan.columns, rows, numbers, refused, issues)


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
KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    '<name>本館</name><ExtendedData><Data name="ID"><value>1</value></Data></ExtendedData>'
    "<Point><coordinates>140.016,36.871,0</coordinates></Point></Placemark></Document></kml>"
)


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
    folder = tmp_path / "samples"
    folder.mkdir()
    return write_samples(folder)


def write_samples(folder: Path) -> list[Path]:
    """Write one good file of each family of formats."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    places = pd.DataFrame(
        {"ID": [1, 2], "名称": ["本館", "別館"], "緯度": [36.871, 36.872], "経度": [140.016, 140.017]}
    )
    places.to_csv(folder / "a.csv", index=False, encoding="cp932")
    places.to_excel(folder / "b.xlsx", index=False)
    frame = gpd.GeoDataFrame(places, geometry=shapely.points(places["経度"], places["緯度"]), crs="EPSG:4326")
    for name in ("c.geojson", "d.gpkg", "e.fgb", "f.shp", "g.gml", "i.geojsonl"):
        frame.to_file(folder / name, **({"encoding": "utf-8"} if name == "f.shp" else {}))
    (folder / "h.kml").write_text(KML, encoding="utf-8")
    frame.to_parquet(folder / "j.parquet")
    with zipfile.ZipFile(folder / "k.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.glob("f.*"):
            archive.write(part, part.name)
    return sorted(p for p in folder.iterdir() if p.suffix not in {".shx", ".dbf", ".prj", ".cpg", ".xsd"})

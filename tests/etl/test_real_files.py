"""Real public files: the ones the first release must load, and all others without a crash."""

from pathlib import Path

import pytest

from gis_core.definition import LayerDefinition
from gis_core.definition_file import read_definition
from gis_core.errors import BadInput
from tests.etl.conftest import Check

DEFINITIONS = Path(__file__).resolve().parents[2] / "layers/definitions"
SUFFIXES = {".csv", ".xlsx", ".xls", ".geojson", ".shp", ".zip", ".kml", ".dbf"}


def standard(layer: str) -> LayerDefinition:
    definition = read_definition(DEFINITIONS / f"{layer}.yaml")
    assert isinstance(definition, LayerDefinition)
    return definition


@pytest.mark.parametrize(
    ("file", "layer", "rows"),
    [
        ("shelters_gsi/emergency/092100.json", "evacuation_sites", 93),
        ("shelters_gsi/evacuation/092100.json", "evacuation_shelters", 87),
        ("river/cctv_list_tochigi.csv", "river_cameras", 214),
        ("boundaries/japanese-admins/09210.json", "city_boundary", 1),
    ],
)
def test_the_city_s_own_files_load_whole(
    shared: Path, checked: Check, file: str, layer: str, rows: int
) -> None:
    done = checked(shared / "data/otawara" / file, standard(layer))
    assert (done.report.read, done.report.accepted, done.quarantine) == (rows, rows, [])


@pytest.mark.parametrize("layer", ["facilities", "town_areas"])
def test_every_municipal_file_is_read_or_refused_with_a_reason(
    shared: Path, checked: Check, layer: str
) -> None:
    definition = standard(layer)
    files = [f for f in (shared / "data/municipal").rglob("*") if f.suffix.lower() in SUFFIXES]
    read = 0
    for file in files:
        try:
            done = checked(file, definition)
        except BadInput as refused:
            assert refused.message.ja
            assert str(shared) not in str(refused)
        else:
            read += 1
            assert done.report.read == len(done.rows) + len(done.quarantine)
    assert read

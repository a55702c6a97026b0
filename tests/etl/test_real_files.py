"""Real public files: none crashes, all their listed faults are found, and the city's own load whole."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from bench.real_files import Outcome, cases, check, prepare
from etl.remarks import REMARKS_HEADER, write
from etl.report_page import render
from etl.table import Options
from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.definition_file import read_definition
from tests.conftest import Store
from tests.etl.conftest import Check
from tests.etl.test_report_page import WHEN

DEFINITIONS = Path(__file__).resolve().parents[2] / "layers/definitions"


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


def test_every_real_file_is_read_or_refused_and_its_faults_are_found(
    shared: Path, store: Store, city: City
) -> None:
    folder = shared / "data"
    prepare(folder, city)
    outcomes = [check(folder, case, city) for case in cases(folder)]
    assert {o.case.path: o.crash for o in outcomes if o.crash} == {}
    assert {o.case.path: o.missed for o in outcomes if o.missed} == {}
    for outcome in outcomes:
        assert_can_be_acted_on(outcome, shared, city)


def assert_can_be_acted_on(outcome: Outcome, shared: Path, city: City) -> None:
    """A refusal names the file and says what to do; a report counts every row once and becomes a page."""
    if outcome.report is None:
        assert outcome.refusal is not None
        assert "ください" in outcome.refusal
        assert str(shared) not in outcome.refusal
        return
    rows = outcome.report["rows"]
    assert rows["read"] == rows["accepted"] + rows["rejected"]
    assert "</html>" in render(outcome.report, standard(outcome.case.layer), city=city, when=WHEN)


def test_the_list_names_every_file_that_a_layer_could_take(shared: Path) -> None:
    folder = shared / "data"
    listed = {case.path for case in cases(folder)}
    tables = {".csv", ".xlsx", ".xls", ".geojson", ".shp", ".zip", ".kml", ".gml"}
    there = {
        p.relative_to(folder).as_posix()
        for p in (folder / "municipal").rglob("*")
        if p.suffix.lower() in tables
    }
    assert {path for path in there - listed if not path.endswith("attributes.csv")} == set()


@pytest.mark.parametrize(
    ("file", "layer", "encoding"),
    [
        ("要配慮者利用施設/yohairyosya.csv", "facilities", "cp932"),
        ("生活応援商品券_小売り/焼津市参加店舗リスト_小売り.csv", "facilities", "utf-8-sig"),
    ],
)
def test_real_text_comes_back_byte_for_byte(
    shared: Path, checked: Check, tmp_path: Path, file: str, layer: str, encoding: str
) -> None:
    path = shared / "data/municipal/yaizu" / file
    definition = standard(layer)
    report = checked(path, definition).report.as_dict()
    back = write(path, report, tmp_path / "b.csv", options=Options(), definition=definition)
    old, new = (csv.reader(io.StringIO(p.read_bytes().decode(encoding), newline="")) for p in (path, back))
    for before, after in zip(old, new, strict=True):
        assert after[: len(before)] == before
    again = checked(back, definition).report
    assert (again.read, again.accepted) == (report["rows"]["read"], report["rows"]["accepted"])


def test_a_real_workbook_comes_back_with_its_sheets(shared: Path, checked: Check, tmp_path: Path) -> None:
    path = shared / "data/municipal/hachioji_kosodate/kosodateshisetuitiran.xlsx"
    definition = standard("facilities")
    report = checked(path, definition).report.as_dict()
    back = write(path, report, tmp_path / "b.xlsx", options=Options(), definition=definition)
    sheet = openpyxl.load_workbook(back).active
    header = [cell.value for cell in sheet[1]]
    assert header[-1] == REMARKS_HEADER
    assert sheet.cell(18, len(header)).value.startswith("【エラー】列「法人番号」")

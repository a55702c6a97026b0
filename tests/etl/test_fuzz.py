"""Whatever comes, a file is read or refused: no other error may escape."""

import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.city import City
from gis_core.errors import BadInput
from tests.conftest import Store
from tests.etl.conftest import check, layer
from tests.etl.damages import damages

EXAMPLES = 2000 if os.environ.get("MACHIZU_FULL") == "1" else 60
SUFFIXES = [
    ".csv",
    ".tsv",
    ".xlsx",
    ".xls",
    ".geojson",
    ".json",
    ".zip",
    ".kml",
    ".gml",
    ".shp",
    ".dbf",
    ".gpkg",
    ".fgb",
]
BEGINNINGS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0\0\x27\x0a", b"SQLite format 3\0", b"fgb\x03",
              b'{"type":"FeatureCollection","features":[', b"<kml>", b"\xff\xfe", "名称,緯度,経度\n".encode()]  # fmt: skip
CELLS = st.text(
    alphabet="0123456789.-,\"'\n\t °′度分秒年月日令和○×①㈱ｶﾞ\u3000\ufeff#REF!=EeNA本町\ue000", max_size=12
)
slow_disk = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def attempt(path: Path, city: City) -> None:
    try:
        done = check(path, layer(), city)
    except BadInput as refused:
        assert path.stem in refused.message.ja or path.suffix == ".zip"
    else:
        assert done.report.read == len(done.rows) + len(done.quarantine)


@slow_disk
@given(suffix=st.sampled_from(SUFFIXES), beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, city: City, suffix: str, beginning: bytes, rest: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(beginning + rest)
    attempt(path, city)


@slow_disk
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=6))
def test_any_cells(tmp_path: Path, city: City, rows: list[list[str]]) -> None:
    path = tmp_path / "a.csv"
    body = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    path.write_text("ID,名称,電話番号,定員,開設日,緯度,経度\n" + body, encoding="utf-8")
    attempt(path, city)


def test_damaged_files_of_every_kind(tmp_path: Path, city: City, samples: list[Path]) -> None:
    for damaged in damages(samples, tmp_path, files=20 * len(samples), seed=7):
        attempt(damaged, city)


@pytest.mark.full
def test_ten_thousand_damaged_files_in_bounded_time_and_memory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.etl.damages", str(tmp_path), "10000"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) < 500, f"MiB more than at the start: {done.stdout}"


@pytest.mark.full
def test_a_damaged_file_loads_whole_or_not_at_all(
    store: Store, tmp_path: Path, city: City, samples: list[Path]
) -> None:
    from etl.loading import load
    from layers import selectors

    before = 0
    for damaged in damages(samples, tmp_path, files=400, seed=11):
        try:
            done = load(damaged, "facilities", city=city, actor="t", mode="publish", allow_removal=True)
        except BadInput:
            expected = before
        else:
            expected = done.file["rows"]["accepted"]
        before = selectors.catalogue().layer("facilities").feature_count
        assert before == expected


def test_a_zip_of_noise(tmp_path: Path, city: City) -> None:
    for suffix in SUFFIXES:
        path = tmp_path / f"{suffix[1:]}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"a{suffix}", random.Random(suffix).randbytes(300))
        attempt(path, city)

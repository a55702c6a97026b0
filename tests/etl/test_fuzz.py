"""Whatever comes, a file is read or refused: no other error may escape."""

import os
import random
import shutil
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis_core.city import City
from gis_core.errors import BadInput
from tests.etl.conftest import check, layer

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
    dice = random.Random(7)
    for sample in samples:
        for _ in range(EXAMPLES // 4):
            data = bytearray(sample.read_bytes())
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            damaged = tmp_path / f"damaged{sample.suffix}"
            for beside in sample.parent.glob(f"{sample.stem}.*"):
                shutil.copyfile(beside, damaged.with_suffix(beside.suffix))
            damaged.write_bytes(data[: dice.choice([len(data), dice.randrange(len(data))])])
            attempt(damaged, city)


def test_a_zip_of_noise(tmp_path: Path, city: City) -> None:
    for suffix in SUFFIXES:
        path = tmp_path / f"{suffix[1:]}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"a{suffix}", random.Random(suffix).randbytes(300))
        attempt(path, city)

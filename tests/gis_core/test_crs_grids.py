"""With Japan's datum grids installed. Small ones are made here, with the shifts of one place over a degree or two."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# In a process of its own: PROJ's search path belongs to the process.
TRANSFORM = """
import json, sys, pyproj.datadir
pyproj.datadir.append_data_dir(sys.argv[1])
from gis_core.crs import transformation
from gis_core.datums import account
way = transformation(4301, 6668)
x, y = way.apply([140.0155, 130.5], [36.8712, 33.5])
print(json.dumps([x.tolist(), y.tolist(), way.name, way.missing_grids]))
for place in (140.0155, 36.8712), (130.5, 33.5):
    found = account(4301, *place)
    print(json.dumps([found.operations[0].name, round(found.accuracy_m, 1), found.unmoved]))
"""


def write_ntv2(path: Path, dlat: float, dlon: float) -> None:
    """Write a grid over 36–38 N, 139–141 E that shifts by the same seconds everywhere (NTv2: west is positive)."""
    step, rows, columns = 1800.0, 5, 5
    header: list[tuple[str, str | int | float]] = [
        ("NUM_OREC", 11), ("NUM_SREC", 11), ("NUM_FILE", 1), ("GS_TYPE", "SECONDS"), ("VERSION", "1"),
        ("SYSTEM_F", "A"), ("SYSTEM_T", "B"), ("MAJOR_F", 6377397.155), ("MINOR_F", 6356078.963),
        ("MAJOR_T", 6378137.0), ("MINOR_T", 6356752.314),
        ("SUB_NAME", "A"), ("PARENT", "NONE"), ("CREATED", "1"), ("UPDATED", "1"),
        ("S_LAT", 36 * 3600.0), ("N_LAT", 38 * 3600.0), ("E_LONG", -141 * 3600.0), ("W_LONG", -139 * 3600.0),
        ("LAT_INC", step), ("LONG_INC", step), ("GS_COUNT", rows * columns),
    ]  # fmt: skip
    nodes = struct.pack("<ffff", dlat, -dlon, 0, 0) * (rows * columns)
    path.write_bytes(b"".join(record(*item) for item in header) + nodes + b"END     " + bytes(8))


def record(key: str, value: str | int | float) -> bytes:
    name = key.ljust(8).encode()
    if isinstance(value, str):
        return name + value.ljust(8).encode()
    return name + (struct.pack("<i4x", value) if isinstance(value, int) else struct.pack("<d", value))


def test_both_grids_are_used_where_they_reach_and_the_formulas_elsewhere(tmp_path: Path) -> None:
    write_ntv2(tmp_path / "tky2jgd.gsb", 11.161, -11.892)
    write_ntv2(tmp_path / "touhokutaiheiyouoki2011.gsb", -0.0048, 0.0414)
    command = [sys.executable, "-c", TRANSFORM, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    way, here, far = map(json.loads, run.stdout.splitlines())
    (lon, far_lon), (lat, far_lat), name, missing = way
    assert name == "Tokyo to JGD2000 (2) → JGD2000 to JGD2011 (1)"
    assert missing == []
    assert lon == pytest.approx(140.0155 + (-11.892 + 0.0414) / 3600, abs=1e-7)
    assert lat == pytest.approx(36.8712 + (11.161 - 0.0048) / 3600, abs=1e-7)
    assert (far_lon, far_lat) == pytest.approx((130.4977, 33.5033), abs=1e-4)
    assert here == ["Tokyo to JGD2000 (2)", 1.4, False]
    assert far == ["Tokyo to JGD2000 (1)", 11.0, False]

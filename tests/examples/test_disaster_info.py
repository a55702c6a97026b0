"""The disaster module's board follows what happens, and its reports arrive once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from machizu_client import Machizu

from examples.disaster_info.disaster_info import main
from tests.api.conftest import eventually
from tests.conftest import ROOT
from tests.examples.conftest import SHELTERS, City


def set_state(state: str, minute: int) -> None:
    from layers.services.status import Entry, log

    at = datetime(2026, 4, 1, 9, minute, tzinfo=UTC)
    log([Entry("evacuation_shelters", 1, at, state, "page")], actor="tests")


def test_the_board_follows_the_stream(city: City, home: Path) -> None:
    page = home / "board.html"
    set_state("open", 1)
    command = [sys.executable, "-m", "examples.disaster_info.disaster_info", "--api", city.api]
    environ = os.environ | {"PYTHONPATH": str(ROOT / "clients/python")}
    process = subprocess.Popen([*command, "watch", str(page)], cwd=ROOT, env=environ)
    try:
        eventually(lambda: page.exists() or process.poll() is not None)
        assert all(name in page.read_text("utf-8") for name in SHELTERS)
        assert "開設中 1、報告なし 1" in page.read_text("utf-8")
        minutes = iter(range(2, 60))
        # The stream tells from when it is open; until then a change may be on the first page already.
        while "満員" not in page.read_text("utf-8"):
            set_state("full", next(minutes))
            set_state("open", next(minutes))
            set_state("full", next(minutes))
            process.poll()
            assert process.returncode is None
            try:
                process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_reports_are_sent_whole_and_once(
    city: City, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MACHIZU_KEY", city.headquarters)
    file = home / "reports.csv"
    file.write_text(
        "name,lon,lat,response_status,remarks\n橋の損傷,140.01,36.87,pending,\n道路の陥没,140.02,36.88,investigating,片側通行\n",
        encoding="utf-8-sig",
    )
    reader = Machizu(city.api)
    before = reader.collection("damage_reports").item_count
    for _ in range(2):
        assert main(["--api", city.api, "report", str(file)]) == 0
    assert capsys.readouterr().out.count("2 件") == 2
    assert reader.collection("damage_reports").item_count == before + 2
    file.write_text("name,lon,lat,response_status\n橋,140.01,36.87,pending\n道,140.02,36.88,x\n", "utf-8")
    assert main(["--api", city.api, "report", str(file)]) == 1
    assert reader.collection("damage_reports").item_count == before + 2

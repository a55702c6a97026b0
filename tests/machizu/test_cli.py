"""The command line: errors a person can act on, exit codes, no traceback."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from machizu.commands.progress import ProgressLine
from tests.conftest import ROOT, Store


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "machizu", *arguments]
    environ = os.environ | variables
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def in_store(loaded_store: Store) -> dict[str, str]:
    return {"DATABASE_URL": loaded_store.url, "MACHIZU_HOME": str(loaded_store.home)}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["load", "--help"],
        ["layer", "--help"],
        ["layer", "show", "--help"],
        ["db", "start", "--help"],
        ["raster", "add", "--help"],
    ],
)
def test_every_command_explains_itself(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 0
    assert "machizu" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["load"],
        ["layer"],
        ["raster", "add", "x.tif"],
        ["load", "a.csv"],
        ["load", "approve"],
    ],
)
def test_wrong_usage_exits_with_2(words: list[str]) -> None:
    assert run(*words).returncode == 2


@pytest.mark.parametrize(
    ("name", "content", "layer", "said"),
    [
        ("empty.csv", b"", "aed", "empty.csv"),
        ("broken.xlsx", b"PK\x03\x04broken", "aed", "broken.xlsx"),
        ("noise.csv", bytes(range(128, 256)) * 9, "aed", "noise.csv"),
        ("nowhere.csv", "名称,備考\n学校,あ\n".encode(), "aed", "緯度"),
        ("other.csv", "あ,い,緯度,経度\n1,2,36.8,140.0\n".encode(), "aed", "other.csv"),
        ("points.csv", "名称,緯度,経度\n学校,36.8,140.0\n".encode(), "town_areas", "points.csv"),
        ("site.csv", "名称,緯度,経度\n学校,36.8,140.0\n".encode(), "no_such_layer", "no_such_layer"),
        ("site.csv", "名称,緯度,経度\n学校,36.8,140.0\n".encode(), "flood_depth", "raster add"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_message(
    in_store: dict[str, str], tmp_path: Path, name: str, content: bytes, layer: str, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = run("load", str(tmp_path / name), "--layer", layer, "--publish", **in_store)
    assert done.returncode == 1, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    japanese, english = done.stderr.strip().splitlines()
    assert any(ord(character) > 0x3000 for character in japanese)
    assert english


def test_a_missing_file_is_named(in_store: dict[str, str]) -> None:
    done = run("load", "/nowhere/避難所.csv", "--layer", "aed", **in_store)
    assert (done.returncode, "避難所.csv" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "http"), ("PORT", "70000"), ("MACHIZU_BASEMAP", "google"), ("MACHIZU_CITY", "/nowhere.yaml")],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    done = run("layer", "list", **{variable: value})
    assert done.returncode == 1
    assert variable in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreachable_database_is_told(tmp_path: Path) -> None:
    done = run(
        "layer",
        "list",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        MACHIZU_HOME=str(tmp_path / "home"),
    )
    assert done.returncode == 1
    assert "machizu db start" in done.stderr
    assert "Traceback" not in done.stderr


def test_progress_is_told_where_it_is_asked_for(in_store: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("名称,緯度,経度\n市役所,36.871,140.016\n", encoding="utf-8")
    words = ("load", str(file), "--layer", "aed", "--dry-run")
    assert "rows/s" in run(*words, "--progress", **in_store).stderr
    assert run(*words, **in_store).stderr == ""


def test_progress_on_a_terminal_is_one_line_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    line = ProgressLine(asked=False, stream=terminal)
    line.rows(250, 1000)
    line.rows(1001, 1000)
    line.end()
    first, last = terminal.getvalue().split("\r")[1:]
    assert "250 / 1,000" in first
    assert "left 0:0" in first
    assert "1,001" in last
    assert "left" not in last
    assert last.endswith("\n")


def test_a_second_load_is_staged_listed_and_rejected(in_store: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "aed.csv"
    file.write_text("名称,緯度,経度\n市役所,36.871,140.016\n", encoding="utf-8")
    staged = run("load", str(file), "--layer", "aed", "--as", "担当", **in_store)
    assert staged.returncode == 0, staged.stderr
    number = staged.stdout.rsplit("load ", 1)[1].split("）")[0]
    assert number in run("load", "list", "--layer", "aed", **in_store).stdout
    assert '"awaiting_approval"' in run("load", "show", number, **in_store).stdout
    assert run("load", "reject", number, **in_store).returncode == 0
    again = run("load", "approve", number, **in_store)
    assert again.returncode == 1
    assert number in again.stderr

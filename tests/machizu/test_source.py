"""`machizu source`: remembered, listed, shown, run from its folder, forgotten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Store

Machizu = Callable[..., subprocess.CompletedProcess[str]]
HEADER = "名称,れんらく,緯度,経度\n"
ROWS = "".join(f"施設{n},0287-23-110{n},36.87{n},140.01{n}\n" for n in range(6))


@pytest.fixture
def machizu(store: Store) -> Machizu:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environ = os.environ | {"DATABASE_URL": store.url, "MACHIZU_HOME": str(store.home)}
        command = [sys.executable, "-m", "machizu", "source", *words]
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture
def remembered(machizu: Machizu, tmp_path: Path) -> Machizu:
    """A source that was remembered from a file whose column nobody could know."""
    file = tmp_path / "aed_202611.csv"
    file.write_text(HEADER + ROWS, encoding="cp932")
    words = ("--layer", "aed", "--id", "aed_by_hand", "--title", "AED一覧", "--columns", "れんらく=phone")
    done = machizu("remember", str(file), *words)
    assert done.returncode == 0, done.stderr
    assert "れんらく → phone" in done.stdout
    return machizu


def listed(machizu: Machizu) -> dict[str, Any]:
    return {source["id"]: source for source in json.loads(machizu("list", "--json").stdout)}


def test_what_is_remembered_is_listed_and_shown(remembered: Machizu) -> None:
    known = listed(remembered)["aed_by_hand"]
    assert (known["layer"], known["columns"], known["last"]) == ("aed", {"れんらく": "phone"}, None)
    assert json.loads(remembered("show", "aed_by_hand").stdout)["runs"] == []
    assert "aed_by_hand" in remembered("list").stdout


def test_a_file_in_its_folder_is_loaded_and_the_run_is_kept(remembered: Machizu, store: Store) -> None:
    nothing = remembered("run", "aed_by_hand")
    assert nothing.returncode == 1
    folder = Path(nothing.stderr.split()[-1].rstrip("."))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "aed_202612.csv").write_text(HEADER + ROWS, encoding="cp932")
    done = remembered("run", "aed_by_hand", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["mapping"]["phone"] == "れんらく"
    (run,) = json.loads(remembered("show", "aed_by_hand").stdout)["runs"]
    assert (run["file"], run["state"]) == (
        "aed_202612.csv",
        listed(remembered)["aed_by_hand"]["last"]["state"],
    )
    assert run["load"] == json.loads(done.stdout)["load"]


def test_what_is_forgotten_is_gone(remembered: Machizu) -> None:
    assert remembered("forget", "aed_by_hand").returncode == 0
    assert "aed_by_hand" not in listed(remembered)
    assert remembered("show", "aed_by_hand").returncode == 1


@pytest.mark.parametrize("words", [("show", "no_such"), ("run", "no_such"), ("forget", "no_such")])
def test_an_unknown_source_is_told_in_two_languages(machizu: Machizu, words: tuple[str, ...]) -> None:
    done = machizu(*words)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    japanese, english = done.stderr.strip().splitlines()
    assert "no_such" in japanese
    assert "no_such" in english


@pytest.mark.parametrize("words", [(), ("nonsense",), ("remember", "a.csv"), ("run",)])
def test_wrong_usage_exits_with_2(machizu: Machizu, words: tuple[str, ...]) -> None:
    assert machizu(*words).returncode == 2

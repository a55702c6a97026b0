"""The booking module keeps its copy of the facilities by their changes alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from machizu_client import Feature, Machizu

from examples.booking.booking import main
from tests.examples.conftest import FACILITIES, City

PLACE = {"type": "Point", "coordinates": [140.03, 36.88]}


def test_a_copy_is_kept_and_bookings_of_what_is_gone_are_told(
    city: City, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*given: str) -> str:
        assert main(["--api", city.api, *given]) == 0
        return capsys.readouterr().out

    writer = Machizu(city.api, city.facilities)
    assert f"{len(FACILITIES)} 件" in run("sync")
    assert "0 件" in run("sync")
    (made,) = writer.create("facilities", [Feature(0, {"name": "新館"}, PLACE)]).ids
    writer.update("facilities", made, {"name": "新館（改称）"})
    assert "1 件" in run("sync")
    near = run("near", "140.03", "36.88", "2027-01-10").splitlines()
    assert near[0] == f"{made}\t新館（改称）\t0 m\t空き"
    run("book", str(made), "2027-01-10", "鈴木")
    assert "予約済み" in run("near", "140.03", "36.88", "2027-01-10").splitlines()[0]
    assert main(["--api", city.api, "book", str(made), "2027-01-10", "佐藤"]) == 1
    assert main(["--api", city.api, "book", "999999", "2027-01-10", "佐藤"]) == 1
    writer.delete("facilities", made)
    assert run("sync").splitlines() == ["1 件の施設を更新しました。", f"{made}\t2027-01-10\t鈴木"]


def test_a_server_that_does_not_answer_is_told_in_a_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--api", "http://127.0.0.1:9/api", "sync"]) == 1
    assert "does not answer" in capsys.readouterr().err

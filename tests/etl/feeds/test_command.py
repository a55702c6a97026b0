"""`machizu feed …` as a person runs it."""

import json
from pathlib import Path

import pytest

from tests.conftest import Store
from tests.etl.feeds.bulletins import RAIN, weather
from tests.machizu.test_cli import run


@pytest.fixture
def here(store: Store) -> dict[str, str]:
    return {"DATABASE_URL": store.url, "MACHIZU_HOME": str(store.home)}


def test_a_bulletin_is_imported_once(here: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "VPWW55.xml"
    path.write_bytes(weather(RAIN, {"43": "発表"}))
    first, again = (json.loads(run("feed", "import", str(path), **here).stdout) for _ in range(2))
    assert first["files"] == [
        {"file": "VPWW55.xml", "format": "JMA", "title": RAIN, "outcome": "city", "alerts": 1}
    ]
    assert [first["new"], again["new"]] == [1, 0]


def test_a_feed_is_switched_run_and_listed(here: dict[str, str]) -> None:
    assert json.loads(run("feed", "on", "cameras", "--every", "120", **here).stdout)["every_s"] == 120
    assert json.loads(run("feed", "run", "levels", **here).stdout) == {"gauges": 0, "logged": 0, "suspect": 0}
    listed = {feed["name"]: feed for feed in json.loads(run("feed", "list", **here).stdout)}
    assert listed["cameras"]["enabled"]
    assert listed["levels"]["last_good_at"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["import", "none.xml"], 1, "none.xml"), (["on", "jma_weather"], 1, "--url"), (["run", "nothing"], 1, "jma_weather"),
        (["on", "cameras", "--every", "5"], 2, "60"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_remedy(
    here: dict[str, str], words: list[str], code: int, told: str
) -> None:
    done = run("feed", *words, **here)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (code, True, False)

"""`machizu apikey`: a key is printed once, listed without itself, and ended."""

from __future__ import annotations

import json

import pytest

from machizu.cli import main
from tests.conftest import Store


def test_a_key_is_made_listed_and_ended(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "--role",
        "system",
        "--department",
        "planning",
        "--layers",
        "facilities, aed",
        "--expires",
        "2099-03-31",
    ]
    assert (
        main(["apikey", "create", "--name", "booking", *given, "--rate", "60/min", "--quota", "1000/day"])
        == 0
    )
    key = capsys.readouterr().out.strip()
    assert key.startswith("mz_") and len(key.splitlines()) == 1
    assert main(["apikey", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["role"], listed["layers"], listed["rate"], listed["quota"]) == (
        "system", ["facilities", "aed"], 60, 1000,
    )  # fmt: skip
    assert listed["expires_at"].startswith("2099-03-31")
    assert main(["apikey", "revoke", "booking"]) == 0
    assert main(["apikey", "list"]) == 0
    told = capsys.readouterr().out
    assert "失効" in told and key not in told


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["create", "--name", "k", "--role", "editor"], 1),
        (["create", "--name", "k", "--role", "viewer", "--layers", "nothing"], 1),
        (["create", "--name", "k", "--role", "viewer", "--expires", "2020-01-01"], 1),
        (["revoke", "nobody"], 1),
        (["create", "--name", "k", "--role", "king"], 2),
        (["create", "--name", "k", "--role", "viewer", "--rate", "5/day"], 2),
        (["create", "--name", "k", "--role", "viewer", "--quota", "0"], 2),
        (["create", "--name", "k", "--role", "viewer", "--expires", "soon"], 2),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(
    store: Store, capsys: pytest.CaptureFixture[str], given: list[str], code: int
) -> None:
    try:
        found = main(["apikey", *given])
    except SystemExit as ended:
        found = int(str(ended.code))
    assert found == code
    told = capsys.readouterr().err
    assert told and "Traceback" not in told

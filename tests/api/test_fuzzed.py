"""Ten thousand calls that a machine makes up from the API's own description; none may fail inside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Store, _connect_django
from tests.served import served

CALLS = 10_000
# A stream has no end.
PATHS = "^(?!.*/stream)"
ROUNDS = 20


@pytest.fixture(scope="module")
def schemathesis(shared: Path) -> str:
    """The program, which is set up beside the reference material; without it nothing can be tried."""
    found = os.environ.get("SCHEMATHESIS") or shutil.which("schemathesis")
    if found is None:
        pytest.skip("schemathesis, set up by the checks beside the project, is absent")
    return found


@pytest.fixture(scope="module")
def api(loaded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from layers.services import exposure, ways

    # Until the worker has counted them they are told to be on their way, with 503.
    _connect_django("samples")
    exposure.renew()
    ways.renew()
    _connect_django("postgres")
    with served(loaded_store.url, tmp_path_factory.mktemp("fuzzed"), workers=2) as address:
        yield address


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_no_call_fails_inside(api: str, schemathesis: str, tmp_path: Path) -> None:
    import urllib.request

    document = tmp_path / "openapi.json"
    with urllib.request.urlopen(f"{api}/openapi?f=json") as answer:
        document.write_bytes(answer.read())
    made = 0
    for seed in range(ROUNDS):
        if made >= CALLS:
            return
        command = [
            *(schemathesis, "run", str(document), "-u", api, "-c", "not_a_server_error", "-n", "25"),
            *("--seed", str(seed), "--phases", "examples,coverage,fuzzing", "--include-method", "GET"),
            *("--include-path-regex", PATHS, "--request-timeout", "60", "--suppress-health-check", "all"),
            *("--warnings", "off", "--no-color", "--continue-on-failure"),
        ]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=1800, check=False
        )
        assert done.returncode == 0, done.stdout[-8000:]
        made += int(re.findall(r"(\d+) generated", done.stdout)[-1])
    assert made >= CALLS

"""The set-up refuses in one clear sentence, before it changes anything; and its locks name no host."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SET_UP = [ROOT / "run", ROOT / "test", ROOT / ".ci/run", *sorted((ROOT / "setup").rglob("*.sh"))]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==(\S+)", re.MULTILINE)


def sourced(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash with the set-up's functions."""
    script = f"set -euo pipefail; . setup/all.sh; {command}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def start(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `./run` with an environment that it must refuse."""
    return subprocess.run(
        [ROOT / "run"],
        env=os.environ | {"MACHIZU_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("script", SET_UP, ids=lambda script: script.name)
def test_every_script_is_sound_bash(script: Path) -> None:
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_a_busy_port_is_refused_with_another_one_proposed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = start(tmp_path / "home", PORT=str(port))
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert f"run `PORT={port + 1} ./run`" in refused.stderr


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert "PORT must be a number" in start(tmp_path / "home", PORT="http").stderr


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = start(tmp_path / "file" / "home")
    assert refused.returncode == 1
    assert "set MACHIZU_HOME to another folder" in refused.stderr


def test_too_little_space_is_refused_with_the_numbers(tmp_path: Path) -> None:
    refused = sourced(f"check_space {tmp_path} 999999999")
    assert refused.returncode == 1
    assert "999999999 MB needed" in refused.stderr


def test_what_is_there_is_not_installed_again() -> None:
    assert sourced("missing_packages python postgis pgrouting browser").stdout == ""


def test_with_a_database_of_the_city_no_postgresql_is_needed() -> None:
    command = "has_postgis() { false; }; missing_packages postgis"
    assert sourced(command, DATABASE_URL="postgresql://db/city").stdout == ""
    assert sourced(command, DATABASE_URL="").stdout == "postgis\npgrouting\n"


def test_pgrouting_is_for_the_postgresql_that_postgis_is_for() -> None:
    named = sourced(
        "postgis_to_install() { postgis_package 15; }; apt-cache() { true; }; pgrouting_to_install"
    )
    assert named.stdout == "postgresql-15-pgrouting\n"
    # A distribution without it can do without it.
    none = sourced(
        "postgis_to_install() { postgis_package 15; }; apt-cache() { false; }; pgrouting_to_install"
    )
    assert (none.returncode, none.stdout) == (0, "")


def test_a_machine_set_up_for_pip_alone_serves_uv_too(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.city/simple\ncert = /etc/city.pem\n"
    )
    names = ("PIP_INDEX_URL", "PIP_CERT", "SSL_CERT_FILE", "UV_INDEX_URL")
    taken_over = sourced(
        f"unset {' '.join(names)}; take_over_pip_settings; echo $UV_INDEX_URL $SSL_CERT_FILE",
        PIP_CONFIG_FILE=str(tmp_path / "pip.conf"),
    )
    assert taken_over.stdout == "https://mirror.city/simple /etc/city.pem\n"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "setup/uv.txt"])
def test_python_locks_have_hashes_and_no_hosts(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert len(PIN.findall(text)) <= text.count("--hash=sha256:")


def test_the_tests_run_on_the_versions_that_the_product_runs_on() -> None:
    product, tests = (
        dict(PIN.findall((ROOT / name).read_text()))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert product.items() <= tests.items()


def test_front_end_packages_are_exact_and_their_lock_names_no_registry() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    pinned = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())
    assert (
        pinned.items()
        <= {
            name.removeprefix("node_modules/"): entry["version"]
            for name, entry in lock["packages"].items()
            if name
        }.items()
    )
    assert not any("resolved" in entry for entry in lock["packages"].values())


def test_the_front_end_files_are_where_pages_look_for_them() -> None:
    versions = json.loads((ROOT / "package.json").read_text())["dependencies"]
    vendor = ROOT / "webmap/static/webmap/vendor"
    assert (vendor / "maplibre-gl" / versions["maplibre-gl"] / "maplibre-gl.mjs").is_file()
    assert (vendor / "design-tokens" / versions["@digital-go-jp/design-tokens"] / "tokens.css").is_file()


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("script", ["bare_machine.sh", "verify_compose.sh"])
def test_on_a_machine_made_for_it(script: str, tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("needs root and apt")
    result = subprocess.run(
        [Path(__file__).with_name(script), tmp_path],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=3500,
        check=False,
    )
    shutil.rmtree(tmp_path, ignore_errors=True)
    assert result.returncode == 0, f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}"

"""The container files agree with the rest of the project; building them is `verify_compose.sh`'s task."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from machizu.embedded.configuration import render
from machizu.embedded.database import EXTENSIONS, OPTIONAL_EXTENSIONS
from machizu.supervisor import standard_plan

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def from_set_up(command: str) -> set[str]:
    """What a line of bash prints when the set-up's package names are loaded."""
    script = f". setup/packages.sh; {command}"
    return set(subprocess.check_output(["bash", "-euc", script], cwd=ROOT, text=True).split())


def installed_in(stage: str) -> set[str]:
    text = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    body = next(part for part in text if part.splitlines()[0].endswith(f" AS {stage}"))
    names = re.findall(r"--no-install-recommends ([^&]+?)\s*&&", body)
    return set(" ".join(names).split())


def copied_sources() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_the_images_install_what_the_set_up_installs() -> None:
    needed = from_set_up('echo "${PYTHON_PACKAGES[@]}" "${FRONTEND_PACKAGES[@]}"')
    assert installed_in("build") == needed
    assert installed_in("db") == from_set_up("postgis_package 15; pgrouting_package 15")


def test_every_stage_stands_on_the_distribution_the_set_up_is_for() -> None:
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)) == {"debian:bookworm-slim"}


@pytest.mark.parametrize("source", copied_sources())
def test_every_copied_source_exists_and_is_sent_to_the_builder(source: str) -> None:
    assert (ROOT / source).exists()
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert source.split("/")[0] in sent


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_an_image_that_is_built_here(name: str) -> None:
    built = {
        service["image"]: service["build"]["target"] for service in SERVICES.values() if "build" in service
    }
    assert re.search(rf" AS {built[SERVICES[name]['image']]}$", DOCKERFILE, flags=re.MULTILINE)


@pytest.mark.parametrize("script", ["setup/docker/web.sh", "setup/docker/db.sh"])
def test_every_entry_point_is_a_program(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111
    assert Path(script).name in DOCKERFILE


def test_every_volume_is_declared_and_no_secret_is_in_the_file() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])
    assert not re.search(r"password\s*[:=]", (ROOT / "docker-compose.yml").read_text(), flags=re.IGNORECASE)


def test_only_the_web_service_is_reachable_and_only_from_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert SERVICES["web"]["ports"] == ["${HOST:-127.0.0.1}:${PORT:-8000}:8000"]


def test_the_server_is_started_as_the_command_line_starts_it() -> None:
    script = (ROOT / "setup/docker/web.sh").read_text().replace("\\\n", " ")
    words = " ".join(script.split())
    web = standard_plan("0.0.0.0", 8000, workers=1, samples=True).web
    assert " ".join(web[1:-1]) in words


def test_the_database_is_set_up_as_the_embedded_one() -> None:
    made = re.findall(r"CREATE EXTENSION IF NOT EXISTS (\w+)", (ROOT / "setup/docker/db.sql").read_text())
    assert tuple(made) == (*EXTENSIONS, *OPTIONAL_EXTENSIONS)
    embedded = dict(
        re.findall(r"^(\w+) = '(.*)'$", render(1, Path("/s"), Path("/l"), fast=False), re.MULTILINE)
    )
    container = dict(re.findall(r"-c (\w+)=(\S+)", (ROOT / "setup/docker/db.sh").read_text()))
    # These follow the machine and the network, not the product.
    for name in ("listen_addresses", "shared_buffers"):
        container.pop(name)
    assert container.items() <= embedded.items()

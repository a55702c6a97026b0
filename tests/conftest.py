"""Fixtures shared by all tests: a real PostGIS, stores in it, and the running product."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gis_core.city import City
from machizu.embedded.cluster import Cluster

ROOT = Path(__file__).resolve().parents[1]
FULL = os.environ.get("MACHIZU_FULL") == "1"


@dataclass(frozen=True)
class Store:
    """A database of its own, migrated, with the standard layers registered; Django is connected to it."""

    url: str
    home: Path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests to `./test --full`."""
    if FULL:
        return
    long = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the project; tests that need it skip where it is absent."""
    directory = ROOT.parent / "shared"
    if not directory.is_dir():
        pytest.skip("the reference material beside the project is absent")
    return directory


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can enter, removed at the end (pytest's are closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix="machizu-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(workspace: Path) -> Iterator[Cluster]:
    """A PostGIS cluster for this run of the tests."""
    made = Cluster(workspace / "postgres", fast=True)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def django_ready(cluster: Cluster, workspace: Path) -> str:
    """Set Django up on a database that serves as the template of all others; returns its name."""
    name = "machizu_template"
    os.environ |= {"DATABASE_URL": cluster.create_database(name), "MACHIZU_HOME": str(workspace / "home")}
    from machizu import bootstrap

    bootstrap.setup_django()
    bootstrap.prepare_store()
    _connect_django("postgres")
    return name


@pytest.fixture(scope="session")
def new_store(cluster: Cluster, django_ready: str, workspace: Path) -> Iterator[Callable[[str], Store]]:
    """Make a store by name; all are dropped at the end."""
    made: list[str] = []

    def make(name: str) -> Store:
        import psycopg
        from psycopg import sql

        with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER machizu TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(django_ready)
                )
            )
        made.append(name)
        return Store(cluster.url(name), workspace / "home")

    yield make
    for name in made:
        cluster.drop_database(name)


@pytest.fixture
def store(
    new_store: Callable[[str], Store], cluster: Cluster, request: pytest.FixtureRequest
) -> Iterator[Store]:
    """An empty store for one test."""
    name = f"store_{abs(hash(request.node.nodeid)) % 10**12}"
    made = new_store(name)
    _connect_django(name)
    yield made
    _connect_django("postgres")
    cluster.drop_database(name)


@pytest.fixture(scope="session")
def loaded_store(new_store: Callable[[str], Store]) -> Store:
    """The store with all samples, shared by tests that only read."""
    from machizu.environment import environment
    from machizu.samples import load_samples

    made = new_store("samples")
    _connect_django("samples")
    load_samples(environment().samples, environment().city)
    _connect_django("postgres")
    return made


@pytest.fixture
def sample_store(loaded_store: Store) -> Iterator[Store]:
    """The store with all samples, with Django connected to it. Tests must not write to it."""
    _connect_django("samples")
    yield loaded_store
    _connect_django("postgres")


@pytest.fixture(scope="session")
def server(loaded_store: Store) -> Iterator[str]:
    """The base URL of the running product over the sample store."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "machizu.asgi:application",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    environ = os.environ | {"DATABASE_URL": loaded_store.url, "MACHIZU_HOME": str(loaded_store.home)}
    # All tests come from one address.
    environ["MACHIZU_API_RATE"] = "0"
    environ["MACHIZU_EMBED_ORIGINS"] = "http://127.0.0.1:*"
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/api/health/ready", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def city() -> City:
    """The city that the tests serve."""
    from gis_core.city import load_city
    from machizu.environment import DEFAULT_CITY

    return load_city(DEFAULT_CITY)


def _connect_django(name: str) -> None:
    from django.db import connections

    connections["default"].close()
    connections.databases["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("the server did not become ready")

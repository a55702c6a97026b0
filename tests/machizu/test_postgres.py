"""The embedded PostGIS, run for real: as `postgres` when the tests run as root, else as oneself."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from machizu import postgres
from machizu.embedded.cluster import Cluster
from machizu.embedded.database import EXTENSIONS, OPTIONAL_EXTENSIONS
from machizu.embedded.errors import DatabaseNotRunning
from machizu.embedded.server import Server


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder which the server's user can reach; pytest's own is closed to others."""
    with tempfile.TemporaryDirectory(prefix="machizu-test-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    made = Cluster(folder / "postgres", fast=True)
    yield made
    made.stop()


@pytest.fixture
def machizu_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MACHIZU_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    yield folder
    postgres.stop()


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def tell(url: str, command: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute(command)


def crash(cluster: Cluster) -> None:
    pid = cluster.server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while cluster.running():
        time.sleep(0.05)


def test_it_starts_with_postgis_answers_and_stops(cluster: Cluster) -> None:
    assert cluster.start() is True
    assert cluster.start() is False
    made = ask(cluster.url(), "SELECT array_agg(extname::text) FROM pg_extension WHERE extname <> 'plpgsql'")
    assert set(made) == {*EXTENSIONS, *OPTIONAL_EXTENSIONS}
    assert ask(cluster.url(), "SELECT ST_SRID(ST_Transform(ST_Point(140, 36.9, 4326), 6677))") == 6677
    assert cluster.stop() is True
    assert cluster.stop() is False
    assert not cluster.running()


def test_an_extension_that_a_newer_product_needs_is_made_at_the_next_start(cluster: Cluster) -> None:
    cluster.start()
    tell(cluster.superuser_url("machizu"), "DROP EXTENSION pgrouting")
    cluster.stop()
    cluster.start()
    assert ask(cluster.url(), "SELECT count(*) FROM pg_extension WHERE extname = 'pgrouting'") == 1


def test_the_application_owns_its_database_and_is_no_superuser(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole, pg_get_userbyid(datdba) = current_user, data_checksums.setting"
            " FROM pg_roles, pg_database, pg_settings AS data_checksums"
            " WHERE rolname = current_user AND datname = current_database()"
            " AND data_checksums.name = 'data_checksums'"
        ).fetchone()
        assert row == (False, False, True, "on")
        connection.execute("CREATE SCHEMA layer")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT pg_read_file('postgresql.conf')")


def test_it_keeps_its_data_its_password_and_its_port(cluster: Cluster) -> None:
    cluster.start()
    url = cluster.url()
    tell(url, "CREATE TABLE kept AS SELECT 7 AS seven")
    cluster.stop()
    cluster.start()
    assert cluster.url() == url
    assert ask(url, "SELECT seven FROM kept") == 7


def test_it_takes_another_port_when_its_own_was_taken(cluster: Cluster, folder: Path) -> None:
    cluster.start()
    cluster.stop()
    before = cluster.url()
    other = Cluster(folder / "other", fast=True)
    remembered = (cluster.root / "database.json").read_text()
    other.root.mkdir()
    (other.root / "database.json").write_text(remembered.replace('"prepared": true', '"prepared": false'))
    other.start()
    try:
        assert other.url() == before
        cluster.start()
        assert cluster.url() != before
        assert ask(cluster.url(), "SELECT 1") == 1
    finally:
        other.stop()


def test_it_starts_again_after_its_server_was_killed(cluster: Cluster) -> None:
    cluster.start()
    tell(cluster.url(), "CREATE TABLE kept AS SELECT 7 AS seven")
    crash(cluster)
    assert cluster.start() is True
    assert ask(cluster.url(), "SELECT seven FROM kept") == 7


def test_a_pid_file_that_names_another_program_is_no_obstacle(cluster: Cluster) -> None:
    cluster.start()
    crash(cluster)
    pid_file = cluster.data / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert not cluster.running()
    assert cluster.start() is True


def test_a_killed_set_up_leaves_nothing_in_the_way(cluster: Cluster) -> None:
    half_made = cluster.root / "pgdata.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")
    cluster.start()
    assert ask(cluster.url(), "SELECT 1") == 1


def test_several_starts_at_once_make_one_server(cluster: Cluster) -> None:
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: Cluster(cluster.root, fast=True).start(), range(4)))
    assert sorted(started) == [False, False, False, True]
    assert ask(cluster.url(), "SELECT 1") == 1


def test_nobody_else_can_read_its_files_or_passwords(cluster: Cluster) -> None:
    cluster.start()
    secret = cluster.root / "database.json"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.logs.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.root.stat().st_mode) & 0o066 == 0
    sockets = Path(str(ask(cluster.superuser_url(), "SHOW unix_socket_directories")))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert ask(cluster.superuser_url(), "SHOW listen_addresses") == "127.0.0.1"
    server = Path(f"/proc/{cluster.server_pid()}")
    assert server.stat().st_uid != 0


def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    cluster.start()
    scheme, rest = cluster.url().split("://machizu:", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{scheme}://machizu:wrong@{rest.split('@', 1)[1]}")


def test_a_database_beside_the_main_one_can_be_made_and_dropped(cluster: Cluster) -> None:
    cluster.start()
    url = cluster.create_database("drill")
    assert ask(url, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'") == 1
    cluster.drop_database("drill")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_the_url_of_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/city")
    assert postgres.database_url() == postgres.ensure_running() == "postgresql://elsewhere/city"
    assert postgres.stop() is False
    with postgres.use() as url:
        assert url == "postgresql://elsewhere/city"


@pytest.mark.usefixtures("machizu_home")
def test_asking_for_the_url_starts_nothing() -> None:
    with pytest.raises(DatabaseNotRunning, match="machizu db start"):
        postgres.database_url()


@pytest.mark.usefixtures("machizu_home")
def test_the_last_user_stops_it() -> None:
    with postgres.use() as first:
        with postgres.use() as second:
            assert first == second
        assert postgres.database_url() == first
    assert not postgres.embedded_cluster().running()


@pytest.mark.usefixtures("machizu_home")
def test_what_was_started_to_stay_stays_until_stopped() -> None:
    url = postgres.ensure_running()
    with postgres.use():
        pass
    assert postgres.database_url() == url
    assert postgres.stop() is True
    assert not postgres.embedded_cluster().running()


def test_where_the_server_user_cannot_reach_the_home_the_data_is_outside(machizu_home: Path) -> None:
    machizu_home.chmod(0o700)
    inside = machizu_home / "postgres"
    expected = postgres.FALLBACK if os.geteuid() == 0 else machizu_home
    assert postgres.embedded_cluster().root.parent == expected
    assert not inside.exists()


def test_a_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "global/pg_control").unlink()
    with pytest.raises(Exception, match="Check the free disk space") as refused:
        cluster.start()
    assert "pg_control" in str(refused.value.detail)  # type: ignore[attr-defined]


def test_the_server_is_recognised_by_its_own_folder(cluster: Cluster) -> None:
    cluster.start()
    server: Server = cluster._server
    assert server.running()
    assert not Server(cluster.root / "elsewhere", cluster.logs, server.account, fast=True).running()

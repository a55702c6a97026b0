"""Files over HTTP: named, conditional, fresh, for those who may, and nothing left behind."""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from starlette.testclient import TestClient

from api.formats.kinds import KINDS
from tests.api.conftest import eventually
from tests.api.exports import BENCH, fetch, sheet, table
from tests.conftest import Store


def test_a_second_download_costs_nothing(client: TestClient) -> None:
    for name in KINDS:
        head = client.head(BENCH, params={"f": name})
        assert (head.status_code, head.content) == (200, b"")
        tag = {"if-none-match": head.headers["etag"]}
        again = client.get(BENCH, params={"f": name}, headers=tag)
        assert (again.status_code, again.content) == (304, b"")
    first = client.get(BENCH, params={"f": "csv"})
    tag = {"if-none-match": first.headers["etag"]}
    assert client.get(BENCH, params={"f": "csv"}, headers=tag).status_code == 304
    assert client.get(BENCH, params={"f": "csv"}, headers=tag | {"accept-language": "en"}).status_code == 200


def test_a_file_is_named_in_japanese_by_title_and_day(client: TestClient) -> None:
    disposition = client.head(BENCH, params={"f": "csv", "at": "2030-04-01"}).headers["content-disposition"]
    plain, name = re.fullmatch(r"attachment; filename=\"(.+)\"; filename\*=UTF-8''(.+)", disposition).groups()  # type: ignore[union-attr]
    assert (plain, unquote(name)) == ("092100_benches_2030-04-01.csv", "benchesの一覧_2030-04-01.csv")


@pytest.mark.parametrize("name", ["csv", "xlsx", "gpkg", "kml", "fgb", "parquet", "shp", "geojsonseq"])
def test_accept_chooses_the_format_too(client: TestClient, name: str) -> None:
    media = KINDS[name].media
    response = client.head(BENCH, headers={"accept": f"{media.split(';')[0]}, */*;q=0.1"})
    assert response.headers["content-type"] == media


def test_text_is_compressed_for_those_who_take_it(client: TestClient) -> None:
    plain = client.get(BENCH, params={"f": "csv"}, headers={"accept-encoding": "identity"})
    packed = client.get(BENCH, params={"f": "csv"}, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content


def test_the_document_names_every_media_type(client: TestClient) -> None:
    paths = client.get("/api/openapi").json()["paths"]
    content = paths["/collections/benches/items"]["get"]["responses"]["200"]["content"]
    assert {kind.media.split(";")[0] for kind in KINDS.values()} <= set(content)
    links = client.get(BENCH, params={"limit": 1}).json()["links"]
    offered = {link["type"]: link["href"] for link in links if link["rel"] == "alternate"}
    assert offered["text/csv"].endswith("/items?limit=1&f=csv")
    assert {kind.media.split(";")[0] for kind in KINDS.values()} - set(offered) == {"application/geo+json"}


def test_a_file_follows_an_edit(publish: Callable[[int], None], clients: Any, store: Store) -> None:
    publish(1)
    client = clients(store)
    tag = client.get(BENCH, params={"f": "csv"}).headers["etag"]
    with psycopg.connect(store.url) as connection:
        connection.execute("UPDATE layer.benches SET name = '後'")
    eventually(lambda: client.head(BENCH, params={"f": "csv"}).headers["etag"] != tag)
    assert table(fetch(client, f="csv"))[1][0] == "後"


def test_staff_with_a_key_get_what_they_may_see(
    publish: Callable[[int], None], clients: Any, store: Store, key: Any
) -> None:
    publish(3)
    client = clients(store)
    for name, read in (("csv", table), ("xlsx", sheet)):
        public = client.get(BENCH, params={"f": name})
        own = client.get(BENCH, params={"f": name}, headers=key(name=name))
        assert "点検者" in read(own.content)[0]
        assert "点検者" not in read(public.content)[0]
        assert own.headers["cache-control"].startswith("private")
        assert own.headers["etag"] != public.headers["etag"]


@pytest.fixture
def nothing_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], bool]:
    """Tell whether no file of ours is open or in the temporary folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def check() -> bool:
        held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        return not any(str(tmp_path) in str(path) for path in held) and not list(tmp_path.iterdir())

    return check


@pytest.mark.parametrize("name", ["csv", "gpkg"])
def test_a_client_that_goes_leaves_no_query_and_no_file(
    address: str, world: Store, nothing_left: Callable[[], bool], name: str
) -> None:
    parts = urlsplit(address)
    request = f"GET {BENCH}?f={name} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    with psycopg.connect(world.url) as locking, psycopg.connect(world.url, autocommit=True) as looking:
        locking.execute("LOCK TABLE layer.benches IN ACCESS EXCLUSIVE MODE")
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
            client.sendall(request)
            eventually(lambda: waiting(looking) == 1)
            assert not nothing_left()
        eventually(lambda: waiting(looking) == 0)
        eventually(nothing_left)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.sendall(request)
        assert client.recv(15) == b"HTTP/1.1 200 OK"


def waiting(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DECLARE%'"
        " OR wait_event_type = 'Lock' AND query LIKE 'FETCH%'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_disk_is_free_after_every_download(client: TestClient, nothing_left: Callable[[], bool]) -> None:
    for name in ("csv", "xlsx", "gpkg", "shp"):
        fetch(client, f=name)
    assert nothing_left()

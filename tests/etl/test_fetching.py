"""Fetching from a real server on this machine: what changes, what is slow, endless, elsewhere."""

import gzip
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from etl.fetching import Fetched, FetchLimits, Validators, fetch, file_name
from gis_core.errors import BadInput, Unavailable
from gis_core.guarded_network import is_public

HERE = ("127.0.0.1",)
BODY = "名称,緯度,経度\n".encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        getattr(
            self, "answer_" + self.path.partition("?")[0].strip("/").partition(".")[0].partition("/")[0]
        )()

    def log_message(self, *_: Any) -> None:
        pass

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_list(self) -> None:
        if self.headers["If-None-Match"] == '"v1"':
            return self.reply(304, ETag='"v1"')
        self.reply(200, BODY, ETag='"v1"', Last_Modified="Sun, 22 Nov 2026 00:00:00 GMT")

    def answer_dated(self) -> None:
        self.reply(
            304 if self.headers["If-Modified-Since"] else 200,
            b"" if self.headers["If-Modified-Since"] else BODY,
        )

    def answer_packed(self) -> None:
        self.reply(200, gzip.compress(BODY), Content_Encoding="gzip")

    def answer_bomb(self) -> None:
        self.reply(200, gzip.compress(bytes(20_000_000)), Content_Encoding="gzip")

    def answer_missing(self) -> None:
        self.reply(404)

    def answer_broken(self) -> None:
        self.reply(503)

    def answer_big(self) -> None:
        self.reply(200, bytes(2000))

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(bytes(10_000))
        except OSError:
            pass

    def answer_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def answer_dripping(self) -> None:
        self.close_connection = True
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            pass

    def answer_silent(self) -> None:
        time.sleep(3)
        self.close_connection = True

    def answer_loop(self) -> None:
        self.reply(302, Location="/loop")

    def answer_moved(self) -> None:
        self.reply(301, Location="/list.csv")

    def answer_inside(self) -> None:
        self.reply(302, Location=f"http://localhost:{self.server.server_address[1]}/list.csv")

    def answer_away(self) -> None:
        self.reply(302, Location="file:///etc/passwd")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def get(site: str, path: str, folder: Path, **more: Any) -> Fetched:
    return fetch(f"{site}{path}", folder, private_hosts=HERE, **more)


def test_a_file_is_saved_with_what_the_server_says(site: str, tmp_path: Path) -> None:
    done = get(site, "/list.csv?年=2026", tmp_path)
    assert done.path == tmp_path / "list.csv"
    assert done.path.read_bytes() == BODY
    assert done.validators == Validators('"v1"', "Sun, 22 Nov 2026 00:00:00 GMT")
    assert len(done.digest) == 64


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/list.csv", Validators(etag='"v1"')),
        ("/dated", Validators(last_modified="Sun, 22 Nov 2026 00:00:00 GMT")),
    ],
)
def test_what_has_not_changed_is_not_sent_again(
    site: str, tmp_path: Path, path: str, known: Validators
) -> None:
    assert get(site, path, tmp_path, known=known) == Fetched(None, known)
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_is_followed(site: str, tmp_path: Path) -> None:
    assert get(site, "/moved", tmp_path).path == tmp_path / "list.csv"


def test_what_a_server_packs_unasked_is_unpacked(site: str, tmp_path: Path) -> None:
    done = get(site, "/packed.csv", tmp_path)
    assert done.path is not None
    assert done.path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/missing", "404"),
        ("/big", "大きすぎます"),
        ("/endless", "大きすぎます"),
        ("/bomb", "大きすぎます"),
        ("/loop", "転送"),
        ("/inside", "private_hosts"),
        ("/away", "file:///etc/passwd"),
    ],
)
def test_what_needs_a_person_is_refused_and_leaves_nothing(
    site: str, tmp_path: Path, path: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        get(site, path, tmp_path, limits=FetchLimits(size=1000, redirects=3))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/broken", "/cut", "/dripping", "/silent"])
def test_what_may_be_better_later_is_said_so(site: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(Unavailable, match=path):
        get(site, path, tmp_path, limits=FetchLimits(seconds=1, silence=0.5))
    assert list(tmp_path.iterdir()) == []


def test_nobody_at_the_other_end_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        fetch("http://127.0.0.1:9/x", tmp_path, private_hosts=HERE)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.jp/a",
        "file:///etc/passwd",
        "http://",
        "http://me:secret@example.jp/",
        "http://[::1/",
        "x",
    ],
)
def test_only_plain_web_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="http://"):
        fetch(url, tmp_path)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"]
)
def test_the_servers_own_network_is_not_asked(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadInput, match="private_hosts"):
        fetch(f"http://{host}:9/", tmp_path)


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "fe80::1%eth0", "fd00::1", "2002:7f00:1::",
     "64:ff9b::7f00:1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_private_addresses_are_known_in_any_dress(address: str) -> None:
    assert not is_public(address)
    assert is_public("8.8.8.8") and is_public("2404:6800:4004::1")


@pytest.mark.parametrize(
    ("url", "disposition", "name"),
    [
        ("https://a.jp/避難所.csv", "", "避難所.csv"),
        ("https://a.jp/%E9%81%BF.csv?x=1", "", "避.csv"),
        ("https://a.jp/get.php?id=3", 'attachment; filename="../../etc/list.xlsx"', "list.xlsx"),
        ("https://a.jp/get", "attachment; filename*=UTF-8''%E9%81%BF.csv", "避.csv"),
        ("https://a.jp/", "", "download"),
        ("https://a.jp/..", "", "download"),
        ("https://a.jp/" + "a" * 500 + ".csv", "", "a" * 100 + ".csv"),
    ],
)
def test_names_are_plain(url: str, disposition: str, name: str) -> None:
    assert file_name(url, disposition) == name
    assert os.sep not in name

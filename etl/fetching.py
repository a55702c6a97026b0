"""Files from the web, for sources that are addresses: checked, bounded, and saved whole or not at all."""

from __future__ import annotations

import hashlib
import re
import ssl
import time
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message as Headers
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from urllib.parse import unquote, urljoin, urlsplit

import httpcore2

from etl.faults import fault
from etl.table import Limits
from gis_core.errors import Message, Unavailable
from gis_core.guarded_network import Call, CheckedNetwork, plain_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Too early, too many requests, time-out: the server asks to come again.
_COME_AGAIN = frozenset({408, 425, 429})
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_LONGEST_NAME = 100
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class FetchLimits:
    """How much a server may send (bytes, unpacked), how long in all and in silence (seconds), how often elsewhere."""

    size: int = Limits().file_bytes
    seconds: float = 900.0
    silence: float = 30.0
    redirects: int = 5


@dataclass(frozen=True)
class Validators:
    """What a server said of the content that is already here."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """Return the request's conditions."""
        said = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Fetched:
    """A saved file and what the server says of it; `path` is None where the content is the one that is known."""

    path: Path | None
    validators: Validators
    digest: str = ""


def fetch(
    url: str,
    folder: Path,
    *,
    known: Validators | None = None,
    private_hosts: Collection[str] = (),
    limits: FetchLimits | None = None,
) -> Fetched:
    """Fetch `url` (http, https) into `folder` under the name the server gives it.

    With `known`, content that has not changed is not sent again. `private_hosts`: names or addresses of the
    city's own network that may be asked. Raises `BadInput` for an address that may not or cannot be used, an
    answer that is too big or refused, and `Unavailable` for what may be better later (silence, 5xx, no network).
    """
    limits = limits or FetchLimits()
    allowed = frozenset(host.lower() for host in private_hosts)
    call = Call(time.monotonic() + limits.seconds, limits.seconds, allowed)
    context = ssl.create_default_context()
    known = known or Validators()
    with httpcore2.ConnectionPool(context, network_backend=CheckedNetwork(call)) as pool:
        address = url
        for _ in range(limits.redirects + 1):
            with _answer(pool, address, known, limits) as answer:
                if answer.status in _REDIRECTS and answer.header("location"):
                    address = urljoin(address, answer.header("location"))
                    continue
                if answer.status == 304:
                    return Fetched(None, known)
                _check_status(answer.status, address)
                return _saved(answer, address, folder, limits)
    raise fault("url_redirects", url=url, limit=limits.redirects)


class _Answer:
    """A response whose body is still to be read."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response
        self._headers = {name.lower().decode(): value.decode("latin-1") for name, value in response.headers}

    @property
    def status(self) -> int:
        return int(self._response.status)

    def header(self, name: str) -> str:
        return self._headers.get(name, "")

    def body(self) -> Iterator[bytes]:
        """Yield the content, unpacked where the server packed it unasked."""
        raw = self._response.iter_stream()
        if self.header("content-encoding").lower() in ("gzip", "x-gzip", "deflate"):
            return _unpacked(raw)
        return iter(raw)


@contextmanager
def _answer(
    pool: httpcore2.ConnectionPool, url: str, known: Validators, limits: FetchLimits
) -> Iterator[_Answer]:
    target = plain_url(url)
    headers = {"User-Agent": "Machizu", "Accept": "*/*", "Accept-Encoding": "identity", **known.headers()}
    waits = dict.fromkeys(("connect", "read", "write", "pool"), limits.silence)
    try:
        with pool.stream(
            "GET", target, headers=_encoded(target, headers), extensions={"timeout": waits}
        ) as response:
            yield _Answer(response)
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, zlib.error) as error:
        raise _unreachable(url, str(error) or type(error).__name__) from error


def _encoded(target: str, headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    with_host = {"Host": urlsplit(target).netloc, **headers}
    return [(name.encode(), value.encode("latin-1", "ignore")) for name, value in with_host.items()]


def _check_status(status: int, url: str) -> None:
    if status == 200:
        return
    if status >= 500 or status in _COME_AGAIN:
        raise _unreachable(url, f"HTTP {status}")
    raise fault("url_status", url=url, status=status)


def _saved(answer: _Answer, url: str, folder: Path, limits: FetchLimits) -> Fetched:
    """Write the body beside its place and put it there when it is whole."""
    stated = answer.header("content-length")
    if stated.isdigit() and int(stated) > limits.size:
        raise _too_big(url, limits)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=folder, prefix=".", suffix=".partial", delete=False) as file:
        partial = Path(file.name)
        try:
            for chunk in answer.body():
                size += len(chunk)
                if size > limits.size:
                    raise _too_big(url, limits)
                digest.update(chunk)
                file.write(chunk)
        except BaseException:
            partial.unlink()
            raise
    path = partial.replace(folder / file_name(url, answer.header("content-disposition")))
    return Fetched(
        path, Validators(answer.header("etag"), answer.header("last-modified")), digest.hexdigest()
    )


def file_name(url: str, disposition: str = "") -> str:
    """Return a plain file name for what is fetched: the server's, else the address's last part, else `download`."""
    headers = Headers()
    headers["Content-Disposition"] = disposition or "attachment"
    name = headers.get_filename() or unquote(PurePosixPath(urlsplit(url).path).name)
    plain = _NOT_IN_NAMES.sub("_", PurePosixPath(name.replace("\\", "/")).name).strip(" .")
    stem, suffix = PurePosixPath(plain).stem, PurePosixPath(plain).suffix[:12]
    return f"{stem[:_LONGEST_NAME]}{suffix}" or "download"


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip or zlib in pieces, so that a bomb meets the size limit before it meets the memory's."""
    unpacker = zlib.decompressobj(wbits=47)
    for chunk in chunks:
        packed = chunk
        while packed:
            yield unpacker.decompress(packed, _CHUNK)
            packed = unpacker.unconsumed_tail
    yield unpacker.flush()


def _too_big(url: str, limits: FetchLimits) -> Exception:
    return fault("url_too_big", url=url, limit=max(limits.size // 1024**2, 1))


def _unreachable(url: str, reason: str) -> Unavailable:
    return Unavailable(
        Message(
            ja=f"{url} から取得できません（{reason}）。しばらくして、もう一度取得します。続くときは、アドレスとネットワークを確かめてください。",
            en=f"{url} cannot be fetched ({reason}). It is tried again later. If it goes on, check the address and the network.",
        )
    )

"""Connections that only go where they may, and that end in time.

Whoever may name an address could make the server ask its own network for it (server-side request forgery). So
every name is resolved here, refused where it leads to a private, loopback or link-local address (unless the city's
settings allow the host), and connected to at the very address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpcore2

from gis_core.errors import BadInput, Message

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_KEPT_IN_URL = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True)
class Call:
    """One exchange: when it ends on the monotonic clock, how long that was from its start, and whom it may ask."""

    ends_at: float
    seconds: float
    private_hosts: frozenset[str]


def plain_url(url: str) -> str:
    """Return the address as it goes over the wire. Raises `BadInput` unless it is plain http or https."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
            raise _no_address(url)
        # UnicodeError, for a name that cannot be written in ASCII, is a ValueError.
        name = host.encode("idna").decode() if not host.isascii() else host
    except ValueError as error:
        raise _no_address(url) from error
    netloc = (f"[{name}]" if ":" in name else name) + (f":{port}" if port else "")
    path, query = quote(parts.path or "/", _KEPT_IN_URL), quote(parts.query, _KEPT_IN_URL)
    return urlunsplit((parts.scheme, netloc, path, query, ""))


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to the address that was checked, never to a name that may mean another address a moment later."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._network = httpcore2.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *more: Any, **named: Any
    ) -> Any:
        """Connect to the first checked address of `host` that answers. Raises `BadInput` for a private one."""
        failed: Exception = httpcore2.ConnectError(f"no address for {host}")
        for address in _checked_addresses(host, port, self._call.private_hosts):
            try:
                stream = self._network.connect_tcp(address, port, _wait(self._call, timeout), *more, **named)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _TimedStream(stream, self._call)
        raise failed


class _TimedStream(httpcore2.NetworkStream):
    """A connection that ends with its call: a server that sends one byte a second must not hold a worker."""

    def __init__(self, stream: httpcore2.NetworkStream, call: Call) -> None:
        self._stream = stream
        self._call = call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _wait(self._call, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _wait(self._call, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Any:
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, _wait(self._call, timeout)), self._call
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _wait(call: Call, timeout: float | None) -> float:
    left = call.ends_at - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout(f"not finished within {call.seconds:g} s")
    return min(left, timeout or left)


def _checked_addresses(host: str, port: int, private_hosts: Collection[str]) -> list[str]:
    """Resolve a name. Raises `BadInput` where any of its addresses is not public and the host is not allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if host.lower() not in private_hosts and not all(map(is_public, addresses)):
        raise _private(host)
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an address is of the public internet, also where an IPv4 address is dressed as IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def _no_address(url: str) -> BadInput:
    return BadInput(
        Message(
            ja=f"{url} は使えないアドレスです。http:// か https:// で始まるアドレスを、パスワードを含めずに指定してください。",
            en=f"{url} cannot be used. Give an address that begins with http:// or https:// and holds no password.",
        )
    )


def _private(host: str) -> BadInput:
    return BadInput(
        Message(
            ja=f"{host} は庁内や自機のアドレスなので通信しません。通信してよいときは、都市の設定の private_hosts に加えてください。",
            en=f"{host} is an address of a private network or of this machine and is not asked. "
            "If it may be, add it to private_hosts in the city's settings.",
        )
    )

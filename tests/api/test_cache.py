"""The cache of bytes and what is negotiated, without a database."""

from __future__ import annotations

import asyncio

import pytest

from api import encoding, language
from api.cache import ENTRY_BYTES, ByteCache


def test_those_who_ask_together_wait_for_one() -> None:
    made = 0

    async def make() -> bytes:
        nonlocal made
        made += 1
        await asyncio.sleep(0.01)
        return b"tile"

    async def scene() -> list[bytes]:
        cache = ByteCache(10_000)
        return await asyncio.gather(*(cache.get("key", make) for _ in range(20)))

    assert asyncio.run(scene()) == [b"tile"] * 20
    assert made == 1


def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    async def make() -> bytes:
        await asyncio.sleep(0.02)
        return b"tile"

    async def scene() -> bytes:
        cache = ByteCache(10_000)
        first, second = (asyncio.create_task(cache.get("key", make)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(scene()) == b"tile"


def test_a_failure_goes_to_all_and_is_not_kept() -> None:
    async def fail() -> bytes:
        raise ValueError

    async def make() -> bytes:
        return b"tile"

    async def scene() -> bytes:
        cache = ByteCache(10_000)
        with pytest.raises(ValueError):
            await cache.get("key", fail)
        return await cache.get("key", make)

    assert asyncio.run(scene()) == b"tile"


def test_what_was_not_used_for_longest_goes_first() -> None:
    asked: list[str] = []

    async def scene() -> None:
        cache = ByteCache(2 * (ENTRY_BYTES + 100))

        async def want(key: str) -> None:
            async def make() -> bytes:
                asked.append(key)
                return b"x" * 100

            await cache.get(key, make)

        for key in ("a", "b", "a", "c", "a", "b"):
            await want(key)

    asyncio.run(scene())
    assert asked == ["a", "b", "c", "b"]


def test_a_value_that_is_kept_can_be_looked_at() -> None:
    async def make() -> bytes:
        return b""

    async def scene() -> list[bytes | None]:
        cache = ByteCache(10_000)
        before = cache.peek("key")
        await cache.get("key", make)
        return [before, cache.peek("key")]

    assert asyncio.run(scene()) == [None, b""]


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", None),
        ("identity", None),
        ("*", None),
        ("deflate, compress", None),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, deflate", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=x", None),
        (",;,", None),
    ],
)
def test_the_coding_is_one_that_the_asker_names(header: str, coding: str | None) -> None:
    assert encoding.negotiate(header) == coding


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1, br;q=0.9, zstd;q=0.5", "gzip"),
        ("br;q=0.9, gzip;q=0.9", "br"),
        ("zstd;q=0, br;q=0, gzip;q=0.001", "gzip"),
        ("*;q=0, br", "br"),
        ("x-gzip, ZSTD", "zstd"),
    ],
)
def test_of_what_the_asker_likes_best_the_quickest_is_taken(header: str, coding: str) -> None:
    assert encoding.negotiate(header) == coding


@pytest.mark.parametrize("coding", [None, *encoding.CODINGS])
@pytest.mark.parametrize("size", [0, encoding.COMPRESS_FROM - 1, 5_000, encoding.COMPRESS_ASIDE_FROM])
def test_what_is_packed_can_be_unpacked(coding: str | None, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    packed = asyncio.run(encoding.pack(body, coding))
    assert encoding.unpack(packed) == body
    assert isinstance(packed, encoding.Packed) is (coding is not None and size >= encoding.COMPRESS_FROM)


OFFERED = ("ja", "ja-easy", "en", "pt", "es", "zh-hans", "ko")


@pytest.mark.parametrize(
    ("asked", "header", "expected"),
    [
        (None, "", "ja"),
        ("ko", "en", "ko"),
        (None, "en-US,en;q=0.9,ja;q=0.8", "en"),
        (None, "fr, pt-BR;q=0.5, en;q=0.4", "pt"),
        (None, "zh-CN", "zh-hans"),
        (None, "zh-TW, en;q=0.1", "en"),
        (None, "fr", "ja"),
        (None, "en;q=x, ;;;", "ja"),
    ],
)
def test_the_language_asked_for_by_name_or_header(asked: str | None, header: str, expected: str) -> None:
    assert language.language(asked, header, OFFERED) == expected


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("*/*", False),
        ("", False),
        ("application/geo+json, text/html;q=0.5", False),
        ("application/json;q=0.1, text/html", True),
    ],
)
def test_html_is_for_those_who_prefer_it(accept: str, html: bool) -> None:
    offered = {"application/geo+json": "application/geo+json", "text/html": "text/html; charset=utf-8"}
    assert (language.media(accept, offered) == offered["text/html"]) is html

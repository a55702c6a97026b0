"""What the environment says, read once into a frozen value. No other module reads variables of ours."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from gis_core.city import City, load_city
from gis_core.errors import BadInput, Message
from machizu import postgres

DEFAULT_CITY = Path(__file__).with_name("cities") / "otawara.yaml"


@dataclass(frozen=True)
class Environment:
    """The product's settings. `home` holds all that is kept: database, rasters, samples, secret, logs.

    `address_rate` and `key_rate`: requests a minute to the API, tiles not counted, 0 for no limit. `body_bytes`:
    the most that may be sent to it at a time. `log_requests`: every request is logged, not only slow and failed ones.
    `embed_origins`: whose pages may frame the map at /embed/. `snapshot`: the folder that is kept a snapshot.
    """

    home: Path
    host: str
    port: int
    city: City
    basemap: Literal["own", "gsi"]
    load_samples: bool
    workers: int
    allowed_hosts: tuple[str, ...]
    debug: bool
    embed_origins: tuple[str, ...]
    snapshot: Path | None
    address_rate: int
    key_rate: int
    body_bytes: int
    log_requests: bool

    @property
    def rasters(self) -> Path:
        """Where the rasters' files are kept."""
        return self.home / "rasters"

    @property
    def samples(self) -> Path:
        """Where the sample deliveries are written."""
        return self.home / "samples"


@cache
def environment() -> Environment:
    """Read the environment. Raises `BadInput` naming the variable that is wrong."""
    basemap = os.environ.get("MACHIZU_BASEMAP", "own")
    if basemap not in ("own", "gsi"):
        raise _bad("MACHIZU_BASEMAP", basemap, "own / gsi")
    return Environment(
        home=postgres.home(),
        host=os.environ.get("HOST", "127.0.0.1"),
        port=_whole("PORT", "8000", 65535),
        city=load_city(Path(os.environ.get("MACHIZU_CITY", DEFAULT_CITY))),
        basemap="gsi" if basemap == "gsi" else "own",
        workers=_whole("MACHIZU_WORKERS", "1", 64),
        load_samples=os.environ.get("MACHIZU_SAMPLES", "1") != "0",
        allowed_hosts=tuple(os.environ.get("MACHIZU_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")),
        debug=os.environ.get("MACHIZU_DEBUG") == "1",
        embed_origins=("'self'", *_origins("MACHIZU_EMBED_ORIGINS")),
        snapshot=Path(folder) if (folder := os.environ.get("MACHIZU_SNAPSHOT")) else None,
        address_rate=_whole("MACHIZU_API_RATE", "600", 10**6, least=0),
        key_rate=_whole("MACHIZU_API_KEY_RATE", "6000", 10**6, least=0),
        body_bytes=_whole("MACHIZU_API_BODY_BYTES", str(20 * 2**20), 2**30),
        log_requests=os.environ.get("MACHIZU_LOG_REQUESTS") == "1",
    )


def secret_key(home: Path) -> str:
    """Return the installation's secret, made at first use and kept in a file only its owner reads."""
    path = home / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(48)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    return secret


def _whole(name: str, default: str, largest: int, least: int = 1) -> int:
    text = os.environ.get(name, default)
    if not text.isdecimal() or not least <= int(text) <= largest:
        raise _bad(name, text, f"{least}–{largest}")
    return int(text)


def _origins(name: str) -> tuple[str, ...]:
    """Return the origins of a list by comma, such as https://www.example.jp; `*` stands for all."""
    listed = tuple(part.strip() for part in os.environ.get(name, "").split(",") if part.strip())
    for origin in listed:
        if origin != "*" and not re.fullmatch(r"https?://(\*\.)?[a-z0-9.-]+(:(\d{1,5}|\*))?", origin):
            raise _bad(name, origin, "https://www.example.jp, https://*.example.jp, *")
    return listed


def _bad(name: str, value: str, allowed: str) -> BadInput:
    return BadInput(
        Message(
            ja=f"環境変数 {name} の値「{value}」は使えません。使える値：{allowed}",
            en=f"The environment variable {name} has the value “{value}”. Allowed: {allowed}",
        )
    )

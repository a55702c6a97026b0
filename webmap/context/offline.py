"""What is kept for when the network is gone: the files of the map and of the lists, and a digest of them."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import NamedTuple

from django.templatetags.static import static

from webmap import STATIC_FOLDER

WORKER = STATIC_FOLDER / "webmap" / "js" / "service-worker.js"
# Not the scripts of pages that need the network anyway.
_LEFT_OUT = frozenset({"service-worker.js", "machizu-map.js", "snapshot.js", "embed.js", "print.js"})
_KEPT = (
    "icon.svg",
    "css/*.css",
    "js/*.js",
    "vendor/maplibre-gl/*/*.mjs",
    "vendor/maplibre-gl/*/*.css",
    "vendor/design-tokens/*/*.css",
)


class Shell(NamedTuple):
    """The addresses of the files, and a version that changes when any of them, or the worker itself, does."""

    version: str
    files: list[str]


@cache
def shell() -> Shell:
    """Return what the service worker keeps from the start; read once, since browsers ask at every page."""
    root = STATIC_FOLDER / "webmap"
    paths = sorted(p for pattern in _KEPT for p in root.glob(pattern) if p.name not in _LEFT_OUT)
    digest = blake2b(WORKER.read_bytes(), digest_size=8)
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    return Shell(digest.hexdigest(), [static(path.relative_to(STATIC_FOLDER).as_posix()) for path in paths])

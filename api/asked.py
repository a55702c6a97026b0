"""One request, read as far as an endpoint needs it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import blake2b
from urllib.parse import parse_qsl, quote

from starlette.types import Scope

from api import encoding, language
from api.service import Operation, Service
from api.tracing import CURRENT
from gis_core.errors import BadParameter, Message, NotFound
from layers.catalogue import PUBLIC, Catalogue, LayerInfo, RasterInfo, Viewer
from layers.keys import Identity

HTML = "text/html; charset=utf-8"

# What a Host header may hold; anything else is not put into links.
HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
# Letters of a query that need no %, for whoever reads the address.
SAFE = ",:/"
PLAIN = re.compile(rf"[A-Za-z0-9_.~{SAFE}-]*")


class Asked:
    """A request for one operation: parameters, headers, viewer, and the words an answer is made with."""

    def __init__(self, scope: Scope, service: Service, operation: Operation) -> None:
        self.scope = scope
        self.service = service
        self.operation = operation
        self.viewer: Viewer = PUBLIC
        self.identity: Identity | None = None
        self.body = b""

    def identify(self, identity: Identity, service: Service) -> None:
        """Note who asks; `service` reads what others than the public may see."""
        self.identity, self.viewer, self.service = identity, identity.viewer, service

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters. Raises `BadParameter` for one given twice or holding a NUL character."""
        query: dict[str, str] = {}
        for name, value in self._given():
            if name in query or "\x00" in value:
                raise BadParameter(
                    name,
                    Message(
                        f"パラメータ {name} は一度だけ、文字で指定してください。",
                        f"Give the parameter {name} once, as text.",
                    ),
                )
            query[name] = value
        return query

    def _given(self) -> list[tuple[str, str]]:
        raw = self.scope["query_string"]
        return parse_qsl(raw.decode("latin-1"), keep_blank_values=True) if raw else []

    @property
    def path(self) -> dict[str, str]:
        """The parts of the path that vary, as text."""
        return self.scope["path_params"]  # type: ignore[no-any-return]

    def header(self, name: bytes) -> str:
        """Return a header (name in lower case), empty where it is missing."""
        return next((value.decode("latin-1") for key, value in self.scope["headers"] if key == name), "")

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the viewer may see. Raises `Unavailable`."""
        return self.service.catalogues.of(self.viewer)

    @property
    def layer(self) -> LayerInfo:
        """The layer that the path names. Raises `NotFound`."""
        info = self.catalogue.layer(self.path["collectionId"])
        self._is_about(info)
        return info

    @property
    def raster(self) -> RasterInfo:
        """The raster that the path names. Raises `NotFound`."""
        info = self.catalogue.raster(self.path["rasterId"])
        self._is_about(info)
        return info

    def _is_about(self, info: LayerInfo | RasterInfo) -> None:
        """Note the layer for who counts: only those that there are, whatever paths are tried."""
        trace = CURRENT.get()
        if trace is not None:
            trace.layer = info.id

    @cached_property
    def language(self) -> str:
        """The language of the answer."""
        try:
            wanted = self.query.get("lang")
        except BadParameter:
            # What is wrong with it is to be told in this language.
            wanted = dict(self._given()).get("lang")
        return language.language(wanted, self.header(b"accept-language"), self.service.settings.languages)

    @cached_property
    def media(self) -> str:
        """The media type of the answer: by `f`, else what a browser asks for, or whoever else, else the default."""
        formats = self.operation.formats
        wanted = self.query.get("f")
        if wanted is not None:
            return formats[wanted]
        found = language.media(self.header(b"accept"), self.operation.offered) if "html" in formats else None
        return found or next(iter(formats.values()))

    @property
    def coding(self) -> str | None:
        """The content coding of the answer, None for none."""
        return encoding.negotiate(self.header(b"accept-encoding"))

    @cached_property
    def root(self) -> str:
        """The API's own address, ending in `/api`."""
        settings = self.service.settings
        if settings.public_base_url:
            return settings.public_base_url.rstrip("/") + "/api"
        host = self.header(b"host")
        if not HOST.fullmatch(host):
            host = "{}:{}".format(*(self.scope.get("server") or ("localhost", 80)))
        return f"{self.scope['scheme']}://{host}{quote(self.scope.get('root_path', ''))}/api"

    def url(self, path: str, **query: object) -> str:
        """Return the address of a path below `/api` with the query parameters given."""
        return _address(self.root + path, {name: _written(name, value) for name, value in query.items()})

    def again(self, **changes: object) -> str:
        """Return this request's address with parameters changed, or with None taken away."""
        changed = {n: None if value is None else _written(n, value) for n, value in changes.items()}
        return _address(self._here, self._parts | changed)

    @cached_property
    def _here(self) -> str:
        """This request's address without its query."""
        path = self.scope["path"].removeprefix(self.scope.get("root_path", "")).removeprefix("/api")
        return self.root + _quoted(path or "/")

    @cached_property
    def _parts(self) -> dict[str, str | None]:
        """The query parameters as an address has them: each is written once, however many links there are."""
        return {name: _written(name, value) for name, value in self.query.items()}

    def tag(self, revision: int, form: str = "") -> str:
        """Return the ETag of what this request derives from a layer's revision and the form of its features."""
        parts = (
            self.service.settings.version,
            self.viewer.role,
            self.viewer.department,
            self.viewer.elevated,
            self.viewer.layers,
            self.media,
            self.root,
            form,
            self.scope["path"],
            *sorted(self.query.items()),
        )
        return f'"{revision}-{blake2b(repr(parts).encode(), digest_size=9).hexdigest()}"'

    def version_tag(self, version: int) -> str:
        """Return the ETag of one feature as this viewer sees it: its version, told apart from what others see."""
        if self.viewer == PUBLIC:
            return f'"{version}"'
        return f'"{version}-{blake2b(repr(self.viewer).encode(), digest_size=6).hexdigest()}"'

    def check(self) -> None:
        """Raise `BadParameter` for a parameter that the operation does not know, a bad `f` or `lang`."""
        query = self.query
        if not query:
            return
        formats, languages = self.operation.formats, self.service.settings.languages
        if query.get("f", next(iter(formats))) not in formats:
            raise _choice("f", formats)
        if query.get("lang", languages[0]) not in languages:
            raise _choice("lang", languages)
        for name, allowed in self.operation.choices:
            if name in query and query[name] not in allowed:
                raise _choice(name, allowed)
        if not (self.operation.by_property or self.operation.any_query):
            for name in query.keys() - self.operation.names:
                raise unknown_parameter(name, self.operation.names)


def _written(name: str, value: object) -> str:
    return f"{_quoted(name)}={_quoted(str(value))}"


def _quoted(text: str) -> str:
    # `quote` takes three times as long to find out that there is nothing to do.
    return text if PLAIN.fullmatch(text) else quote(text, safe=SAFE)


def _address(place: str, parts: Mapping[str, str | None]) -> str:
    query = "&".join(filter(None, parts.values()))
    return f"{place}?{query}" if query else place


def unknown_parameter(name: str, known: frozenset[str]) -> BadParameter:
    """Return the error for a parameter that is not known here (OGC 17-069r4, /req/core/query-param-unknown)."""
    names = ", ".join(sorted(known))
    return BadParameter(
        name,
        Message(
            f"パラメータ「{name}」はここでは使えません。使えるもの：{names}",
            f"The parameter “{name}” is not known here. Known: {names}",
        ),
    )


def whole_number(text: str, largest: int = 2**63 - 1) -> int:
    """Return a path's number, 0 or more. Raises `NotFound`: what is no number names nothing."""
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= largest:
        return int(text)
    raise NotFound(
        Message(
            f"「{text}」という番号のものはありません。0 以上の整数で指定してください。",
            f"There is nothing with the number “{text}”. Give a whole number, 0 or more.",
        )
    )


def _choice(name: str, known: Iterable[str]) -> BadParameter:
    values = ", ".join(known)
    return BadParameter(
        name,
        Message(f"{name} に使える値は {values} です。", f"{name} takes one of: {values}."),
    )

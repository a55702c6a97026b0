"""What every endpoint works with, and the description of an endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from api.behind import BackRoom
from api.cache import ByteCache
from api.catalogue import Catalogues
from api.database import Database
from api.exporter import Exporter
from api.hot import HotAnswers
from api.hub import Hub
from api.keys import Identities
from api.limits import Lane, Quotas, Rates
from api.metrics import Metrics
from api.place_books import Books
from api.raster_reader import RasterReader
from api.settings import ApiSettings
from gis_core.definition import Texts

if TYPE_CHECKING:
    from api.asked import Asked

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# Parameters that every operation takes: representation and language.
COMMON_NAMES = frozenset({"f", "lang"})


@dataclass(frozen=True)
class Parameter:
    """A query or path parameter as the OpenAPI document declares it."""

    name: str
    description: Texts
    schema: Mapping[str, Any]
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked: where it is, by which method, what it takes, what it answers, who answers.

    `path` is below `/api`. `formats` maps the values of `f` to media types, the first is the default.
    `schema` names the JSON answer's schema in the OpenAPI document. `by_property` says that the properties of
    the layer are parameters too; the handler then checks the names. `any_query` lets unknown parameters pass:
    the Tiles standard does not refuse them as Features does, and GDAL's MVT driver adds one to a tile's address.

    `bodies` maps the media types of what a write brings to their schemas; `by_layer` says that each layer has a
    schema of its own for it. `asks` says of a method other than GET that its body is a question, which anybody may ask
    as he may read. `counted`: the rate limits count it. `long`: it may take long, so not all of the
    database's connections may be busy with it. `files`: some of its answers are files, which have a lane of their own.
    """

    id: str
    path: str
    tag: str
    summary: Texts
    handler: Callable[[Asked], Awaitable[Response]]
    formats: Mapping[str, str]
    schema: str | None = None
    parameters: tuple[Parameter, ...] = ()
    by_property: bool = False
    any_query: bool = False
    statuses: tuple[int, ...] = ()
    method: str = "GET"
    bodies: Mapping[str, str] = field(default_factory=dict)
    by_layer: bool = False
    asks: bool = False
    counted: bool = True
    long: bool = False
    files: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET" or self.asks

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the query parameters that are no property of a layer."""
        return COMMON_NAMES | {p.name for p in self.parameters}

    @cached_property
    def choices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The query parameters that take one of a few values, with these."""
        return tuple((p.name, tuple(p.schema["enum"])) for p in self.parameters if p.schema.get("enum"))

    @cached_property
    def alternates(self) -> tuple[tuple[str, str], ...]:
        """The first format of each media type, with that type without its charset."""
        firsts = {media.partition("; charset")[0]: name for name, media in reversed([*self.formats.items()])}
        return tuple((name, media) for media, name in firsts.items())

    @cached_property
    def offered(self) -> dict[str, str]:
        """The media types of the formats, the first of each, by themselves without parameters."""
        return {media.partition(";")[0]: media for media in reversed([*self.formats.values()])}


@dataclass(frozen=True, eq=False)
class Service:
    """The parts of one running API."""

    settings: ApiSettings
    database: Database
    # All that there are; `database` is the one for who asks.
    databases: tuple[Database, ...]
    metrics: Metrics
    catalogues: Catalogues
    cache: ByteCache
    hot: HotAnswers
    rasters: RasterReader
    places: Books
    exporter: Exporter
    operations: tuple[Operation, ...]
    room: BackRoom
    identities: Identities
    rates: Rates
    quotas: Quotas
    long_lane: Lane
    hub: Hub

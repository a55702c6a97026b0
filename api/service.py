"""What every endpoint works with, and the description of an endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from api.cache import ByteCache
from api.catalogue import Catalogues
from api.database import Database
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
    """One resource that can be read: where it is, what it takes, what it answers, who answers.

    `path` is below `/api`. `formats` maps the values of `f` to media types, the first is the default.
    `schema` names the JSON answer's schema in the OpenAPI document. `by_property` says that the properties of
    the layer are parameters too; the handler then checks the names. `any_query` lets unknown parameters pass:
    the Tiles standard does not refuse them as Features does, and GDAL's MVT driver adds one to a tile's address.
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

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the query parameters that are no property of a layer."""
        return COMMON_NAMES | {p.name for p in self.parameters}


@dataclass(frozen=True, eq=False)
class Service:
    """The parts of one running API."""

    settings: ApiSettings
    database: Database
    catalogues: Catalogues
    cache: ByteCache
    rasters: RasterReader
    operations: tuple[Operation, ...]

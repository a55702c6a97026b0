"""Wires the API: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from api.cache import ByteCache
from api.catalogue import Catalogues, follow_changes
from api.database import Database
from api.errors import log
from api.raster_reader import RasterReader
from api.routes import OPERATIONS, routes
from api.service import Service
from api.settings import ApiSettings
from gis_core.errors import MachizuError
from layers.catalogue import PUBLIC


def create_app(settings: ApiSettings) -> FastAPI:
    """Return the application. Its lifespan holds the pool, the change listener and the raster threads.

    It is the outermost one: what else the product serves is mounted behind its routes.
    """
    database = Database(settings)
    service = Service(
        settings=settings,
        database=database,
        catalogues=Catalogues(database),
        cache=ByteCache(settings.cache_bytes),
        rasters=RasterReader(settings.raster_threads),
        operations=OPERATIONS,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        await _first_read(service)
        listener = asyncio.create_task(follow_changes(database.conninfo, service.catalogues))
        try:
            yield
        finally:
            listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listener
            await database.close()
            service.rasters.close()

    application = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    application.router.routes.extend(routes(service))
    return application


async def _first_read(service: Service) -> None:
    """Have the registry ready before the first request; while the database is down, start without it."""
    try:
        await service.catalogues.reload()
        service.catalogues.of(PUBLIC)
    except MachizuError as error:
        log.error("The API starts without its registry: %s", error.detail or error)

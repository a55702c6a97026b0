"""Wires the API: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from fastapi import FastAPI

from api.behind import BackRoom
from api.cache import ByteCache
from api.catalogue import Catalogues
from api.database import Database
from api.errors import log
from api.exporter import Exporter
from api.front import Front
from api.hot import HotAnswers
from api.hub import CHANNELS, Hub
from api.keys import Identities
from api.leaving import when_asked_to_leave
from api.limits import Lane, Quotas, Rates
from api.metrics import Metrics
from api.notices import follow_notices
from api.operating import keep_noting
from api.place import Door
from api.place_books import Books
from api.raster_reader import RasterReader
from api.routes import OPERATIONS, routes
from api.service import Service
from api.settings import ApiSettings
from gis_core.errors import MachizuError
from layers.catalogue import PUBLIC
from layers.keys import IDENTITY_CHANNEL


def create_app(settings: ApiSettings) -> FastAPI:
    """Return the application. Its lifespan holds the pool, the change listener and the raster threads.

    It is the outermost one: what else the product serves is mounted behind its routes.
    """
    database = Database("public", settings, settings.role, connected=settings.pool_min)
    # Opened by the first who is not one of the public.
    staff_database = Database("staff", settings, settings.staff_role, connected=0)
    room = BackRoom(settings.write_threads, settings.write_waiting)
    catalogues, cache = Catalogues(database), ByteCache(settings.cache_bytes)
    service = Service(
        settings=settings,
        database=database,
        databases=(database, staff_database),
        metrics=Metrics(),
        catalogues=catalogues,
        cache=cache,
        hot=HotAnswers(cache, catalogues, settings.session_cookie),
        rasters=RasterReader(settings.raster_threads),
        places=Books(),
        exporter=Exporter(settings.exports_at_once, settings.exports_waiting, settings.exports_kept),
        # Where nothing writes, nothing says that it could.
        operations=tuple(o for o in OPERATIONS if o.reads or settings.behind is not None),
        room=room,
        identities=Identities(database, settings.behind, room),
        rates=Rates(),
        quotas=Quotas(settings.city.time_zone, settings.behind, room),
        long_lane=Lane(max(1, int(settings.pool_max * settings.long_share)), settings.long_waiting),
        hub=Hub(catalogues, database),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Door]]:
        await database.open()
        await staff_database.open()
        await _first_read(service)
        when_asked_to_leave(service.hub.close)
        # Who listens to the stream is told what the catalogues know already.
        steps = (service.identities.told, catalogues.told, service.hub.told)
        tasks = [
            asyncio.create_task(follow_notices(database.conninfo, [*CHANNELS, IDENTITY_CHANNEL], steps)),
            asyncio.create_task(service.quotas.keep_noting()),
            asyncio.create_task(keep_noting(service)),
        ]
        try:
            yield {"place_door": Door(asyncio.get_running_loop(), service)}
        finally:
            service.hub.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(MachizuError):
                await service.quotas.note()
            room.close()
            await staff_database.close()
            await database.close()
            service.rasters.close()
            service.exporter.close()

    application = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    application.add_middleware(Front, hot=service.hot, metrics=service.metrics)
    application.router.routes.extend(routes(service, replace(service, database=staff_database)))
    return application


async def _first_read(service: Service) -> None:
    """Have the registry ready before the first request; while the database is down, start without it."""
    try:
        await service.catalogues.reload()
        service.catalogues.of(PUBLIC)
    except MachizuError as error:
        log.error("The API starts without its registry: %s", error.detail or error)

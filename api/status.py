"""Is it alive, is it ready, and what state is the data in."""

from __future__ import annotations

from starlette.responses import Response

from api.answers import BASE_HEADERS, document
from api.asked import Asked
from api.links import JSON, self_and_alternates
from layers.reads import catalogue_statement

FORMATS = {"json": JSON}


async def live(_: Asked) -> Response:
    """Answer that the process runs, asking nothing else."""
    return _said("live")


async def ready(asked: Asked) -> Response:
    """Answer that requests can be served: the database answers and the registry was read.

    The registry's tables come with the migrations, so reading them proves both. Raises `Unavailable`.
    """
    await asked.service.database.row(catalogue_statement())
    asked.service.catalogues.of(asked.viewer)
    return _said("ready")


async def status(asked: Asked) -> Response:
    """Answer with the product's version and each layer's revision, size and freshness."""
    settings, catalogue = asked.service.settings, asked.catalogue
    layers = [
        {
            "id": i.id,
            "revision": i.revision,
            "itemCount": i.feature_count,
            "updated": i.updated_at.isoformat() if i.updated_at else None,
        }
        for i in catalogue.layers.values()
    ]
    rasters = [
        {"id": i.id, "revision": i.revision, "updated": i.updated_at.isoformat() if i.updated_at else None}
        for i in catalogue.rasters.values()
    ]
    content = {
        "name": settings.title.to(asked.language),
        "version": settings.version,
        "city": {"code": settings.city.code, "name": settings.city.name["ja"]},
        "layers": layers,
        "rasters": rasters,
        "links": self_and_alternates(asked),
    }
    return await document(asked, content)


def _said(word: str) -> Response:
    return Response(
        b'{"status":"%s"}' % word.encode(), 200, {**BASE_HEADERS, "cache-control": "no-store"}, JSON
    )

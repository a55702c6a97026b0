"""The ASGI application: FastAPI outermost, static files beside it, Django last, inside a2wsgi.

Django under its own ASGI handler costs 2.1 ms a request, inside a2wsgi 0.4–0.7 ms.
"""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from machizu import bootstrap, logs
from machizu.environment import environment

VENDOR = "webmap/vendor/"
PAGE_THREADS = 8


class CachedStaticFiles(StaticFiles):
    """Static files with caching headers: vendored folders name their version, so they never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve the file; everything but vendored files is revalidated each time (ETag)."""
        response = await super().get_response(path, scope)
        fixed = path.startswith(VENDOR)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "no-cache"
        return response


def create_application() -> FastAPI:
    """Put the product together. The database must be running."""
    _share_numbers(environment().home / "metrics")
    bootstrap.setup_django()
    from django.core.wsgi import get_wsgi_application

    from api.app import create_app
    from machizu.api_settings import api_settings
    from webmap import STATIC_FOLDER

    # Python 3.11 knows neither of these as the browser needs them.
    mimetypes.add_type("text/javascript", ".mjs")
    mimetypes.add_type("application/manifest+json", ".webmanifest")
    application = create_app(api_settings())
    static = CachedStaticFiles(directory=STATIC_FOLDER, packages=[("django.contrib.admin", "static")])
    application.mount("/static", GZipMiddleware(static, minimum_size=1000))
    # a2wsgi and Django describe the same WSGI in types that do not know each other.
    pages: Any = get_wsgi_application()
    # Last, since Django sets the log up as for people, twice.
    logs.write_json(requests=environment().log_requests)
    behind: Any = WSGIMiddleware(pages, workers=PAGE_THREADS)
    application.mount("/", behind)
    return application


def _share_numbers(folder: Path) -> None:
    """Let all processes of the server count in files of one folder, which prometheus_client learns when it is imported."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


application = create_application()

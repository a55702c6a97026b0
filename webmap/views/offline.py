"""The service worker, which must lie at the root of what it is to serve."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from webmap.context import offline

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker with the list of the files it keeps."""
    shell = offline.shell()
    head = f"const VERSION = {json.dumps(shell.version)};\nconst FILES = {json.dumps(shell.files)};\n"
    content = head.encode() + offline.WORKER.read_bytes()
    return HttpResponse(
        content, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )

"""OGC API – Features Part 4: features created, replaced, updated and deleted, one or many at a time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from api import bodies, idempotency
from api.answers import BASE_HEADERS
from api.asked import Asked, whole_number
from api.behind import Behind
from api.errors import TooLarge
from api.links import GEOJSON, JSON, collection_path
from gis_core.errors import BadInput, BadParameter, MachizuError, Message
from layers.catalogue import LayerInfo
from layers.keys import Identity
from layers.written import Written

FORMATS = {"json": JSON}
MERGE_PATCH = "application/merge-patch+json"
FEATURES = {GEOJSON: "featureGeoJSON", JSON: "featureGeoJSON"}
PATCHES = {MERGE_PATCH: "featurePatch"}

# A feature's ETag begins with its version; what follows tells audiences apart.
_VERSION = re.compile(r'(?:W/)?"(\d{1,18})(?:[-.][^"]*)?"')


async def create(asked: Asked) -> Response:
    """Add a feature, or all features of a collection or none."""
    behind, who, info = _writer(asked)
    content = bodies.json_of(asked, FEATURES)
    contents, single = _contents(asked, content)
    once = idempotency.once(asked)
    written = await asked.service.room.run(
        behind.create, info.id, contents, who, bodies.coordinate_system(asked), once
    )
    headers = {"idempotency-replayed": "true"} if written.repeated else {}
    if single:
        headers["location"] = asked.url(f"{collection_path(info.id)}/items/{written.ids[0]}")
    return await _said(asked, info, written, 201, headers)


async def replace(asked: Asked) -> Response:
    """Give a feature new values and geometry."""
    behind, who, info = _writer(asked)
    number = whole_number(asked.path["featureId"])
    content = bodies.json_of(asked, FEATURES)
    written = await asked.service.room.run(
        behind.replace, info.id, number, content, who, bodies.coordinate_system(asked), _held(asked)
    )
    return await _said(asked, info, written, 200)


async def update(asked: Asked) -> Response:
    """Change a feature by a JSON merge patch."""
    behind, who, info = _writer(asked)
    number = whole_number(asked.path["featureId"])
    content = bodies.json_of(asked, PATCHES)
    written = await asked.service.room.run(
        behind.update, info.id, number, content, who, bodies.coordinate_system(asked), _held(asked)
    )
    return await _said(asked, info, written, 200)


async def remove(asked: Asked) -> Response:
    """Take a feature out of the layer."""
    behind, who, info = _writer(asked)
    number = whole_number(asked.path["featureId"])
    await asked.service.room.run(behind.remove, info.id, number, who, _held(asked))
    await _renew(asked, info)
    return Response(None, 204, {**BASE_HEADERS, "cache-control": "no-store"})


def _writer(asked: Asked) -> tuple[Behind, Identity, LayerInfo]:
    """Return who writes to which layer. Raises `NotFound`."""
    behind, who = asked.service.settings.behind, asked.identity
    # The endpoint lets nobody else write.
    assert behind is not None and who is not None
    return behind, who, asked.layer


def _contents(asked: Asked, content: Any) -> tuple[list[Any], bool]:
    """Return the features of a body, and whether it is a single one's. Raises `BadInput`, `TooLarge`."""
    if not (isinstance(content, Mapping) and content.get("type") == "FeatureCollection"):
        return [content], True
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise BadInput(
            Message("features に地物を一つ以上入れてください。", "Put one feature or more into features.")
        )
    most = asked.service.settings.body_features
    if len(features) > most:
        raise TooLarge(
            Message(
                f"一度に送れる地物は {most:,} 件までです。分けて送ってください。",
                f"At most {most:,} features can be sent at a time. Send them in parts.",
            )
        )
    return features, False


def _held(asked: Asked) -> frozenset[int] | None:
    """Return the versions that If-Match names, None where any will do. Raises `BadParameter`.

    Weak tags count too: an answer that was compressed on its way has one, and a version is the same however it
    is packed.
    """
    header = asked.header(b"if-match").strip()
    if header in ("", "*"):
        return None
    tags = [_VERSION.fullmatch(tag.strip()) for tag in header.split(",")]
    if not all(tags):
        raise BadParameter(
            "If-Match",
            Message(
                "If-Match には、地物を読んだときの ETag をそのまま入れてください。",
                "Give If-Match the ETag with which the feature was read, as it stands.",
            ),
        )
    return frozenset(int(tag[1]) for tag in tags if tag)


async def _said(
    asked: Asked, info: LayerInfo, written: Written, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    await _renew(asked, info)
    body = {"ids": written.ids, "revision": written.revision, "warnings": written.warnings}
    fields = {**BASE_HEADERS, "cache-control": "no-store", **(headers or {})}
    if len(written.ids) == 1:
        fields["etag"] = asked.version_tag(written.revision)
    return Response(orjson.dumps(body), status, fields, JSON)


async def _renew(asked: Asked, info: LayerInfo) -> None:
    """Have this process know of the change before the answer goes out; others hear of it by themselves."""
    with contextlib.suppress(MachizuError):
        await asked.service.catalogues.reload({info.id})

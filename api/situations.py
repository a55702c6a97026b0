"""What holds in an emergency: declared situations, alerts, live status, the cameras' last images."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import orjson
from starlette.responses import Response

from api import parameters
from api.answers import BASE_HEADERS, answer, document, with_list
from api.asked import Asked, whole_number
from api.declared import LOG_DEFAULT, LOG_MAXIMUM
from api.features import collection_link
from api.links import JSON, link, self_and_alternates
from gis_core.errors import Message, NotFound
from layers.alerts import alert_statement, alerts_statement
from layers.cap import MEDIA_TYPE as CAP
from layers.cap import to_cap
from layers.situations import situations_statement
from layers.status import STALE_AFTER, camera_statement, status_log_statement, status_statement

FORMATS = {"json": JSON}
ALERT_FORMATS = {"json": JSON, "cap": CAP}
IMAGE_FORMATS = {"image": "image/*"}
# What a camera's image may be; whatever else the store holds is not sent as if it were one.
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
STALE = "machizu-stale"


async def situations(asked: Asked) -> Response:
    """Answer with the situations that are open."""
    at = parameters.at(asked.query, asked.service.settings.city.time_zone)
    names = ("id", "name", "opened", "closed")
    rows = await asked.service.database.rows(situations_statement(at))
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return await document(asked, {"situations": found, "links": self_and_alternates(asked)})


async def alerts(asked: Asked) -> Response:
    """Answer with the published alerts in force, the gravest first; `expires` is when the first of them ends."""
    at = parameters.at(asked.query, asked.service.settings.city.time_zone)
    exercises = parameters.flag(asked.query, "exercises")
    row = await asked.service.database.row(alerts_statement(at, exercises=exercises))
    assert row is not None
    entries, returned, expires = row
    links = self_and_alternates(asked)
    head = {"numberReturned": returned, "expires": expires, "links": links}
    return await answer(asked, with_list(head, "alerts", entries))


async def alert(asked: Asked) -> Response:
    """Answer with a published alert, as JSON or as a message of the Common Alerting Protocol 1.2."""
    number = whole_number(asked.path["alertId"])
    row = await asked.service.database.row(alert_statement(number))
    if row is None:
        raise NotFound(
            Message(
                f"警報 {number} はありません。/api/alerts で番号を確かめてください。",
                f"There is no alert {number}. See /api/alerts for its number.",
            )
        )
    if asked.media == CAP:
        return await answer(asked, to_cap(orjson.loads(row[0]), _sender(asked)))
    return await answer(asked, row[0])


def _sender(asked: Asked) -> str:
    """Who passes the message on: unlike the issuer's, this name must be unique to us (CAP 1.2 §3.2.1)."""
    return f"machizu.{asked.service.settings.city.code}@{asked.root.split('/')[2].partition(':')[0]}"


async def live_status(asked: Asked) -> Response:
    """Answer with what holds for the layer's features: the newest entry of each feature and source.

    `last` is where to go on in the log.
    """
    info = asked.layer
    at = parameters.at(asked.query, asked.service.settings.city.time_zone)
    row = await asked.service.database.row(status_statement(info, at))
    assert row is not None
    entries, returned, last = row
    links = [*self_and_alternates(asked), collection_link(asked, info)]
    head = {"collection": info.id, "numberReturned": returned, "last": last, "links": links}
    return await answer(asked, with_list(head, "entries", entries))


async def status_log(asked: Asked) -> Response:
    """Answer with a page of the log of live status, in the order in which it was written."""
    info = asked.layer
    statement = status_log_statement(
        info,
        after=parameters.whole(asked.query, "after") or 0,
        since=parameters.beginning(asked.query, "from", asked.service.settings.city.time_zone),
        feature_id=parameters.whole(asked.query, "feature"),
        limit=parameters.limit(asked.query, LOG_DEFAULT, LOG_MAXIMUM),
    )
    row = await asked.service.database.row(statement)
    assert row is not None
    entries, returned, last, more = row
    links = [*self_and_alternates(asked), collection_link(asked, info)]
    if more:
        links.append(link(asked.again(after=last), "next", asked.media))
    head = {"collection": info.id, "numberReturned": returned, "last": last, "links": links}
    return await answer(asked, with_list(head, "entries", entries))


async def image(asked: Asked) -> Response:
    """Answer with a camera's last good image; a header says so when it is too old to show the present."""
    info, number = asked.layer, whole_number(asked.path["featureId"])
    row = await asked.service.database.row(camera_statement(info, number))
    store = asked.service.settings.cameras
    content = None
    if row is not None and store is not None and row[1] in IMAGES:
        content = await asyncio.to_thread(_read, store, row[0])
    if row is None or content is None:
        raise NotFound(
            Message(
                f"レイヤ {info.id} の {number} に画像はありません。カメラの番号を確かめるか、しばらくしてやり直してください。",
                f"There is no image of {number} in {info.id}. Check the camera's number, or try again later.",
            )
        )
    _, media, digest, taken, fetched = row
    moment = taken or fetched
    age = datetime.now(UTC) - moment
    headers = {
        "last-modified": format_datetime(moment.astimezone(UTC), usegmt=True),
        # A boolean of RFC 8941.
        STALE: "?1" if age > STALE_AFTER else "?0",
        "access-control-expose-headers": f"{BASE_HEADERS['access-control-expose-headers']}, Last-Modified, {STALE}",
    }
    return await answer(asked, content, media=media, tag=f'"{digest}"', headers=headers, compress=False)


def _read(store: Path, path: str) -> bytes | None:
    """Return a file of the store; None for what is not there, or not in there."""
    file = (store / path).resolve()
    if not file.is_relative_to(store.resolve()) or not file.is_file():
        return None
    return file.read_bytes()

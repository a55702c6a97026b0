"""Items as files: the whole of what is asked for, not a page of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api import parameters
from api.answers import BASE_HEADERS, REVALIDATE, unchanged
from api.asked import Asked
from api.exporter import Exporter
from api.formats.job import Job
from api.formats.kinds import KINDS, Wanted
from api.language import preferred
from api.spool import Spool
from gis_core.errors import BadParameter, Message
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery
from layers.reads import count_statement

MEDIA: Mapping[str, str] = {name: kind.media for name, kind in KINDS.items()}
# Parameters that only files know.
OPTIONS = frozenset({"profile", "labels", "encoding"})
# Tells how many characters CP932 does not have and, percent-encoded, which.
REPLACED = "machizu-replaced-characters"
TOLD_CHARACTERS = 50
HEADERS = {
    **BASE_HEADERS,
    "access-control-expose-headers": f"{BASE_HEADERS['access-control-expose-headers']}, Content-Disposition, {REPLACED}",
    "cache-control": REVALIDATE,
    "vary": "Accept, Accept-Encoding, Accept-Language",
}
# A client that takes nothing for so long is given up.
PATIENCE_S = 60.0
_BY_MEDIA = {kind.media: name for name, kind in KINDS.items() if name != "geojson-file"}
# What Windows does not allow in a file's name.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def format_of(asked: Asked) -> str | None:
    """Return the file format that is asked for, by `f` or by Accept; None for a page of items.

    Raises `BadParameter` for a page with a parameter that only files know.
    """
    query = asked.query
    named = query.get("f")
    if named in KINDS:
        return named
    if named is None and (found := _BY_MEDIA.get(asked.media)) is not None:
        return found
    for option in OPTIONS & query.keys():
        raise BadParameter(
            option,
            Message(
                f"{option} はファイルの形式（f=csv など）と一緒に使ってください。",
                f"Use {option} with a file's format (f=csv …).",
            ),
        )
    return None


async def export(asked: Asked, info: LayerInfo, query: ItemsQuery, at: int | None) -> Response:
    """Answer with what the query selects as a file; without a limit with all of it.

    Raises `BadParameter` for more features than are given at a time: nobody should take a part for the whole.
    """
    most = asked.service.settings.export_features
    query = replace(query, limit=parameters.limit(asked.query, most, most))
    wanted = _wanted(asked, info, query)
    job = Job(wanted)
    tag = asked.tag(info.revision if at is None else at, f"{info.form} {wanted.language}")
    if (same := unchanged(asked, tag)) is not None:
        return same
    if "limit" not in asked.query:
        await _check_size(asked, info, query, most)
    compress = wanted.kind.compress and "gzip" in preferred(asked.header(b"accept-encoding"))
    headers = HEADERS | {
        "etag": f"W/{tag}" if compress else tag,
        "content-disposition": _disposition(asked, wanted),
        "content-crs": f"<{query.output.system.uri}>",
    }
    if compress:
        headers["content-encoding"] = "gzip"
    if asked.scope["method"] == "HEAD":
        return Response(None, 200, headers, _media(wanted))
    return await _made(asked, job, headers, compress)


async def _made(asked: Asked, job: Job, headers: dict[str, str], compress: bool) -> Response:
    exporter, wanted = asked.service.exporter, job.wanted
    # What is replaced has to be told before the first byte.
    counted = wanted.encoding != "utf-8"
    whole = counted or not wanted.kind.lines
    spool = await exporter.make(job, asked.service.database.conninfo, compress=compress, whole=whole)
    if whole:
        headers["content-length"] = str(spool.size)
    if counted:
        headers[REPLACED] = _told(job.replaced)
    return Download(exporter, spool, headers, _media(wanted))


class Download(StreamingResponse):
    """A file on its way to a client, given back whatever becomes of it."""

    def __init__(self, exporter: Exporter, spool: Spool, headers: Mapping[str, str], media: str) -> None:
        super().__init__(spool.chunks(), 200, headers, media)
        self._exporter = exporter
        self._spool = spool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; a client that takes nothing any more is given up."""

        async def patiently(message: object) -> None:
            async with asyncio.timeout(PATIENCE_S):
                await send(message)  # type: ignore[arg-type]

        try:
            await super().__call__(scope, receive, patiently)
        finally:
            self._exporter.give_back(self._spool)


def _wanted(asked: Asked, info: LayerInfo, query: ItemsQuery) -> Wanted:
    name = format_of(asked)
    assert name is not None
    given = asked.query
    return Wanted(
        format=name,
        info=info,
        query=query,
        language=asked.language,
        profile=given.get("profile"),
        labels=given.get("labels") == "true",
        encoding="cp932" if given.get("encoding") == "cp932" else "utf-8",
    )


async def _check_size(asked: Asked, info: LayerInfo, query: ItemsQuery, most: int) -> None:
    """Count what matches, where a count can say no; a condition that cannot be worked out shows here too."""
    matched = info.feature_count
    if query.narrows or query.at is not None:
        row = await asked.service.database.row(count_statement(info, query))
        assert row is not None
        matched = row[0]
    if matched > most:
        raise BadParameter(
            "limit",
            Message(
                f"該当する {matched:,} 件は、一度に渡せる {most:,} 件を超えます。bbox や filter で絞るか、limit で件数を指定してください。",
                f"{matched:,} features match, more than the {most:,} that are given at a time. Narrow them with bbox or filter, or say how many with limit.",
            ),
        )


def _media(wanted: Wanted) -> str:
    # IANA's name for CP932.
    return "text/csv; charset=windows-31j" if wanted.encoding == "cp932" else wanted.kind.media


def _disposition(asked: Asked, wanted: Wanted) -> str:
    """Name the file by the layer's title and its data's day (RFC 6266); in ASCII by the city's code and the id."""
    city, info = asked.service.settings.city, wanted.info
    moment = parameters.at(asked.query, city.time_zone) or info.updated_at
    day = moment.astimezone(ZoneInfo(city.time_zone)).date().isoformat() if moment else ""
    title = _NOT_IN_NAMES.sub("_", info.definition.title.to(wanted.language))
    suffix = f"{'_' if day else ''}{day}.{wanted.kind.suffix}"
    plain = f"{city.code}_{info.id}{suffix}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(title + suffix, safe='')}"


def _told(replaced: Mapping[str, int]) -> str:
    characters = quote("".join([*replaced][:TOLD_CHARACTERS]), safe="")
    return f"{sum(replaced.values())}" + (f"; characters={characters}" if characters else "")

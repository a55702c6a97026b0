"""One place in words: its hazards, what to do, the nearest evacuation sites that are out of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from api.answers import document
from api.asked import Asked
from api.links import JSON, self_and_alternates
from api.place_asked import Question, question_of
from api.place_reading import read_place
from api.place_search import Understood, understood
from api.place_telling import Teller, candidate_entry, understood_entry
from api.service import Service
from gis_core.definition import Texts
from gis_core.errors import Message, Unavailable
from layers.catalogue import PUBLIC, Catalogue

FORMATS = {"json": JSON}
# Below the page's own limit of time; a statement has less.
PATIENCE_S = 15.0
ABSENT = Message(
    "この場所の情報をいまは調べられません。少し待ってやり直してください。",
    "This place cannot be looked up now. Try again in a moment.",
)


async def place(asked: Asked) -> Response:
    """Answer with what the viewer's layers know of a place."""
    question = question_of(asked.query)
    content = await answer(asked.service, asked.catalogue, question, asked.language, asked.root)
    return await document(asked, {**content, "links": self_and_alternates(asked)})


async def answer(
    service: Service, catalogue: Catalogue, question: Question, language: str, root: str
) -> dict[str, Any]:
    """Return what a viewer's layers know of a place; `root` is where the API is.

    Of words that may mean several places it returns the candidates. Raises `NotFound`, `Unavailable`.
    """
    meant = await _meant(service, catalogue, question)
    entries = [candidate_entry(one, language, root) for one in meant.candidates]
    found = meant.place
    point = question.point or (found and (found.longitude, found.latitude))
    if not point:
        return {"state": "ambiguous", **NOWHERE, "candidates": entries}
    reading = await read_place(service, catalogue, point, question)
    teller = Teller(reading, question, language, root, Texts(service.settings.city.name))
    return {
        "state": "found",
        "place": understood_entry(found, language) if found else None,
        "candidates": entries,
        **teller.content(found),
    }


# An answer's members where nobody can tell yet which place is meant.
NOWHERE: Mapping[str, Any] = {
    "place": None,
    "point": None,
    "in_city": None,
    "city_note": None,
    "district": None,
    "mesh": None,
    "elevation": None,
    "summary": None,
    "caution": None,
    "sample": False,
    "sample_note": None,
    "distance_note": None,
    "hazards": [],
    "evacuation": [],
    "shelters": [],
    "shelters_note": None,
}


async def _meant(service: Service, catalogue: Catalogue, question: Question) -> Understood:
    if question.point is not None:
        return Understood(None, ())
    return await understood(service, catalogue, question.text)


@dataclass(frozen=True)
class Door:
    """The running API as a thread reaches it: the lifespan's state holds it as `place_door`."""

    loop: asyncio.AbstractEventLoop
    service: Service


def answer_from_thread(environ: Mapping[str, Any], query: Mapping[str, str], language: str) -> dict[str, Any]:
    """Return what the public may know of a place, for a page in a thread of the process that serves the API.

    `environ` is the page's WSGI environment, which says through a2wsgi in which application it runs; `query` holds the
    endpoint's parameters (`lon`, `lat`, `q`, `hazard`, `limit`). Addresses in the answer begin with `/api`.
    Raises `BadParameter`, `NotFound`, and `Unavailable`, also where no API runs in this process.
    """
    question = question_of(query)
    door: Door | None = environ.get("asgi.scope", {}).get("state", {}).get("place_door")
    if door is None:
        raise Unavailable(ABSENT, "the page is not served by the application that serves the API")

    async def ask() -> dict[str, Any]:
        return await answer(
            door.service, door.service.catalogues.of(PUBLIC), question, language, _root(environ)
        )

    asking = ask()
    try:
        future = asyncio.run_coroutine_threadsafe(asking, door.loop)
    except RuntimeError as error:
        asking.close()
        raise Unavailable(ABSENT, "the API's loop has ended") from error
    try:
        return future.result(PATIENCE_S)
    except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError) as error:
        future.cancel()
        raise Unavailable(ABSENT, "the API did not answer in time") from error


def _root(environ: Mapping[str, Any]) -> str:
    return f"{environ.get('SCRIPT_NAME', '')}/api"

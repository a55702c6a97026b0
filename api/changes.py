"""What changed in a layer since a revision or an instant: the feed by which another system keeps a copy."""

from __future__ import annotations

from starlette.responses import Response

from api import parameters
from api.answers import answer, unchanged, with_list
from api.asked import Asked
from api.declared import CHANGES_DEFAULT, CHANGES_MAXIMUM
from api.features import collection_link
from api.links import JSON, link, self_and_alternates
from layers.reads import changes_statement

FORMATS = {"json": JSON}


async def changes(asked: Asked) -> Response:
    """Answer with a page of changes in the order they were made.

    A page may end within a revision. `revision` is the last one that is listed whole, with which to ask again
    later; the next link names it too, and with `cursor` the place within the one after it.
    """
    info = asked.layer
    since = parameters.since(asked.query, asked.service.settings.city.time_zone)
    limit = parameters.limit(asked.query, CHANGES_DEFAULT, CHANGES_MAXIMUM)
    after = parameters.read_cursor(asked.query)
    tag = asked.tag(info.revision)
    if (same := unchanged(asked, tag)) is not None:
        return same
    row = await asked.service.database.row(changes_statement(info, since, limit, after))
    assert row is not None
    entries, returned, more, complete, last = row
    links = self_and_alternates(asked)
    if more:
        cursor = None if last is None else parameters.write_cursor(last)
        links.append(link(asked.again(since=complete, cursor=cursor), "next", asked.media))
    links.append(collection_link(asked, info))
    head = {"revision": complete, "numberReturned": returned, "links": links}
    return await answer(asked, with_list(head, "changes", entries), tag=tag)

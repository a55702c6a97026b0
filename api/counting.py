"""How many features match, with as little work as will do: exactly where that is cheap, else by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from api.asked import Asked
from layers.catalogue import LayerInfo
from layers.filters import ItemsQuery, finds_few
from layers.reads import Page, Statement, count_statement, plan_statement

# To count what matches among so many takes some ten milliseconds even when every row must be looked at.
EXACT_UP_TO = 50_000
# In PostgreSQL's units of cost, of which to test a point against a box is 25: four thousand such tests, some 5 ms.
CHEAP_COST = 100_000


async def matched(asked: Asked, info: LayerInfo, query: ItemsQuery, page: Page) -> tuple[int, bool]:
    """Return how many match, and whether that is exact."""
    if page.matched is not None:
        return page.matched, True
    if query.first and page.last is None and (page.returned or not query.offset):
        return query.offset + page.returned, True
    if query.at is None and not query.narrows:
        return info.feature_count, True
    number, exact = await _count(asked, info, query, count_statement(info, query))
    return max(number, page.returned), exact


async def _count(asked: Asked, info: LayerInfo, query: ItemsQuery, statement: Statement) -> tuple[int, bool]:
    """Count, or guess, once for all pages of the same list, and for all who ask for it."""

    async def make() -> bytes:
        if info.feature_count > EXACT_UP_TO and not finds_few(info, query):
            guess = await _guess(asked, plan_statement(info, query))
            if guess is not None:
                return b"%d guessed" % guess
        row = await asked.service.database.row(statement, prepared=False)
        assert row is not None
        return b"%d" % row[0]

    page = {"limit", "over", "after", "offset"}
    asks = sorted(
        (k, repr(v)) for k, v in statement.parameters.items() if k not in page and "after_" not in k
    )
    key = ("matched", info.revision, statement.text, *asks)
    number, _, guessed = (await asked.service.cache.get(key, make)).partition(b" ")
    return int(number), not guessed


async def _guess(asked: Asked, statement: Statement) -> int | None:
    """Return PostgreSQL's guess; None when so few are to be looked at, and by index, that counting is cheap."""
    row = await asked.service.database.row(statement, prepared=False)
    assert row is not None
    (explained,) = row[0] if isinstance(row[0], list) else orjson.loads(row[0])
    plan = explained["Plan"]
    scans = any("Seq Scan" in node["Node Type"] for node in _nodes(plan))
    rows = int(plan["Plan Rows"])
    return rows if scans or rows > EXACT_UP_TO or plan["Total Cost"] > CHEAP_COST else None


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)

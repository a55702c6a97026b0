"""What of a layer a request selects: in which system, which properties, which rows, in which order."""

from __future__ import annotations

from collections.abc import Iterable

from api import parameters
from api.asked import Asked
from api.declared import OFFSET_MAXIMUM, SEARCH_LETTERS, SORT_KEYS
from gis_core.boxes import Box
from gis_core.errors import BadParameter, Message
from layers import wording
from layers.catalogue import LayerInfo
from layers.conditions import Condition
from layers.cql2 import LANGUAGES, compile_filter
from layers.filters import ID, ItemsQuery
from layers.forms import once_a_form
from layers.paging import Order, Place, read_place, write_place
from layers.systems import CRS84, System, offered
from layers.writing import Output

# How many rows and how they are written may change from page to page; all else makes another list.
FREE = frozenset(
    {"limit", "offset", "cursor", "f", "lang", "crs", "properties", "exclude-properties", "skipGeometry"}
)
# Longer filters are compiled each time: what is kept of them would fill the memory.
KEPT_LETTERS = 500


def systems(asked: Asked) -> list[str]:
    """Return the names of the reference systems that are offered; the stored one first."""
    return [*offered(asked.service.settings.city.plane_srid)]


def system(asked: Asked, name: str = "crs") -> System:
    """Return the reference system that a parameter names, by default the stored one. Raises `BadParameter`."""
    known = offered(asked.service.settings.city.plane_srid)
    found = known.get(asked.query.get(name, CRS84))
    if found is None:
        names = ", ".join(known)
        raise BadParameter(
            name,
            Message(
                f"{name} に使える座標参照系：{names}", f"{name} takes one of these reference systems: {names}"
            ),
        )
    return found


def output(asked: Asked, info: LayerInfo) -> Output:
    """Return how features are to be written. Raises `BadParameter`."""
    included = _names(asked, info, "properties")
    excluded = _names(asked, info, "exclude-properties")
    fields = None
    if included is not None or excluded:
        fields = tuple(
            f.name for f in info.fields
            if (included is None or f.name in included) and f.name not in (excluded or ())
        )  # fmt: skip
    return Output(system(asked), not parameters.flag(asked.query, "skipGeometry"), fields)


def items_query(asked: Asked, info: LayerInfo, at: int | None, most: int | None = None) -> ItemsQuery:
    """Return what the parameters ask for, at a revision or now, at `most` so many. Raises `BadParameter`."""
    query = asked.query
    limit = parameters.limit(query)
    area = parameters.bbox(query, system(asked, "bbox-crs"))
    order = _order(asked, info)
    place = _place(asked, info, order)
    return ItemsQuery(
        limit=limit if most is None else min(limit, most),
        after=place.id if place else 0,
        offset=_offset(asked),
        bbox=area if isinstance(area, Box) else None,
        interval=parameters.interval(query, asked.service.settings.city.time_zone),
        equals=parameters.equals(query, info, asked.operation.names),
        at=at,
        conditions=tuple(_conditions(asked, info, area)),
        order=order,
        after_keys=None if place is None or order.by_id else place.keys,
        output=output(asked, info),
    )


def cursor(asked: Asked, info: LayerInfo, place: Place) -> str:
    """Return the text by which this list goes on after a place."""
    return write_place(place, _identity(asked, info))


def _conditions(asked: Asked, info: LayerInfo, area: Box | Condition | None) -> Iterable[Condition]:
    query = asked.query
    if isinstance(area, Condition):
        yield area
    if "filter" in query:
        yield _filter(asked, info, query["filter"])
    elif "filter-crs" in query:
        system(asked, "filter-crs")
    if "q" in query:
        found = wording.holds_words(info, query["q"]) if len(query["q"]) <= SEARCH_LETTERS else None
        if found is None:
            raise BadParameter(
                "q",
                Message(
                    f"q に探す言葉を 1～{SEARCH_LETTERS} 文字で入れてください。",
                    f"Give what to look for in q, 1 to {SEARCH_LETTERS} letters.",
                ),
            )
        yield found


def _filter(asked: Asked, info: LayerInfo, text: str) -> Condition:
    language = asked.query.get("filter-lang", next(iter(LANGUAGES)))
    compiled = compile_filter if len(text) > KEPT_LETTERS else _compiled
    return compiled(info, text, language, system(asked, "filter-crs"))


_compiled = once_a_form(compile_filter)


def _order(asked: Asked, info: LayerInfo) -> Order:
    """Return the order asked for; what follows the id in it decides nothing any more."""
    if "sortby" not in asked.query:
        return Order()
    parts = asked.query["sortby"].split(",")
    known = [ID.name, *(f.name for f in info.fields)]
    keys: dict[str, bool] = {}
    for part in parts:
        # A plus that was not written %2B comes as a space.
        name = part.lstrip(" +") if part[:1] in ("+", " ") else part.removeprefix("-")
        if name not in known or name in keys or len(parts) > SORT_KEYS:
            raise _bad_sort(part, known)
        keys[name] = part.startswith("-")
    if ID.name in keys:
        place = [*keys].index(ID.name)
        return Order(tuple([*keys.items()][:place]), id_falls=keys[ID.name])
    return Order(tuple(keys.items()))


def _bad_sort(part: str, known: list[str]) -> BadParameter:
    names = ", ".join(known)
    return BadParameter(
        "sortby",
        Message(
            f"sortby の「{part[:60]}」では並べられません。{SORT_KEYS} 個まで、それぞれ一度だけ書けます。使える項目：{names}",
            f"Cannot sort by “{part[:60]}”: up to {SORT_KEYS} of these, each once: {names}",
        ),
    )


def _place(asked: Asked, info: LayerInfo, order: Order) -> Place | None:
    text = asked.query.get("cursor")
    if text is None:
        return None
    place = read_place(text, _identity(asked, info))
    if place is None or len(place.keys) != len(order.keys):
        raise BadParameter(
            "cursor",
            Message(
                "cursor は next リンクの値を、ほかの条件を変えずにそのまま使ってください。",
                "Use the cursor of a next link as it stands, with the link's other parameters unchanged.",
            ),
        )
    return place


def _identity(asked: Asked, info: LayerInfo) -> object:
    """What a cursor is bound to."""
    return info.id, sorted((name, value) for name, value in asked.query.items() if name not in FREE)


def _offset(asked: Asked) -> int:
    text = asked.query.get("offset", "0")
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= OFFSET_MAXIMUM):
        raise BadParameter(
            "offset",
            Message(
                f"offset は 0 から {OFFSET_MAXIMUM:,} までの整数にしてください。その先へは next リンクで進めます。",
                f"Give offset as a whole number from 0 to {OFFSET_MAXIMUM:,}. Follow the next links to go further.",
            ),
        )
    return int(text)


def _names(asked: Asked, info: LayerInfo, name: str) -> frozenset[str] | None:
    """Return the names of properties in a parameter, None without it. Raises `BadParameter`."""
    if name not in asked.query:
        return None
    given = [part.strip() for part in asked.query[name].split(",") if part.strip()]
    known = [f.name for f in info.fields]
    for part in given:
        if part not in known:
            raise BadParameter(
                name,
                Message(
                    f"{name} の「{part[:60]}」という項目はありません。使えるもの：{', '.join(known)}",
                    f"{name}: there is no property “{part[:60]}”. Known: {', '.join(known)}",
                ),
            )
    return frozenset(given)

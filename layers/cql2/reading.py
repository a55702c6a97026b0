"""From the text of a filter to its tree, within bounds that keep the parser harmless.

Measured with the library `cql2` 0.6: on a text with an error, its time doubles with every level of parentheses
(20 levels take seconds), and some thousand levels overflow its stack and end the process. So parentheses that only group
are taken out before it sees them, each parsed on its own and put back into the tree, and the rest is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cql2
import orjson

from layers.cql2.faults import refused, shown, too_much

LONGEST = 20_000
# Parentheses of functions, lists and geometries within one another; groups within one another.
DEEPEST = 12
DEEPEST_LIST = 3
DEEPEST_GROUP = 32
# Words, values and signs, but for a geometry's numbers: a chain of them is as deep as it is long.
MOST_TOKENS = 2_000

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')|(?P<quoted>"[^"]*")|(?P<word>[^\W\d][\w.:]*)|(?P<other>\d[\w.]*|\s+|.)""",
    re.DOTALL,
)
_GEOMETRY = re.compile(r"(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION|BBOX)$", re.IGNORECASE)
# After these words a parenthesis groups; after any other it holds arguments.
_BEFORE_GROUP = frozenset({"and", "or", "not", "between", "like", "div"})
# A geometry's parentheses: behind its name, and those within.
_SHAPES = ("geometry", "positions")
# Marks the place of a group: a property that no layer can have.
_GROUP = re.compile(r"⟦(\d+)⟧")


@dataclass
class _Open:
    """A parenthesis that is not closed yet: what kind it is of, and what stands in it so far."""

    kind: str
    parts: list[str] = field(default_factory=list)
    commas: int = 0
    groups: int = 0
    lists: int = 0
    depth: int = 0


def read_text(text: str) -> Any:
    """Return the tree of a filter in CQL2 text. Raises `BadParameter`."""
    if len(text) > LONGEST:
        raise too_much()
    if "⟦" in text and any("⟦" in t for kind, t in _tokens(text) if kind != "string"):
        raise _unreadable(text)
    groups: list[Any] = []
    outer = _Open("outer")
    stack = [outer]
    count = 0
    for kind, token in _tokens(text):
        count += stack[-1].kind not in _SHAPES and not token.isspace()
        if token == "(" and kind == "other":
            stack.append(_opened(stack[-1]))
        elif token == ")" and kind == "other":
            _close(stack, groups, text)
        elif stack[-1].kind in _SHAPES and not _in_geometry(kind, token):
            raise _unreadable(text)
        else:
            stack[-1].commas += token == ","
            stack[-1].parts.append(token)
    if len(stack) > 1:
        raise _unreadable(text)
    if count > MOST_TOKENS:
        raise too_much()
    return _parsed("".join(outer.parts), groups, text)


def read_json(text: str) -> Any:
    """Return the tree of a filter in CQL2 JSON. Raises `BadParameter`."""
    if len(text) > LONGEST:
        raise too_much()
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise refused(
            f"filter を JSON として読めません（{shown(error)}）。",
            f"The filter is no JSON ({shown(error)}).",
        ) from None


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text):
        yield found.lastgroup or "other", found[0]


def _in_geometry(kind: str, token: str) -> bool:
    """Tell whether a token may stand between a geometry's parentheses: numbers, and names of geometries."""
    return kind == "other" or (kind == "word" and bool(_GEOMETRY.match(token) or token.upper() == "Z"))


def _opened(around: _Open) -> _Open:
    before = next((part for part in reversed(around.parts) if not part.isspace()), "")
    named = bool(_GEOMETRY.match(before)) or before.upper() == "Z"
    if named or around.kind in _SHAPES:
        kind = "geometry" if named else "positions"
    elif before.lower() == "in":
        kind = "list"
    elif before and (before[-1].isalnum() or before[-1] == '"') and before.lower() not in _BEFORE_GROUP:
        kind = "arguments" if not before[0].isdigit() else "group"
    else:
        kind = "group"
    return _Open(kind, depth=around.depth + 1, groups=around.groups + (kind == "group"))


def _close(stack: list[_Open], groups: list[Any], text: str) -> None:
    if len(stack) < 2:
        raise _unreadable(text)
    closed = stack.pop()
    around = stack[-1]
    inner = "".join(closed.parts)
    if closed.kind == "group" and not closed.commas:
        if closed.groups > DEEPEST_GROUP:
            raise too_much()
        groups.append(_parsed(inner, groups, text))
        around.parts.append(f' "⟦{len(groups) - 1}⟧" ')
        return
    around.lists = max(around.lists, closed.lists + (closed.kind in ("list", "group", "positions")))
    if closed.depth - closed.groups > DEEPEST or around.lists > DEEPEST_LIST:
        raise too_much()
    around.parts.append(f"({inner})")


def _parsed(piece: str, groups: list[Any], whole: str) -> Any:
    try:
        return _restored(cql2.parse_text(piece).to_json(), groups)
    except (cql2.ParseError, ValueError) as error:
        raise _unreadable(whole) from error
    except RecursionError:
        raise too_much() from None


def _restored(tree: Any, groups: list[Any]) -> Any:
    """Put the groups back into the tree. No deeper than what was parsed just now: groups are whole already."""
    if isinstance(tree, list):
        return [_restored(child, groups) for child in tree]
    if not isinstance(tree, dict):
        return tree
    place = _GROUP.fullmatch(str(tree.get("property", "")))
    if place:
        return groups[int(place[1])]
    return {key: _restored(child, groups) for key, child in tree.items()}


def _unreadable(text: str) -> Exception:
    return refused(
        f"filter「{shown(text)}」を CQL2 として読めません。例：capacity >= 100 AND name LIKE '%公園%'",
        f"The filter “{shown(text)}” is not CQL2. An example: capacity >= 100 AND name LIKE '%park%'",
    )

"""What is wrong with a filter, in words for whoever wrote it."""

from __future__ import annotations

from gis_core.errors import BadParameter, Message

SHOWN = 60


def refused(ja: str, en: str) -> BadParameter:
    """Return the error for a filter that cannot be used."""
    return BadParameter("filter", Message(ja, en))


def shown(value: object) -> str:
    """Return a value as a message may quote it."""
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def too_much() -> BadParameter:
    """Return the error for a filter that is too long or too deep."""
    return refused(
        "filter が長すぎるか、入れ子が深すぎます。条件を減らすか、properties と bbox で絞ってください。",
        "The filter is too long or too deeply nested. Use fewer conditions, or narrow by bbox and properties.",
    )


def mismatch(one: str, other: str, name: str) -> BadParameter:
    """Return the error for two kinds of values that cannot be compared; `name` is the property's, if there is one."""
    ja, en = (f"項目「{name}」：", f"Property “{name}”: ") if name else ("", "")
    return refused(
        f"{ja}{one} と {other} は比べられません。値の型を …/queryables のとおりにしてください。",
        f"{en}{one} and {other} cannot be compared. Use a value of the type told by …/queryables.",
    )

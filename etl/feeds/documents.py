"""A document of alerts, from a feed or by hand: which form it has, and what it says of the city."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from etl.faults import fault
from etl.feeds import cap, jma, safe_xml
from gis_core.city import City
from gis_core.errors import BadInput, Message
from layers.alerts import Incoming


@dataclass(frozen=True)
class Document:
    """What a document says. `outcome`: city (it concerns the city), elsewhere, or not_handled (no alert's form)."""

    name: str
    format: Literal["JMA", "CAP"]
    title: str
    outcome: str
    messages: tuple[Incoming, ...]


def read(data: bytes, name: str, city: City) -> Document:
    """Read a bulletin of the Japan Meteorological Agency or a CAP message. Raises `BadInput`."""
    root = safe_xml.parse(data, name)
    if jma.is_bulletin(root):
        bulletin = jma.read(root, city)
        return Document(name, "JMA", bulletin.title, bulletin.outcome, bulletin.messages)
    if cap.is_alert(root):
        message = cap.read(root, city)
        title = safe_xml.text(root, "info", "event")
        return Document(name, "CAP", title, message.outcome, message.messages)
    raise BadInput(
        Message(
            f"{name} は気象庁防災情報XML（Report）でも CAP（alert）でもありません。どちらかのファイルを指定してください。",
            f"{name} is neither a bulletin of the Japan Meteorological Agency nor CAP. Give one of these.",
        )
    )


def messages(documents: Iterable[Document]) -> list[Incoming]:
    """Return all that the documents say of the city, ready to be kept."""
    return [message for document in documents for message in document.messages]


def read_file(path: Path, city: City) -> Document:
    """Read a file. Raises `BadInput`, also where it is missing or too large to be looked at."""
    if not path.is_file():
        raise fault("missing", file=path.name)
    with path.open("rb") as file:
        return read(file.read(safe_xml.MAX_BYTES + 1), path.name, city)

"""Names that fit into a Shapefile: ten bytes, each once, and a text that says what they stand for."""

from __future__ import annotations

from collections.abc import Sequence

from gis_core.definition import Field

NAME_BYTES = 10
# The feature's own number has this name.
TAKEN = "id"


def shapefile_names(names: Sequence[str]) -> list[str]:
    """Return the names cut to ten bytes of UTF-8; what is then alike, whatever the case, ends in a number."""
    made = [TAKEN]
    for name in names:
        number, cut = 0, _cut(name, NAME_BYTES)
        while cut.casefold() in {other.casefold() for other in made}:
            number += 1
            cut = _cut(name, NAME_BYTES - len(f"_{number}")) + f"_{number}"
        made.append(cut)
    return made[1:]


def explained(names: Sequence[str], fields: Sequence[Field]) -> str:
    """Return what stands in the archive beside the Shapefile."""
    rows = [
        f"{name}\t{field.name}\t{field.title['ja']}\t{field.title.to('en')}"
        for name, field in zip(names, fields, strict=True)
    ]
    about = [
        "Shapefile の項目名は 10 バイトまでです。短くした名前と元の名前の対応は次のとおりです。",
        "文字列は 254 バイトまで入ります（長いものは切れます）。切らずに受け取るには GeoPackage を使ってください。",
        "A Shapefile's names end after 10 bytes, its texts after 254; a GeoPackage has both in full.",
        "",
        "Shapefile\t項目 / property\t名称\tname",
        f"{TAKEN}\tid\t番号\tid",
    ]
    return "\r\n".join([*about, *rows, ""])


def _cut(name: str, length: int) -> str:
    return name.encode()[:length].decode(errors="ignore")

"""What the readers of gazetteers' files hand on to be loaded."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A town (`number` is "") or a numbered place of one, as a source has it.

    `lon`, `lat` in degrees (EPSG:4326); None where positions come from a file of their own and are found there by
    `ident`. `municipality` is without its 郡, with the ward of a designated city. `town` has its 丁目. `number` as
    `number_key` writes it, and `level` what it is: a value of `GazetteerAddress.Level`.
    """

    ident: str
    prefecture: str
    county: str
    municipality: str
    town: str
    code: str = ""
    koaza: str = ""
    town_id: str = ""
    kana: str = ""
    number: str = ""
    level: str = ""
    lon: float | None = None
    lat: float | None = None


class Position(NamedTuple):
    """The position (degrees, EPSG:4326) of the entry with that `ident`."""

    ident: str
    lon: float
    lat: float

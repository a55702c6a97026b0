"""Which layer of a file with several is meant: the one named, else the likeliest, never one of two as good."""

from __future__ import annotations

from collections.abc import Callable, Collection

from etl.faults import fault
from etl.table import Options

Count = Callable[[list[str]], int]

_SHOWN = 20


def chosen(
    file: str, names: Collection[str], options: Options, likeness: Callable[[], dict[str, int]]
) -> str:
    """Return the layer `options.sheet` names, the only one, or the one with most known headers.

    `likeness` gives the known headers of each layer with rows; asked only where needed. Raises `BadInput`.
    """
    if not names:
        raise fault("no_rows", file=file)
    if options.sheet is not None:
        if options.sheet not in names:
            raise fault("sheet_unknown", file=file, sheet=options.sheet, sheets=_shown(names))
        return options.sheet
    return next(iter(names)) if len(names) == 1 else _likeliest(file, likeness())


def _likeliest(file: str, known: dict[str, int]) -> str:
    best = [name for name in known if known[name] == max(known.values())]
    if not best:
        raise fault("no_rows", file=file)
    if len(best) > 1:
        raise fault("layers_several", file=file, layers=_shown(best))
    return best[0]


def _shown(names: Collection[str]) -> str:
    return "、".join([*names][:_SHOWN])

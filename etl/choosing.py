"""Which sheet of a file holds the layer's data, and under which header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from etl.content import headers_for
from etl.faults import fault
from etl.header import ENOUGH, Header, find_header, given_header
from etl.mapping import Vocabulary
from etl.sheets import SCANNED_ROWS, Sheet, is_blank
from etl.table import Cells, Options
from gis_core.definition import LayerDefinition


def choose(
    sheets: Sequence[Sheet],
    definition: LayerDefinition,
    vocabulary: Vocabulary,
    options: Options,
    *,
    file: str,
) -> tuple[Sheet, Header]:
    """Return the sheet whose header shows most of the layer's names; without a header, as content tells.

    Raises `BadInput` for a file without data or header, and where two sheets with data are equally good.
    """
    filled = [sheet for sheet in sheets if not all(map(is_blank, sheet.head))]
    if not filled:
        raise fault("empty", file=file)
    found = [
        (sheet, header) for sheet in filled if (header := _header(sheet, definition, vocabulary, options))
    ]
    if not found:
        raise _no_header(filled[0], definition, vocabulary, file=file)
    most = max(header.known for _, header in found)
    best = [(sheet, header) for sheet, header in found if header.known == most]
    if len(best) > 1 and most < ENOUGH and not options.headers:
        raise _no_header(best[0][0], definition, vocabulary, file=file)
    with_data = [
        (sheet, header) for sheet, header in best if not all(map(is_blank, sheet.head[header.rows :]))
    ]
    if len(with_data) > 1:
        raise fault("sheet_ambiguous", file=file, sheets="、".join(str(sheet.name) for sheet, _ in with_data))
    return (with_data or best)[0]


def _header(
    sheet: Sheet, definition: LayerDefinition, vocabulary: Vocabulary, options: Options
) -> Header | None:
    if options.headers:
        return given_header(options.headers)
    return find_header(sheet, vocabulary) or _told_by_content(sheet, definition)


def _told_by_content(sheet: Sheet, definition: LayerDefinition) -> Header | None:
    """Name the columns of a sheet without a header by what its rows hold; titles above them are left out."""
    rows = [row for row in sheet.head if not is_blank(row)]
    width = Counter(map(len, rows)).most_common(1)[0][0]
    first = next(place for place, row in enumerate(sheet.head) if len(row) == width and not is_blank(row))
    sample = [[cell or None for cell in row] for row in sheet.head[first:] if len(row) == width]
    names = headers_for(pd.DataFrame(sample, dtype=object), definition)
    return replace(given_header(names, above=first), guessed=True) if names else None


def _no_header(sheet: Sheet, definition: LayerDefinition, vocabulary: Vocabulary, *, file: str) -> Exception:
    scanned: Sequence[Cells] = sheet.head[:SCANNED_ROWS]
    widest = max(scanned, key=lambda row: sum(map(bool, row)), default=[])
    found = "、".join(str(cell)[:20] for cell in list(widest)[:6] if cell)
    layer, expected = definition.title["ja"], vocabulary.expected()
    return fault("no_header", file=file, layer=layer, scanned=len(scanned), found=found, expected=expected)

"""A workbook of one sheet (ECMA-376), written as it goes: its rows come from the database as XML."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from html import escape
from typing import IO, cast

from api.formats.columns import columns, words
from api.formats.kinds import Wanted
from api.formats.lines import Batches, Sink
from gis_core.errors import BadInput, Message
from gis_core.formulas import neutralise
from layers.exports import letters, sheet_statement
from layers.reads import Statement

# Of a worksheet, with its headings.
SHEET_ROWS = 1_048_576
# A sheet of more than 2 GiB needs zip's later form, which old programs cannot read; a cell takes about 90 bytes.
LARGE_CELLS = 20_000_000
# What Excel allows of a sheet's name.
_NAME_LETTERS = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{_PARTS}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PARTS}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PARTS}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # Style 1 is a date as ISO 8601 writes it, 2 a heading.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="游ゴシック"/></font>'
    '<font><b/><sz val="11"/><name val="游ゴシック"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def statement(wanted: Wanted) -> Statement:
    """Return the statement whose rows the sheet is made of. Raises `BadParameter` for columns that there are not."""
    return sheet_statement(wanted.info, wanted.query, columns(wanted), words(wanted))


def write(wanted: Wanted, batches: Batches, sink: Sink) -> None:
    """Write the workbook. Raises `BadInput` for more rows than a sheet holds."""
    found = columns(wanted)
    large = wanted.info.feature_count * len(found) > LARGE_CELLS
    # zipfile writes to anything that takes bytes, going on after each member.
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:
        for name, content in _FIXED.items():
            book.writestr(name, _XML + content)
        book.writestr("xl/workbook.xml", _XML + _workbook(wanted))
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=large) as sheet:
            sheet.write((_XML + _start([neutralise(column.heading) for column in found])).encode())
            written = 1
            for batch in batches:
                written += len(batch)
                if written > SHEET_ROWS:
                    raise _too_many()
                sheet.write(b"".join([row[0] for row in batch]))
            sheet.write(b"</sheetData></worksheet>")


def _workbook(wanted: Wanted) -> str:
    title = wanted.info.definition.title.to(wanted.language).translate(_NOT_IN_NAMES)[:_NAME_LETTERS]
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _start(headings: Sequence[str]) -> str:
    """The sheet up to its first row of data; the headings stay in view."""
    cells = "".join(
        f'<c r="{letters(place)}1" s="2" t="inlineStr"><is><t xml:space="preserve">{escape(heading)}</t></is></c>'
        for place, heading in enumerate(headings)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetData><row r="1">{cells}</row>'
    )


def _too_many() -> BadInput:
    return BadInput(
        Message(
            f"Excel のシートには {SHEET_ROWS - 1:,} 件までしか入りません。範囲や条件で絞るか、CSV か GeoPackage にしてください。",
            f"A sheet of Excel holds {SHEET_ROWS - 1:,} features. Ask for fewer, or for CSV or GeoPackage.",
        )
    )

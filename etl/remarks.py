"""A department's own file given back with a column of remarks, to be corrected and sent again as it is."""

from __future__ import annotations

import csv
import os
import re
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.faults import fault
from etl.table import REMARKS_HEADER, Options
from gis_core.definition import LayerDefinition
from gis_core.issues import Severity
from gis_core.text import header_key

SEVERITY_WORDS: dict[Severity, str] = {"error": "エラー", "warning": "注意", "fixed": "直しました"}
_ORDER = tuple(SEVERITY_WORDS)
_HEADER_SCANNED_ROWS = 25
# Excel takes 32,767 characters in a cell.
_LONGEST = 32_000
# openpyxl holds the whole workbook, some 3 KB a row of twenty cells; larger ones are given back as a list.
_WORKBOOK_ROWS = 100_000
# What a spreadsheet would take for a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True)
class Remarks:
    """What a report says, as text for cells.

    `header`: the header of the column, with the issues of the whole file. `rows`: by row of the file.
    `severities`: the worst of each row. `columns`: the file's headers, as `header_key` folds them.
    """

    header: str
    rows: Mapping[int, str]
    severities: Mapping[int, Severity]
    columns: frozenset[str]

    def header_row(self, rows: Sequence[Sequence[str | None]]) -> tuple[int, int]:
        """Return how many of the file's headers the best of the first rows holds, and its index."""
        scores = [
            sum(self._names_a_column(header_key(cell)) for cell in set(row) if cell)
            for row in rows[:_HEADER_SCANNED_ROWS]
        ]
        best = max(scores, default=0)
        return best, scores.index(best) if best else 0

    def _names_a_column(self, key: str) -> bool:
        """Tell whether a cell is a header, or the lower part of one over several rows (洪水 of 災害種別_洪水)."""
        return key in self.columns or (len(key) > 1 and any(name.endswith(key) for name in self.columns))


def write(
    original: Path,
    report: Mapping[str, Any],
    target: Path,
    *,
    options: Options,
    definition: LayerDefinition,
) -> Path:
    """Write the file that `report` is about with its remarks; return where it was written.

    Text comes back in its own encoding, delimiter and line ends, every byte of its cells kept; a workbook
    with its formats and other sheets, an old one (xls) as xlsx. Anything else (geometry files, archives, files
    that could not be read) becomes a CSV list of row, ID, name and remark. The suffix of `target` follows.
    Raises `BadInput` when `target` is the original or cannot be a file.
    """
    remarks = remarks_of(report)
    kind = str(report["format"])
    if kind in {"CSV", "TSV"} and not _is_archive(original):
        from etl.formats import remarked_text

        headers = options.headers
        with _replacing(original, target) as file:
            remarked_text.write(original, file, remarks, encoding=str(report["encoding"]), headers=headers)
        return target
    if kind.startswith("Excel") and report["rows"]["read"] <= _WORKBOOK_ROWS and not _is_archive(original):
        from etl.formats import remarked_excel

        target = target.with_suffix(".xlsm" if original.suffix.lower() == ".xlsm" else ".xlsx")
        with _replacing(original, target) as file:
            remarked_excel.write(original, file, remarks, sheet=options.sheet)
        return target
    target = target.with_suffix(".csv")
    with _replacing(original, target) as file:
        _write_list(file, remarks, _names(original, report, options, definition))
    return target


def remarks_of(report: Mapping[str, Any]) -> Remarks:
    """Return the remarks of a load report; a row's worst come first."""
    issues: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for issue in report["issues"]:
        issues[issue["row"]].append(issue)
    whole = sentence(issues.pop(None, []))
    mapped = [name for column in report["mapping"].values() for name in _as_list(column)]
    columns = {header_key(name) for name in (*mapped, *report["unmapped_columns"])}
    return Remarks(
        header=f"{REMARKS_HEADER}（ファイル全体：{whole}）" if whole else REMARKS_HEADER,
        rows={row: sentence(found) for row, found in issues.items() if row is not None},
        severities={
            row: min((issue["severity"] for issue in found), key=_ORDER.index)
            for row, found in issues.items()
            if row is not None
        },
        columns=frozenset(columns - {""}),
    )


def sentence(issues: Sequence[Mapping[str, Any]]) -> str:
    """Return issues as one line, the worst first; each begins with its severity, so none reads as a formula."""
    ordered = sorted(issues, key=lambda issue: _ORDER.index(issue["severity"]))
    told = [f"【{SEVERITY_WORDS[issue['severity']]}】{issue['message']['ja']}" for issue in ordered]
    line = " ".join("；".join(dict.fromkeys(told)).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def harmless(cell: str | None) -> str:
    """Return a cell for a spreadsheet; what it would take for a formula is made text by an apostrophe."""
    return f"'{cell}" if cell and _FORMULA.match(cell) else cell or ""


def _as_list(column: str | Sequence[str] | None) -> list[str]:
    return [column] if isinstance(column, str) else list(column or [])


def _is_archive(path: Path) -> bool:
    """Tell whether the file is a zip that is no workbook: what was read is one of its members."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" not in archive.namelist()


@contextmanager
def _replacing(original: Path, target: Path) -> Iterator[Path]:
    """Write beside `target` and put it in place whole."""
    if not target.parent.is_dir() or target.is_dir() or (target.exists() and target.samefile(original)):
        raise fault("target", target=str(target), file=original.name)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=target.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _names(
    original: Path, report: Mapping[str, Any], options: Options, definition: LayerDefinition
) -> dict[int, tuple[str | None, str | None]]:
    """Return ID and name of the rows that have issues, as the file has them."""
    columns = [_column(report, definition, role) for role in ("identifier", "name")]
    wanted = {issue["row"] for issue in report["issues"]}
    if not any(columns) or wanted <= {None}:
        return {}
    from etl import reading

    found: dict[int, tuple[str | None, str | None]] = {}
    for table in reading.tables(original, definition, options):
        there = [table.cells[c].tolist() if c else [None] * len(table.cells) for c in columns]
        for row, *cells in zip(table.row_numbers.tolist(), *there, strict=True):
            if row in wanted:
                found[row] = (cells[0], cells[1])
    return found


def _column(report: Mapping[str, Any], definition: LayerDefinition, role: str) -> str | None:
    field = next((f for f in definition.fields if f.role == role or f.name == role), None)
    column = report["mapping"].get(field.name) if field else None
    return column if isinstance(column, str) else None


def _write_list(file: Path, remarks: Remarks, names: Mapping[int, tuple[str | None, str | None]]) -> None:
    # The byte order mark makes Excel read UTF-8.
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["行", "ID", "名称", remarks.header])
        for row, remark in sorted(remarks.rows.items()):
            identifier, name = names.get(row, (None, None))
            rows.writerow([row, harmless(identifier), harmless(name), remark])

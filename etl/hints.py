"""Rows that stand among the data and are none: totals, notes, examples, instructions, the header once more.

Each test looks at the whole row: a place whose name merely contains such a word (例幣使街道、注連寺) is a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from etl.header import Header
from etl.mapping import Vocabulary, map_columns
from etl.sheets import is_blank
from etl.table import Cells
from gis_core.definition import LayerDefinition
from gis_core.text import header_key

Hint = Literal["repeated_header", "total", "note", "example", "instruction", "template"]

# Examples and instructions stand right under the header.
LEADING_ROWS = 10

_TOTAL_WORDS = ("合計", "総計", "小計", "計", "総合計", "累計", "平均", "総数")
_TOTAL = re.compile(rf"(?:{'|'.join(_TOTAL_WORDS)})(?:[(:].*)?")
_EXAMPLE_WORDS = "(?:(?:記入例|入力例|記載例|回答例|例示|例)[0-9]*|見本|サンプル|sample|example)"
_EXAMPLE = re.compile(rf"[(【\[<]?{_EXAMPLE_WORDS}[)】\]>]?[:.]?", re.IGNORECASE)
_EXAMPLE_ANYWHERE = re.compile(r"[(【\[<]?(?:記入例|入力例|記載例|回答例)[0-9]*[)】\]>]?")
_EXAMPLE_BEFORE = re.compile(rf"[(【\[<]{_EXAMPLE_WORDS}[)】\]>]|{_EXAMPLE_WORDS}[:)]", re.IGNORECASE)
# A note's mark in a cell of its own, the note beside it.
_NOTE_MARK = re.compile(r"[※*]\s*[0-9]*|\(?注\s*[0-9]*\)?|備考|出典|凡例")
_PLACEHOLDER = re.compile("(?:[○〇◯]{2}|[△▲]{2}|[×✕]{2}|[●◎□■]{2})")
_NOTE = re.compile(
    r"[※*＊]|\(?注(?:意|記|釈)?\s*[0-9]*\s*[).:、]|\(注|注意事項|備考\s*[:)]|出典|資料\s*[:)]|参考\s*[:)]|凡例|以下余白"
    r"|(?:最終)?更新(?:日|:)|作成(?:日|者|:)|改訂|ver(?:sion)?\.?\s*[0-9]|(?:お?問い?合わ?せ|連絡)先?\s*[:(]|お問い?合わ?せ"
    r"|[【<《〔\[].*[】>》〕\]]$|[■□◆◇●▼▽◎★☆・]|以上$|.*[。]$|.*(?:年|月|日)現在\)?$",
    re.IGNORECASE,
)
# A first cell that begins otherwise belongs to a row of data, or to a row that shows itself by its blank cells.
_MARKS = frozenset(
    " \t\r\n\u3000合総小計累平※*＊注(（備出資参凡以最更作改vVｖＶ問お連【<＜《〔[［■□◆◇●▼▽◎★☆・例記入見サsSeE"
)
_INSTRUCTION = re.compile(
    r"[←→↑↓⇐⇒⇑⇓].*|必須|任意|推奨|必須項目|任意項目|自動(?:入力|計算)?|(?:半角|全角).{0,20}|.{0,12}(?:半角|全角)"
    r"|文字列|文字|数値|数字|整数|小数|実数|日付|日時|時刻|真偽値?|論理値?|テキスト|コード|選択式?|プルダウン"
    r"|text|string|varchar|char|number|numeric|integer|int|float|double|date|time|datetime|boolean|bool"
    r"|.*(?:入力|記入|記載|選択|指定)(?:して(?:ください|下さい)|する(?:こと)?|します|可|不要|例.*)?[。.]?"
    r"|.*(?:形式|書式|桁|文字以内|文字まで|単位|進数?|進度|表記|改行なし)"
    r"|y{2,4}.?m{1,2}(?:.?d{1,2})?.*|h{1,2}:m{1,2}.*|[(\[〔].*[)\]〕]|(?:例|ex|e\.g\.)\s*[:).].*"
    r"|.*(?:空欄|または|又は|いずれか|のとき|の場合|ください|下さい).*|.{1,6}/.{1,6}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+¥△▲]?[0-9][0-9,. ]*(?:人|件|名|箇所|か所|ヶ所|施設|%|円|m|㎡|m2)?|-")
_SURE = 0.8
_LIKELY = 0.4


@dataclass(frozen=True)
class RowJudge:
    """What to look at in a row, with places of columns from 0.

    `header`: first cells and keys of the header's rows. `columns`: how many have a name; `lead`: the first of them.
    """

    header: tuple[tuple[str, tuple[str, ...]], ...]
    columns: int
    lead: int
    name: int | None
    position: tuple[int, ...]
    vocabulary: Vocabulary

    def hint(self, row: Cells, *, leading: bool) -> Hint | None:
        """Tell why a row is not data, None for data. `leading`: among the first `LEADING_ROWS` under the header."""
        # Folded where a cell is looked at: most suspects are data, and clear themselves by one or two cells.
        cells = {place: cell for place, cell in enumerate(row) if cell and not cell.isspace()}
        if not cells:
            return None
        if self._is_header(row, _folded(next(iter(cells.values())))):
            return "repeated_header"
        if self._is_note(cells):
            return "note"
        if len(cells) == 1 < self.columns and self.name != self.lead and self._is_decimal(cells):
            return "template"
        if self._is_total(cells):
            return "total"
        return (
            self._leading_hint({place: _folded(cell) for place, cell in cells.items()}) if leading else None
        )

    def _is_header(self, row: Cells, first: str) -> bool:
        return any(first == begins and _keys(row) == keys for begins, keys in self.header)

    def _is_decimal(self, cells: dict[int, str]) -> bool:
        return _folded(cells.get(self.lead, "")).isdecimal()

    def _is_note(self, cells: dict[int, str]) -> bool:
        if len(cells) > 2 or len(cells) >= self.columns or self._has_position(cells):
            return False
        first = _folded(next(iter(cells.values())))
        return bool(_NOTE.match(first) if len(cells) == 1 else _NOTE_MARK.fullmatch(first))

    def _is_total(self, cells: dict[int, str]) -> bool:
        places = {next(iter(cells)), self.name}
        words = [p for p in places if p in cells and _TOTAL.fullmatch(_folded(cells[p]).replace(" ", ""))]
        # What is totalled may stand before the word (黒羽地区, 小計), numbers behind it.
        behind = [_folded(text) for place, text in cells.items() if words and place > min(words)]
        return bool(words) and all(map(_NUMBER.fullmatch, behind)) and not self._has_position(cells)

    def _has_position(self, cells: dict[int, str]) -> bool:
        return any(place in cells for place in self.position)

    def _leading_hint(self, cells: dict[int, str]) -> Hint | None:
        texts = list(cells.values())
        first, name = texts[0], cells.get(self.name, "") if self.name is not None else ""
        if any(_EXAMPLE.fullmatch(text) or _EXAMPLE_BEFORE.match(text) for text in (first, name)):
            return "example"
        if any(map(_EXAMPLE_ANYWHERE.fullmatch, texts)) or _PLACEHOLDER.match(name):
            return "example"
        if len(texts) > 2 and self.vocabulary.count(texts) >= max(3, len(texts) / 2):
            return "repeated_header"
        return "instruction" if self._is_instruction(cells) else None

    def _is_instruction(self, cells: dict[int, str]) -> bool:
        texts = list(cells.values())
        if len(texts) > 2 and [text.strip("()") for text in texts] == [str(n + 1) for n in range(len(texts))]:
            return True
        share = sum(bool(_INSTRUCTION.fullmatch(text)) for text in texts) / len(texts)
        place = [cells.get(at, "") for at in self.position]
        told = bool(place) and all(text and not any(map(str.isdecimal, text[:2])) for text in place)
        return (share >= _SURE and (len(texts) > 1 or texts[0][0] in "←→↑↓")) or (told and share >= _LIKELY)


def judge_for(header: Header, definition: LayerDefinition, vocabulary: Vocabulary) -> RowJudge:
    """Make the judge of the rows under a header."""
    mapping = map_columns(header.labels, definition)
    named = definition.field_with_role("name")
    name = mapping.fields.get(named.name if named else "name")
    position = mapping.position.columns if mapping.position else ()
    return RowJudge(
        header=tuple((_folded(next(filter(None, row), "")), _keys(row)) for row in header.cells),
        columns=sum(header.named),
        lead=header.named.index(True),
        name=header.labels.index(name) if name else None,
        position=tuple(map(header.labels.index, position)),
        vocabulary=vocabulary,
    )


def suspects(rows: Sequence[Cells], judge: RowJudge) -> list[int]:
    """Return the places of rows (not empty lists) that a judge must look at, found cheaply; all others are data.

    A row is suspect where its first cell is blank, begins like a note, a total or the header, where its name
    does, or where it lacks its name or position.
    """
    marks = _MARKS | {cell[0] for cell, _ in judge.header if cell}
    lead = judge.lead
    name = lead if judge.name is None else judge.name
    position = judge.position[0] if judge.position else lead
    # One pass: to come back to a row that has left the processor's cache costs more than to look at it.
    return [
        place
        for place, row in enumerate(rows)
        if not (first := row[lead])
        or first[0] in marks
        or not (called := row[name])
        or called[0] in _MARKS
        or not row[position]
    ]


def _keys(row: Cells) -> tuple[str, ...]:
    return tuple(header_key(cell) for cell in row if cell and not is_blank([cell]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()

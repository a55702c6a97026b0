"""The SQL of a field's value as a cell of a table, or as text of an XML document.

Nearly every text is plain: one test finds those that are not, and only they are put right.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from gis_core.definition import Field
from gis_core.formulas import DANGEROUS

# 自治体標準オープンデータセット gives degrees with six decimal places.
STANDARD_DIGITS = 6
# Excel takes no more characters in a cell.
CELL_LETTERS = 32_767
# Excel's day 0. Its calendar has a 29 February 1900, so that days before March of that year would be one off.
EXCEL_EPOCH = "1899-12-30"
EXCEL_BEGINS = "1900-03-01"

# What XML 1.0 cannot hold.
_NOT_XML = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
# Excel reads _x000D_ as the character of that number (ECMA-376, 22.9.2.19, ST_Xstring).
_LIKE_AN_ESCAPE = "_x[0-9A-Fa-f]{4}_"


@dataclass(frozen=True)
class Words:
    """How a table says what is no text.

    `japanese`: yes and no as the municipal standard writes them, else true and false. `labels`: the language in
    which values of code lists are given by their titles. `six_digits`: degrees have six decimal places or more.
    """

    japanese: bool
    labels: str | None = None
    six_digits: bool = False

    def padded(self, number: sql.Composable) -> sql.Composable:
        """Return the expression of a number's text, with zeros behind it where they are wanted."""
        if not self.six_digits:
            return number
        return sql.SQL("round({0}::numeric, greatest({1}, scale({0}::numeric)))::text").format(
            number, sql.Literal(STANDARD_DIGITS)
        )

    def flags(self, field: Field) -> tuple[str, str, str | None]:
        """Return what stands for yes, no and unknown; None where nothing does.

        The standard writes 有 and 無, and where an empty cell has a meaning of its own, 1 and nothing; unknown
        must then be said.
        """
        empty = field.empty_is
        if not self.japanese:
            return "true", "false", None if empty is None else "?"
        if empty is None:
            return "有", "無", None
        return ("", "0", "不明") if empty else ("1", "", "不明")


def literal(text: str) -> sql.Composable:
    """Return a constant for a statement that has placeholders too."""
    return sql.Literal(text.replace("%", "%%"))


def csv_cell(field: Field, words: Words) -> sql.Composable:
    """Return the expression of a cell of CSV: quoted where it must be, texts harmless as formulas."""
    value = _text(field, words)
    if not _is_prose(field, words):
        return value
    quoted = sql.SQL("""'"' || replace({}, '"', '""') || '"'""").format(_harmless(value))
    return _mended(value, f'{DANGEROUS}|[",\r\n]', quoted)


def sheet_cell(field: Field, words: Words, letter: str) -> sql.Composable:
    """Return the expression of a worksheet's cell in the row `turn`; null without a value."""
    column = sql.Identifier(field.name)
    number = sql.SQL("""{} || turn || '"><v>' || {} || '</v></c>'""").format(_cell(letter), column)
    if field.type in ("integer", "number") and not _has_labels(field, words):
        finite = sql.SQL("CASE WHEN {} NOT IN ('NaN', 'Infinity', '-Infinity') THEN {} END")
        return finite.format(column, number) if field.type == "number" else number
    text = sql.SQL(
        """{} || turn || '" t="inlineStr"><is><t xml:space="preserve">' || {} || '</t></is></c>'"""
    )
    if field.type != "date":
        return text.format(_cell(letter), _sheet_text(field, words))
    return sql.SQL(
        """CASE WHEN {column} BETWEEN {begins} AND '9999-12-31'
                THEN {cell} || turn || '" s="1"><v>' || ({column} - {epoch}::date) || '</v></c>' ELSE {text} END"""
    ).format(
        column=column,
        begins=sql.Literal(EXCEL_BEGINS),
        epoch=sql.Literal(EXCEL_EPOCH),
        cell=_cell(letter),
        text=text.format(_cell(letter), _text(field, words)),
    )


def kml_value(field: Field, words: Words) -> sql.Composable:
    """Return the expression of a value's text in XML; null without a value."""
    return escaped(sql.SQL("nullif({}, '')").format(_text(field, words)))


def escaped(text: sql.Composable) -> sql.Composable:
    """Return the expression of a text as XML holds it, without the characters that it cannot hold."""
    return _mended(text, f"[&<>{_NOT_XML}]", _escape(text))


def _cell(letter: str) -> sql.Composable:
    return literal(f'<c r="{letter}')


def _sheet_text(field: Field, words: Words) -> sql.Composable:
    value = sql.SQL("nullif({}, '')").format(_text(field, words))
    if not _is_prose(field, words):
        return value
    cut = sql.SQL("left({}, {})").format(_harmless(value), sql.Literal(CELL_LETTERS))
    told = sql.SQL(r"replace(regexp_replace({}, {}, '_x005F\&', 'g'), chr(13), '_x000D_')").format(
        cut, literal(_LIKE_AN_ESCAPE)
    )
    # Excel's limit is tested by the same expression: a text that long is no plain one.
    odd = f"{DANGEROUS}|[&<>\r{_NOT_XML}]|{_LIKE_AN_ESCAPE}"
    return sql.SQL("CASE WHEN {0} ~ {1} OR length({0}) > {2} THEN {3} ELSE {0} END").format(
        value, literal(odd), sql.Literal(CELL_LETTERS), _escape(told)
    )


def _mended(text: sql.Composable, odd: str, mended: sql.Composable) -> sql.Composable:
    return sql.SQL("CASE WHEN {0} ~ {1} THEN {2} ELSE {0} END").format(text, literal(odd), mended)


def _escape(text: sql.Composable) -> sql.Composable:
    return sql.SQL(
        "replace(replace(replace(translate({}, {}, ''), '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    ).format(text, literal(_NOT_XML))


def _harmless(text: sql.Composable) -> sql.Composable:
    return sql.SQL(r"regexp_replace({}, {}, '''\&')").format(text, literal(DANGEROUS))


def _text(field: Field, words: Words) -> sql.Composable:
    """The value as text."""
    column = sql.Identifier(field.name)
    if _has_labels(field, words):
        return _label(field, words)
    if field.type == "boolean":
        return _flag(field, words)
    if field.type == "time":
        return sql.SQL("to_char({}, 'HH24:MI')").format(column)
    if field.type in ("date", "datetime"):
        # ISO 8601 whatever the session's DateStyle is, with the offset of the session's time zone.
        return sql.SQL("(to_json({}) #>> '{{}}')").format(column)
    return column if field.type == "string" else sql.SQL("{}::text").format(column)


def _is_prose(field: Field, words: Words) -> bool:
    """Tell whether the value's text may hold anything."""
    return field.type == "string" or _has_labels(field, words)


def _has_labels(field: Field, words: Words) -> bool:
    return words.labels is not None and bool(field.choices)


def _label(field: Field, words: Words) -> sql.Composable:
    column = sql.SQL("{}::text").format(sql.Identifier(field.name))
    cases = [
        sql.SQL("WHEN {} THEN {}").format(literal(c.value), literal(c.title.to(words.labels or "ja")))
        for c in field.choices
    ]
    return sql.SQL("(CASE {0} {1} ELSE {0} END)").format(column, sql.SQL(" ").join(cases))


def _flag(field: Field, words: Words) -> sql.Composable:
    column = sql.Identifier(field.name)
    yes, no, unknown = map(sql.Literal, words.flags(field))
    return sql.SQL("(CASE WHEN {0} THEN {1} WHEN NOT {0} THEN {2} ELSE {3} END)").format(
        column, yes, no, unknown
    )

"""Where the header is, and which rows below it are no data: through a text file, as a department sends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.reading import tables
from etl.table import Options
from gis_core.definition import LayerDefinition
from gis_core.errors import BadInput
from tests.etl.conftest import FIELDS, Write, layer

Read = Callable[..., tuple[pd.DataFrame, list[int], list[tuple[int | None, str]]]]

SITES = layer(
    fields=[
        *FIELDS,
        {"name": "earthquake", "type": "boolean", "title": {"ja": "災害種別_地震"}},
        {"name": "large_fire", "type": "boolean", "title": {"ja": "大規模な火事"}},
    ]
)
ROWS = "1,本館,36.871,140.016\n2,別館,36.872,140.017\n"


@pytest.fixture
def read(write: Write) -> Read:
    """Read a text: its cells, row numbers, and the rows set aside with the detail that the message gives."""

    def run(text: str, definition: LayerDefinition = SITES, **options: Any) -> Any:
        parts = list(tables(write(text), definition, Options(**options)))
        issues = [
            (issue.row, issue.message.en.partition("(")[2].partition(")")[0])
            for part in parts
            for issue in part.issues
            if issue.rule == "row.hint"
        ]
        numbers = [int(number) for part in parts for number in part.row_numbers]
        return pd.concat([part.cells for part in parts], ignore_index=True), numbers, issues

    return run


def test_groups_stand_over_names(read: Read) -> None:
    text = (
        "避難場所の一覧,,,,,,\n,,,,,令和8年8月1日現在,\n"
        "ID,名称,緯度,経度,災害種別,,備考\n,,,,洪水,地震,\n1,本館,36.871,140.016,1,,\n"
    )
    cells, numbers, _ = read(text)
    assert list(cells) == ["ID", "名称", "緯度", "経度", "洪水", "災害種別_地震", "備考"]
    assert numbers == [5]


def test_a_group_over_names_alike_parts_them(read: Read) -> None:
    cells, numbers, _ = read(
        "名称,位置,,平日,,休日,\n,緯度,経度,開始,終了,開始,終了\n本館,36.871,140.016,9,17,10,16\n"
    )
    assert list(cells) == ["名称", "緯度", "経度", "平日_開始", "平日_終了", "休日_開始", "休日_終了"]
    assert numbers == [3]


def test_three_rows_may_be_one_header(read: Read) -> None:
    text = "名称,施設,,利用,,\n,位置,,平日,,備考\n,緯度,経度,開始,終了,\n本館,36.871,140.016,9,17,\n"
    cells, numbers, _ = read(text)
    assert list(cells)[:3] == ["名称", "緯度", "経度"]
    assert list(cells)[3:5] == ["利用_平日_開始", "利用_平日_終了"]
    assert numbers == [4]


def test_one_row_of_names_stays_one_row(read: Read) -> None:
    cells, numbers, _ = read(f"施設一覧,作成：総務課,,\nID,名称,緯度,経度\n{ROWS}")
    assert list(cells) == ["ID", "名称", "緯度", "経度"]
    assert numbers == [3, 4]


def test_line_breaks_in_names_are_no_part_of_them(read: Read) -> None:
    cells, _, _ = read('"施設\n名","Opening\nhours",緯度,経度\n本館,9,36.871,140.016\n')
    assert list(cells) == ["施設名", "Opening hours", "緯度", "経度"]


def test_equal_names_are_counted_and_nameless_columns_numbered(read: Read) -> None:
    cells, _, _ = read("名称,備考,備考,,備考 (2),緯度,経度,\n本館,a,b,c,d,36.871,140.016,\n")
    assert list(cells) == ["名称", "備考", "備考 (2)", "4列目", "備考 (2) (2)", "緯度", "経度"]


def test_names_that_nobody_knows_are_a_header_over_numbers(read: Read) -> None:
    cells, numbers, _ = read("safield001,safield002\n本館,36.871\n別館,36.872\n")
    assert (list(cells), numbers) == (["safield001", "safield002"], [2, 3])


def test_names_that_a_correction_gives_are_known(read: Read) -> None:
    text = "一覧,,\nsafield001,safield002,safield003\n本館,本町,甲\n"
    cells, numbers, _ = read(text, columns=(("safield001", "name"), ("safield002", "remarks")))
    assert (list(cells), numbers) == (["safield001", "safield002", "safield003"], [3])


def test_what_stands_beside_the_table_alone_is_a_note(read: Read) -> None:
    _, numbers, issues = read(f"ID,名称,緯度,経度\n{ROWS},,,,,最終確認 8月\n")
    assert (numbers, issues) == ([2, 3], [(4, "a note")])


def test_without_a_header_the_names_given_count(read: Read) -> None:
    headers = ("ID", "名称", "緯度", "経度")
    cells, numbers, _ = read(ROWS, headers=headers)
    assert (tuple(cells), numbers) == (headers, [1, 2])
    with pytest.raises(BadInput, match="見出しが見つかりません"):
        read(ROWS)


def test_without_a_header_the_content_tells(write: Write) -> None:
    rows = [f"{n},第{'一二三四五六'[n]}公民館,36.87{n}1,140.01{n}2" for n in range(6)]
    (part,) = tables(write("\n".join(rows)), SITES, Options())
    assert {"名称", "緯度", "経度"} <= set(part.cells)
    assert part.row_numbers.tolist() == [1, 2, 3, 4, 5, 6]
    assert [(issue.row, issue.rule, issue.severity) for issue in part.issues] == [
        (None, "header.guessed", "warning")
    ]


ASIDE = [
    ("合計,2,,", "a total"),
    ("計（2件）,,,", "a total"),
    (",小　計,,", "a total"),
    ("※ 印は休館中,,,", "a note"),
    ("※1,祝日は休み,,", "a note"),
    ("注1）座標は世界測地系です,,,", "a note"),
    ("この一覧は令和8年8月1日のものです。,,,", "a note"),
    ("【黒羽地区】,,,", "a note"),
    ("ID,名称,緯度,経度", "the header once more"),
    ("3,,,", "an empty row with a mere number"),
]


@pytest.mark.parametrize(("row", "why"), ASIDE)
def test_a_row_that_is_no_data_is_told_and_not_read(read: Read, row: str, why: str) -> None:
    _, numbers, issues = read(f"ID,名称,緯度,経度\n{ROWS}{row}\n,,,\n5,分館,36.873,140.018\n")
    assert numbers == [2, 3, 6]
    assert issues == [(4, why)]


LEADING = [
    ("例,大田原公民館,36.871,140.016", "an example"),
    ("記入例,○○公民館,36.871,140.016", "an example"),
    ("1,（例）大田原公民館,36.871,140.016", "an example"),
    ("1,○○公民館,43.064310,141.346814", "an example"),
    ("必須,必須,任意,任意", "an instruction for filling in"),
    ("半角数字,全角で入力してください,10進度,10進度", "an instruction for filling in"),
    ("←ここに入力,,,", "an instruction for filling in"),
    ("文字列,文字列,数値,数値", "an instruction for filling in"),
    ("(1),(2),(3),(4)", "an instruction for filling in"),
    ("identifier,name,lat,lon", "the header once more"),
]


@pytest.mark.parametrize(("row", "why"), LEADING)
def test_examples_and_instructions_under_the_header_are_no_data(read: Read, row: str, why: str) -> None:
    _, numbers, issues = read(f"ID,名称,緯度,経度\n{row}\n{ROWS}")
    assert numbers == [3, 4]
    assert issues == [(2, why)]


@pytest.mark.parametrize(
    "row",
    [
        "3,例幣使街道記念館,36.871,140.016",
        "例幣使街道記念館,例幣使街道記念館,36.871,140.016",
        "3,注連寺,36.871,140.016",
        "3,合計山公民館,36.871,140.016",
        "3,計,36.871,140.016",
        "小計,小計公民館,36.871,140.016",
        "3,※旧体育館,36.871,140.016",
        "3,サンプル館,36.871,140.016",
        "3,必須アミノ酸研究所,36.871,140.016",
        "3,記入例センター,36.871,140.016",
        "3,総合体育館,,",
        "3,備考,36.871,140.016",
        "以上児保育園,以上児保育園,36.871,140.016",
    ],
)
def test_a_place_whose_name_holds_such_a_word_is_a_place(read: Read, row: str) -> None:
    for text in (f"ID,名称,緯度,経度\n{row}\n{ROWS}", f"ID,名称,緯度,経度\n{ROWS}{row}\n"):
        cells, _, issues = read(text)
        assert (len(cells), issues) == (3, [])


def test_subtotals_beside_a_district_are_no_data(read: Read) -> None:
    text = "地区,名称,定員,緯度,経度\n黒羽,本館,10,36.871,140.016\n黒羽,小計,10,,\n総計,,10,,\n"
    _, numbers, issues = read(text)
    assert (numbers, issues) == ([2], [(3, "a total"), (4, "a total")])


def test_a_place_without_a_position_may_be_called_like_a_total(read: Read) -> None:
    cells, _, issues = read("名称,備考,定員\n計,本町,10\n計,,10\n")
    assert (cells["備考"].tolist(), issues) == (["本町"], [(3, "a total")])


def test_a_table_may_begin_right_of_the_first_column(read: Read) -> None:
    text = ",,,,\n,ID,名称,緯度,経度\n,1,本館,36.871,140.016\n,2,,,\n※,かっこ書きは旧称,,,\n"
    cells, numbers, issues = read(text)
    assert (list(cells), numbers) == (["ID", "名称", "緯度", "経度"], [3])
    assert issues == [(4, "an empty row with a mere number"), (5, "a note")]


def test_of_two_columns_none_is_mistaken_for_a_note(read: Read) -> None:
    _, numbers, issues = read("名称,備考\n★食堂,本町\n※別館,旧町\n甲,乙\n")
    assert (numbers, issues) == ([2, 3, 4], [])


WORDS = st.text(alphabet="大田原黒羽湯津上公民館体育小学校第一二三本町東西0123456789", min_size=2, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    titles=st.lists(WORDS, max_size=5),
    names=st.lists(WORDS, min_size=1, max_size=30),
    order=st.permutations(["ID", "名称", "緯度", "経度", "備考"]),
    delimiter=st.sampled_from(",\t;|"),
)
def test_every_row_is_found_under_any_title_in_any_order(
    read: Read, titles: list[str], names: list[str], order: list[str], delimiter: str
) -> None:
    records = [
        {"ID": f"A{n}", "名称": name, "緯度": "36.871", "経度": "140.016", "備考": ""}
        for n, name in enumerate(names)
    ]
    body = [delimiter.join(record[name] for name in order) for record in records]
    text = "\n".join([*titles, delimiter.join(order), *body])
    cells, numbers, issues = read(text)
    assert list(cells["名称"]) == names
    assert numbers == list(range(len(titles) + 2, len(titles) + 2 + len(names)))
    assert issues == []

import datetime

import pytest

from tests.etl.conftest import HERE, Check, Write, rules, values


def one(write: Write, checked: Check, column: str, cell: str) -> object:
    return checked(write(f'名称,{column},緯度,経度\n本館,"{cell}",{HERE}\n'))


@pytest.mark.parametrize(
    ("column", "field", "cell", "value"),
    [
        ("定員", "capacity", "1,200", 1200),
        ("定員", "capacity", "１２０人", 120),
        ("定員", "capacity", "", None),
        ("開設日", "opened_on", "令和8年8月1日", datetime.date(2026, 8, 1)),
        ("開始時間", "opening_time", "午前9時半", "09:30"),
        ("洪水", "flood", "○", True),
        ("洪水", "flood", "", False),
        ("洪水", "flood", "不明", None),
        ("電話番号", "phone", "22-2277", "0287-22-2277"),
        ("種別", "kind", "公民館", "hall"),
        ("種別", "kind", "COMMUNITY HALL", "hall"),
        ("名称２", "name", "", "本館"),
        ("備考", "remarks", "　ｶﾞｽあり ", "ガスあり"),
    ],
)
def test_values_are_typed(
    write: Write, checked: Check, column: str, field: str, cell: str, value: object
) -> None:
    assert values(one(write, checked, column, cell), field) == [value]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("定員", "先着30人", "number.unparsable"),
        ("定員", "-5", "value.minimum"),
        ("定員", "20000", "value.maximum"),
        ("開設日", "32.7.1", "date.unparsable"),
        ("開設日", "1899-12-31", "value.minimum"),
        ("開始時間", "25:00", "time.unparsable"),
        ("洪水", "要確認", "flag.unparsable"),
        ("電話番号", "2.87E+08", "phone.unparsable"),
        ("備考", "長" * 21, "value.length"),
        ("備考", "\ue000野", "text.private_use"),
        ("備考", "本\ufffd館", "encoding.error"),
        ("定員", "#REF!", "formula.error"),
        ("施設名", "", "required.missing"),
    ],
)
def test_what_cannot_be_used_refuses_the_row(
    write: Write, checked: Check, column: str, cell: str, rule: str
) -> None:
    name = "" if column == "施設名" else "名称,"
    row = f'{"本館," if name else ""}"{cell}",{HERE}\n'
    text = (
        f"{name}{column},緯度,経度\n{row}" + f"{'別館,' if name else ''}{'' if name else '別館'},36.9,140.0\n"
    )
    done = checked(write(text))
    assert (2, rule, "error") in rules(done)
    assert (done.report.accepted, [q.row for q in done.quarantine]) == (1, [2])
    assert done.quarantine[0].values[column] == (cell or None)


def test_repairs_and_doubts_are_said_but_do_not_refuse(write: Write, checked: Check) -> None:
    done = checked(write(f"名称,種別,備考,緯度,経度\n本\u200b館,公民かん,①,{HERE}\n"))
    assert rules(done) == [
        (2, "text.control", "fixed"),
        (2, "text.platform_dependent", "warning"),
        (2, "code.unknown", "warning"),
    ]
    assert (values(done, "name"), values(done, "kind")) == (["本館"], ["公民かん"])
    unknown = done.report.issues[2].message
    assert "「公民館」ですか" in unknown.ja
    assert "種別" in unknown.en


def test_a_required_field_without_a_column_refuses_every_row(write: Write, checked: Check) -> None:
    done = checked(write(f"ID,緯度,経度\n1,{HERE}\n"))
    assert (rules(done), done.rows) == ([(2, "required.missing", "error")], [])


def test_what_an_export_made_harmless_is_read_as_it_was(write: Write, checked: Check) -> None:
    done = checked(write(f"名称,備考,緯度,経度\n'=本館,'-5 階,{HERE}\n別館,'70年代,{HERE}\n"))
    assert (values(done, "name"), values(done, "remarks")) == (["=本館", "別館"], ["-5 階", "'70年代"])

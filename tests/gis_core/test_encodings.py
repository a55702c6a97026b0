from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core import encodings
from gis_core.encodings import UnreadableText, canonical, decode, detect
from gis_core.errors import BadInput


def test_reference_cases(vectors: Callable[[str], Any]) -> None:
    for case in vectors("encoding")["vectors"]:
        data = bytes.fromhex(case["bytes_hex"])
        if case["expected_encoding"] is None:
            with pytest.raises(UnreadableText):
                detect(data)
        else:
            assert detect(data).encoding == case["expected_encoding"], case["name"]
            assert decode(data) == case["expected_text"], case["name"]


@pytest.mark.parametrize(
    ("encoding", "why"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "bom"),
        ("utf-16", "bom"),
        ("cp932", "only_cp932"),
        ("iso2022_jp", "escape"),
    ],
)
def test_a_table_is_read_in_each_encoding(encoding: str, why: str) -> None:
    table = "名称,住所\r\n黒羽体育館,大田原市黒羽田町\r\n"
    found = detect(table.encode(encoding))
    assert (found.encoding, found.why) == (encoding, why)
    assert decode(table.encode(encoding)) == table


def test_euc_jp_is_told_from_half_width_kana() -> None:
    table = "名称,住所\n黒羽体育館,大田原市黒羽田町\n"
    assert detect(table.encode("euc_jp")).encoding == "euc_jp"
    assert detect("ﾌﾘｶﾞﾅ,黒羽体育館の住所\n".encode("cp932")).encoding == "cp932"


def test_the_first_bad_line_is_named() -> None:
    utf8_then_cp932 = "名称,備考\n体育館,\n".encode() + "大田原\n".encode("cp932")
    with pytest.raises(UnreadableText, match="3行目") as caught:
        detect(utf8_then_cp932)
    assert caught.value.line == 3
    with pytest.raises(UnreadableText) as caught:
        decode(b"a\nb\n\xff\n", "UTF-8")
    assert caught.value.line == 3


def test_binary_files_are_not_text() -> None:
    with pytest.raises(UnreadableText):
        detect(b"PK\x03\x04\x00\x00")
    with pytest.raises(UnreadableText):
        detect("名称".encode("utf-32"))


@pytest.mark.parametrize("name", ["Shift_JIS", "SJIS", "windows-31j", "MS932", "932", "CP932"])
def test_shift_jis_is_always_cp932(name: str) -> None:
    assert canonical(name) == "cp932"
    assert decode("①㈱髙".encode("cp932"), name) == "①㈱髙"


def test_an_unknown_name_is_refused_with_the_choices() -> None:
    with pytest.raises(BadInput, match="CP932"):
        canonical("latin-9")


TEXTS = st.lists(
    st.sampled_from(["名称,住所\r\n", "黒羽体育館", "ﾌﾘｶﾞﾅ①㈱\n", "abc\n", "髙﨑"]), max_size=4
).map("".join)
NAMES = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932", "euc_jp", "iso2022_jp"])
PIECES = st.lists(st.tuples(TEXTS, NAMES), max_size=3).map(
    lambda pieces: b"".join(text.encode(name, "ignore") for text, name in pieces)
)


def outcome(data: bytes, named: str | None) -> object:
    try:
        return decode(data, named) if named else detect(data)
    except UnreadableText as refused:
        return str(refused)


@given(data=st.one_of(PIECES, st.binary(max_size=40)), size=st.integers(1, 9), named=st.none() | NAMES)
def test_where_a_file_is_cut_while_it_is_read_changes_nothing(
    data: bytes, size: int, named: str | None
) -> None:
    whole = outcome(data, named)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encodings, "_CHUNK", size)
        assert outcome(data, named) == whole


def test_what_is_detected_is_what_is_read() -> None:
    for name in ("utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp", "iso2022_jp"):
        file = io.BytesIO("名称,住所\r\n黒羽体育館,黒羽田町\n".encode(name))
        assert encodings.open_text(file, encodings.detect_in(file).encoding).readlines() == [
            "名称,住所\r\n",
            "黒羽体育館,黒羽田町\n",
        ]


def test_utf_16_that_is_named_needs_no_mark() -> None:
    assert decode("名称".encode("utf-16-le"), "UTF-16") == "名称"

"""What a spreadsheet would work out becomes text, and comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.formulas import neutralise, restore


@pytest.mark.parametrize(
    "text", ["=1+1", "+81 3", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a", "'=1"]
)
def test_what_may_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "本町1-1", "a=b", "'", "'引用'", "ー", "1"])
def test_all_else_stays(text: str) -> None:
    assert neutralise(text) == text == restore(text)


@given(st.text(alphabet="'=+-@＝ー\t\r\na1", max_size=6))
def test_every_text_comes_back(text: str) -> None:
    assert restore(neutralise(text)) == text

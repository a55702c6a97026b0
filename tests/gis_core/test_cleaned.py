from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core import codes, dates, dms, numbers, phones, text, times
from gis_core.cleaned import Cleaned, Plain, UnreadableError, bounded, clean_column

CLEANERS = [
    getattr(module, name)
    for module in (codes, dates, dms, numbers, phones, text, times)
    for name in vars(module)
    if name.startswith("clean_")
    and getattr(getattr(module, name), "__annotations__", {}).get("return") == "Cleaned"
]
# What dates, numbers, coordinates and phones are written with, so that patterns match by half and go wrong later.
SIGNS = st.text("0123456789０９.,-－/:() 　°′″NE+TE令和元年月日度時分半午後約人㎡〒#", max_size=12)


def shout(text: str) -> Cleaned:
    return Cleaned(None, error="loud") if text.isupper() else Cleaned(text.upper(), fixed="upper")


def test_a_column_keeps_its_index_and_its_missing_cells() -> None:
    result = clean_column(pd.Series(["a", None, "B", float("nan"), "a"], index=[3, 4, 5, 6, 7]), shout)
    assert result.values.to_dict() == {3: "A", 4: None, 5: None, 6: None, 7: "A"}
    assert result.fixed.tolist() == ["upper", None, None, None, "upper"]
    assert result.error.tolist() == [None, None, "loud", None, None]


def test_a_value_is_cleaned_once_however_often_it_occurs() -> None:
    seen = []

    def note(text: str) -> Cleaned:
        seen.append(text)
        return Cleaned(text)

    clean_column(pd.Series(["x", "y", "x"] * 5), note)
    assert seen == ["x", "y"]


def test_plain_values_never_meet_the_cleaner() -> None:
    plain = Plain(re.compile("[0-9]+"), lambda texts: [int(text) for text in texts])
    result = clean_column(pd.Series(["1", "x", "22"]), shout, plain)
    assert result.values.tolist() == [1, "X", 22]


def test_an_empty_column_is_no_problem() -> None:
    assert clean_column(pd.Series([], dtype=object), shout).values.empty


def test_a_value_longer_than_any_value_is_not_searched() -> None:
    with pytest.raises(UnreadableError):
        bounded("1" * 301)


@pytest.mark.parametrize("clean", CLEANERS, ids=lambda clean: clean.__name__)
@settings(max_examples=150, deadline=None)
@given(value=SIGNS | st.text(max_size=30))
def test_no_text_is_too_strange_for_a_cleaner(clean: Callable[[str], Cleaned], value: str) -> None:
    done = clean(value)
    assert done.error is None or done.value is None


def test_who_cleans_no_columns_needs_no_pandas() -> None:
    program = "import sys; from gis_core import codes, dates, dms, numbers, phones, text, times; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

"""The sentences about places and hazards."""

from __future__ import annotations

import string
from collections.abc import Iterator
from types import ModuleType

import pytest

from api import place_words
from gis_core import hazard_words
from gis_core.definition import Texts
from gis_core.languages import LANGUAGES


def texts_of(module: ModuleType) -> Iterator[tuple[str, Texts]]:
    for name, value in vars(module).items():
        if isinstance(value, Texts):
            yield name, value
        elif isinstance(value, dict) and name.isupper():
            yield from ((f"{name}.{key}", text) for key, text in value.items())


@pytest.mark.parametrize("module", [hazard_words, place_words], ids=lambda m: m.__name__)
def test_every_text_is_there_in_every_language_with_the_same_blanks(module: ModuleType) -> None:
    found = dict(texts_of(module))
    assert len(found) > 15
    for name, texts in found.items():
        assert set(texts) == set(LANGUAGES), name
        assert all(texts.values()), name
        blanks = {
            language: {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for language, text in texts.items()
        }
        assert all(held == blanks["ja"] for held in blanks.values()), name

"""Every page in every language: chosen rightly, marked rightly, with no word missing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation import to_locale

from gis_core.languages import LANGUAGES

WEBMAP = Path(__file__).resolve().parents[2] / "webmap"
CALLS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}


def used() -> Iterator[str | tuple[str, ...]]:
    """Every text that the code and the templates ask to be translated."""
    from django.utils.translation.template import templatize

    for file in [*WEBMAP.rglob("*.py"), *(WEBMAP / "templates").rglob("*.*")]:
        text = file.read_text(encoding="utf-8")
        # What is left of a template is no Python, whose indentation would have to be in order.
        source = (
            text if file.suffix == ".py" else re.sub(r"^[ \t]+", "", templatize(text), flags=re.MULTILINE)
        )
        for _, message, _, _ in extract("python", io.BytesIO(source.encode()), keywords=CALLS):
            yield message if isinstance(message, str) else tuple(message)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_word_of_code_and_templates_and_no_other(django_ready, language):
    with (WEBMAP / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = [message for message in read_po(file) if message.id]
    assert [m.id for m in catalogue if m.fuzzy or not all(strings(m))] == []
    assert {m.id if isinstance(m.id, str) else tuple(m.id) for m in catalogue} == set(used())
    differing = [m.id for m in catalogue if placeholders(strings([m.id])[0]) != placeholders(strings(m)[0])]
    assert differing == []


def strings(message) -> tuple[str, ...]:
    text = message[0] if isinstance(message, list) else message.string
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture
def get(sample_store):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1").get


@pytest.mark.parametrize(
    ("query", "header", "tag", "word"),
    [
        ("", "", "ja", "凡例"),
        ("", "en-GB,en;q=0.8", "en", "Legend"),
        ("", "xx", "ja", "凡例"),
        ("?lang=en", "ja", "en", "Legend"),
        ("?lang=ja", "en", "ja", "凡例"),
        ("?lang=<script>", "", "ja", "凡例"),
        ("?lang=ja-easy", "en", "ja", "しるしの 意味"),
        ("?lang=zh-hans", "", "zh-Hans", "图例"),
        ("", "pt-BR,pt;q=0.9", "pt", "Legenda"),
        ("", "es-PE", "es", "Leyenda"),
        ("", "zh-CN", "zh-Hans", "图例"),
        ("", "zh-TW,ko;q=0.5", "ko", "범례"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers_else_japanese(get, query, header, tag, word):
    answer = get("/" + query, headers={"accept-language": header} if header else {})
    page = answer.content.decode()
    assert f'<html lang="{tag}">' in page
    assert word in page
    assert answer["Content-Language"] == tag


def test_a_language_once_chosen_is_remembered(sample_store):
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    client.get("/?lang=en")
    assert '<html lang="en">' in client.get("/list").content.decode()

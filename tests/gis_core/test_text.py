from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from gis_core import text
from gis_core.cleaned import Cleaned, Cleaner, ColumnCleaner


def test_reference_cases_of_text_and_kana(vectors: Callable[[str], Any]) -> None:
    clean = {"text": text.clean_text, "kana": text.clean_kana}
    cases = [case for case in vectors("zen2han")["vectors"] if case["profile"] in clean]
    assert cases
    wrong = [case for case in cases if clean[case["profile"]](case["input"]).value != case["expected"]]
    assert wrong == []


def test_reference_cases_show_what_normal_forms_would_do_to_names(vectors: Callable[[str], Any]) -> None:
    cases = [case for case in vectors("zen2han")["vectors"] if case["profile"] in {"nfkc", "nfc"}]
    for case in cases:
        assert unicodedata.normalize(case["profile"].upper(), case["input"]) == case["expected"]
    assert text.clean_name("\ufa19谷").value == "\ufa19谷"


@pytest.mark.parametrize(
    ("given", "value", "told"),
    [
        ("www.city.otawara.tochigi.jp", "https://www.city.otawara.tochigi.jp", "url_scheme"),
        ("example.jp/a?b=1", "https://example.jp/a?b=1", "url_scheme"),
        ("ttps://example.jp", "https://example.jp", "url_scheme"),
        ("https://a.jp、https://b.jp", "https://a.jp", "several_urls"),
        ("ｈｔｔｐｓ：／／ａ．ｊｐ", "https://a.jp", None),
        ("https：//a.jp", "https://a.jp", None),
        ("HTTP://A.JP/日本", "HTTP://A.JP/日本", None),
    ],
)
def test_a_web_address_is_completed_and_that_is_told(given: str, value: str, told: str | None) -> None:
    done = text.clean_url(given)
    assert (done.value, done.warning) == (value, told)
    assert text.clean_urls(pd.Series([given])).values[0] == value


def test_the_word_before_a_mail_address_is_dropped() -> None:
    assert text.clean_email("mailto:ｉｎｆｏ＠example.jp").value == "info@example.jp"


def test_a_name_on_two_lines_is_joined() -> None:
    assert text.clean_name("本館\r\n 二階") == Cleaned("本館 二階", "line_breaks")


def test_reference_cases_of_cp932_export(vectors: Callable[[str], Any]) -> None:
    for case in vectors("encoding")["cp932_export"]:
        lost = text.cp932_unwritable(f"市{case['char']}")
        assert lost == (() if case["round_trips"] else (case["char"],)), case


@pytest.mark.parametrize(
    ("given", "value", "fixed"),
    [
        ("大田原市", "大田原市", None),
        ("\u3000大田原市\ufeff", "大田原市", "spaces"),
        ("ｾﾝﾀｰ１Ｆ", "センター1F", "width"),
        ("\u30ab\u3099", "ガ", "width"),
        ("本\u202e町", "本町", "control"),
        ("髙橋﨑", "髙橋﨑", None),
        ("一階\r\n二階", "一階\n二階", None),
        (" 一階\r\n", "一階", "spaces"),
    ],
)
def test_prose_is_repaired_no_further_than_needed(given: str, value: str, fixed: str | None) -> None:
    assert text.clean_text(given) == Cleaned(value, fixed)


@pytest.mark.parametrize(
    ("clean", "one"),
    [
        (text.clean_texts, text.clean_text),
        (text.clean_names, text.clean_name),
        (text.clean_addresses, text.clean_address),
        (text.clean_kanas, text.clean_kana),
        (text.clean_codes, text.clean_code),
        (text.clean_urls, text.clean_url),
        (text.clean_emails, text.clean_email),
    ],
)
def test_a_column_says_the_same_as_its_values(clean: ColumnCleaner, one: Cleaner) -> None:
    given = [
        "本町",
        " 本町",
        "１丁目",
        "①",
        "\ue000",
        "a\nb",
        "ｶﾅ",
        "\ufffd",
        "か\u3099",
        "",
        "\u200b",
        "1−2",
        "オオ タ",
        "A-1",
        "http://a.jp",
    ]
    assert clean(pd.Series(given)).values.tolist() == [one(item).value for item in given]
    assert clean(pd.Series(given)).error.tolist() == [one(item).error for item in given]
    assert clean(pd.Series(given)).warning.tolist() == [one(item).warning for item in given]


def test_private_use_characters_and_mojibake_are_errors_and_platform_characters_are_doubts() -> None:
    assert text.clean_name("田\ue000").error == "gaiji"
    assert text.clean_name("田\ufffd").error == "mojibake"
    assert text.clean_name("①小").warning == "platform_dependent"
    assert text.platform_dependent_characters("㈱山田 100㎡ ℃ Ⅳ") == ("㈱", "㎡", "Ⅳ")
    assert text.private_use_characters("\ue000a") == ("\ue000",)
    assert text.control_characters("a\x00b\nc") == ("\x00",)


def test_only_dashes_between_digits_become_hyphens() -> None:
    assert text.hyphens_between_digits("センター1−2ー3") == "センター1-2-3"
    assert text.clean_address("本町１－４\n市役所").value == "本町1-4 市役所"


def test_codes_lose_width_and_spaces() -> None:
    assert text.clean_code(" Ｅ０９－２１０ ").value == "E09-210"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://example.jp/一覧?a=～", None),
        ("http://example.jp", None),
        ("javascript:alert(1)", "url"),
        ("https://", "url"),
        ("www.example", "url"),
        ("会議室", "url"),
        ("https://example.jp/<script>", "url"),
    ],
)
def test_only_absolute_web_addresses_are_addresses(url: str, error: str | None) -> None:
    assert text.clean_url(url).error == error
    assert text.clean_url(url).value == (None if error else url)


def test_mail_addresses_are_half_width() -> None:
    assert text.clean_email("ｉｎｆｏ＠example.jp").value == "info@example.jp"
    assert text.clean_email("info").error == "email"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙澤医院", "高沢 医院"),
        ("金ヶ崎", "金が崎"),
        ("ﾄｺﾄｺﾊﾞｽ", "とことこバス"),
        ("本町１－２", "本町1-2"),
        ("葛\U000e0100城", "葛城"),
        ("AED", "ａｅｄ"),
    ],
)
def test_two_spellings_of_one_name_have_one_search_key(one: str, other: str) -> None:
    assert text.search_key(one) == text.search_key(other)


def test_a_search_key_keeps_the_long_vowel() -> None:
    assert text.search_key("スーパー") != text.search_key("スパ")


@pytest.mark.parametrize(
    ("header", "standard"),
    [
        ("名称＿カナ", "名称_カナ"),
        ("建物名等（方書）", "建物名等(方書)"),
        ("名称\n(ｶﾅ)", "名称_カナ"),
        ("\ufeff緯 度", "緯度"),
        ("No.", "NO"),
    ],
)
def test_headers_match_whatever_their_width_and_brackets(header: str, standard: str) -> None:
    assert text.header_key(header) == text.header_key(standard)


def test_headers_of_the_standard_datasets_stay_distinct(vectors: Callable[[str], Any]) -> None:
    for dataset in vectors("datasets")["new"].values():
        names = [column["name"] for column in dataset["columns"]]
        assert len({text.header_key(name) for name in names}) == len(set(names))

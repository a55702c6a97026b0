"""Bulletins of the Japan Meteorological Agency: what they mean for the city."""

import re
from pathlib import Path

import pytest

from etl.feeds import documents, jma_codes
from gis_core.city import City
from gis_core.errors import BadInput
from layers.alerts import Incoming
from tests.etl.feeds.bulletins import FLOOD, NAMES, OLD, OTHER, RAIN, SLOPES, flood, quake, report, weather

PREFECTURE = "記録的短時間大雨情報"


def read(data: bytes, city: City) -> list[Incoming]:
    return list(documents.read(data, "x.xml", city).messages)


def outcome(data: bytes, city: City) -> str:
    return documents.read(data, "x.xml", city).outcome


@pytest.mark.parametrize(
    ("title", "code", "event", "level", "severity"),
    [
        (RAIN, "33", "rain", 5, "Extreme"), (RAIN, "43", "rain", 4, "Severe"), (RAIN, "03", "rain", 3, "Moderate"),
        (RAIN, "10", "rain", 2, "Minor"), (SLOPES, "49", "landslide", 4, "Severe"), (SLOPES, "09", "landslide", 3, "Moderate"),
        (OTHER, "14", "thunderstorm", None, "Minor"),
    ],
)  # fmt: skip
def test_the_levels_of_the_new_scheme(
    city: City, title: str, code: str, event: str, level: int | None, severity: str
) -> None:
    (alert,) = read(weather(title, {code: "発表"}), city)
    assert (alert.event, alert.level, alert.severity) == (event, level, severity)
    assert (alert.message_type, alert.status, alert.official) == ("alert", "actual", True)
    assert alert.name["ja"] == NAMES[code]


def test_the_old_codes_are_read_and_marked_as_transitional(city: City) -> None:
    rain, thunder = read(weather(OLD, {"03": "継続", "14": "継続"}), city)
    assert (rain.event, thunder.event, rain.transitional, rain.message_type) == (
        "rain",
        "thunderstorm",
        True,
        "update",
    )


def test_a_kind_nobody_knows_yet_is_not_lost_nor_made_harmless(city: City) -> None:
    (alert,) = read(weather(RAIN, {"99": "発表"}), city)
    assert (alert.event, alert.severity, alert.name["ja"]) == ("other", "Extreme", "新しい特別警報")


@pytest.mark.parametrize("kinds", [{}, {"03": "解除"}])
def test_naming_nothing_for_the_city_is_the_all_clear(city: City, kinds: dict[str, str]) -> None:
    (over,) = read(weather(RAIN, kinds), city)
    assert over.message_type == "cancel"


def test_what_concerns_other_places_only_yields_nothing(city: City) -> None:
    assert outcome(weather(RAIN, {"43": "発表"}, city="0921300"), city) == "elsewhere"
    assert outcome(flood("40", river="鬼怒川"), city) == "elsewhere"
    assert outcome(flood("40", city="0920100"), city) == "elsewhere"
    assert outcome(report("全般台風情報", "<Text/>"), city) == "not_handled"


@pytest.mark.parametrize(("written", "status"), [("訓練", "exercise"), ("試験", "test"), ("なにか", "test")])
def test_exercises_and_tests_are_never_actual(city: City, written: str, status: str) -> None:
    (alert,) = read(weather(RAIN, {"33": "発表"}, status=written), city)
    assert alert.status == status


@pytest.mark.parametrize(
    ("code", "level"),
    [("20", 2), ("22", 2), ("30", 3), ("31", 3), ("40", 4), ("41", 4), ("51", 5), ("53", 5)],
)
def test_flood_forecasts_of_the_citys_rivers(city: City, code: str, level: int) -> None:
    (alert,) = read(flood(code), city)
    assert (alert.event, alert.level, alert.description["ja"]) == ("river_flood", level, "氾濫のおそれ。")


def test_a_flood_forecast_ends_with_code_10_and_counts_where_the_city_is_named(city: City) -> None:
    assert [m.message_type for m in read(flood("10"), city)] == ["cancel"]
    assert [m.level for m in read(flood("40", river="鬼怒川", city="0921000"), city)] == [4]


@pytest.mark.parametrize(
    ("intensity", "severity"), [("3", "Minor"), ("5+", "Severe"), ("6-", "Extreme"), ("7", "Extreme")]
)
def test_seismic_intensity_in_the_city(city: City, intensity: str, severity: str) -> None:
    (alert,) = read(quake(intensity), city)
    assert (alert.event, alert.kind, alert.severity, alert.category) == ("quake", intensity, severity, "Geo")


def test_a_quake_felt_elsewhere_only_ends_what_was_said_of_us(city: City) -> None:
    (over,) = read(quake("4", city="0920100"), city)
    assert (over.message_type, over.only_ends) == ("cancel", True)


def test_a_cancelled_bulletin_refers_to_all_of_its_event(city: City) -> None:
    said = read(quake("4"), city)[0]
    (cancel,) = read(quake("4", 5, info="取消"), city)
    assert (cancel.message_type, cancel.refers_to) == ("cancel", (said.reference,))


def test_a_tornado_advisory_ends_at_its_stated_time(city: City) -> None:
    kind = "<Kind><Name>竜巻注意情報</Name><Code>1</Code><Status>発表</Status></Kind>"
    body = f"""<Warning type="竜巻注意情報（市町村等）"><Item>{kind}<Area><Name>市</Name><Code>0921000</Code></Area></Item></Warning>"""
    (alert,) = read(report("竜巻注意情報", body, valid="2026-08-01T13:10:00+09:00"), city)
    assert (alert.event, str(alert.expires)) == ("tornado", "2026-08-01 13:10:00+09:00")


@pytest.mark.parametrize(("area", "expected"), [("090020", ["record_rain"]), ("090010", [])])
def test_record_rain_counts_in_the_citys_forecast_area(city: City, area: str, expected: list[str]) -> None:
    kind = "<Kind><Name>記録的短時間大雨情報</Name><Code>1</Code><Status>発表</Status></Kind>"
    body = f"""<Warning><Item>{kind}<Area><Name>区域</Name><Code>{area}</Code></Area></Item></Warning>"""
    assert [m.event for m in read(report(PREFECTURE, body, event="J1"), city)] == expected


def test_a_landslide_warning_of_the_old_scheme_is_level_4(city: City) -> None:
    kind = "<Kind><Name>警戒</Name><Code>3</Code><Status>発表</Status></Kind>"
    body = f"""<Warning type="土砂災害警戒情報"><Item>{kind}<Area><Name>市</Name><Code>0921000</Code></Area></Item></Warning>"""
    (alert,) = read(report("土砂災害警戒情報", body, event="栃木県土砂災害警戒情報", serial="1"), city)
    assert (alert.event, alert.level, alert.transitional) == ("landslide", 4, True)


@pytest.mark.parametrize("part", ["Control", "Head", "Body"])
def test_a_bulletin_without_its_parts_is_refused(city: City, part: str) -> None:
    data = re.sub(rf"<(/?){part}\b".encode(), rb"<\1Gone", weather(RAIN, {}))
    with pytest.raises(BadInput, match=part):
        read(data, city)


def test_every_real_sample_is_read(shared: Path, city: City) -> None:
    outcomes = {}
    for path in sorted((*shared.glob("data/jma_xml/*.xml"), *shared.glob("data/jma_xml_live/*.xml"))):
        outcomes[path.name] = documents.read_file(path, city).outcome
    assert len(outcomes) > 100
    assert [name for name, said in outcomes.items() if said == "city" and "取消" not in said] == [
        "32-35_06_03_240613_VXSE53.xml", "32-35_06_05_240613_VXSE53.xml", "32-35_07_06_240613_VXSE53.xml",
        "32-35_08_07_240613_VXSE53.xml", "32-35_10_01_220510_VXSE51.xml",
    ]  # fmt: skip


def test_the_samples_of_the_new_scheme_as_if_they_were_ours(shared: Path, city: City) -> None:
    said = set()
    for path in shared.glob("data/jma_xml/15_16_*_VPWW*.xml"):
        ours = path.read_bytes().replace(b"<Code>0121400</Code>", b"<Code>0921000</Code>")
        said |= {(m.event, m.kind, m.level) for m in read(ours, city) if m.message_type != "cancel"}
    assert {
        ("rain", "43", 4),
        ("landslide", "49", 4),
        ("storm", "05", None),
        ("heavy_snow", "06", None),
    } <= said


def test_every_form_of_bulletin_has_a_reader_and_every_kind_words() -> None:
    assert {kind.event for kind in jma_codes.KINDS.values()} <= set(jma_codes.ENGLISH)
    assert FLOOD in jma_codes.BULLETINS

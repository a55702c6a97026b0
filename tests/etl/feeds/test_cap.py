"""CAP 1.2: what is valid, what concerns the city, and that what we write is read again."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from etl.feeds import documents
from gis_core.city import City, load_city
from gis_core.errors import BadInput
from layers.alerts import Incoming
from layers.cap import to_cap
from machizu.environment import DEFAULT_CITY

HERE = "36.86,140.00 36.86,140.03 36.88,140.03 36.88,140.00 36.86,140.00"
AREA = f"<area><areaDesc>中心部</areaDesc><polygon>{HERE}</polygon></area>"


def info(area: str = AREA, language: str = "ja", **changes: str) -> str:
    said = {
        "category": "Met", "event": "大雨", "urgency": "Expected", "severity": "Severe", "certainty": "Likely",
        "expires": "2026-08-01T15:00:00+09:00", "headline": "大雨です", **changes,
    }  # fmt: skip
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if value)
    return f"<info><language>{language}</language>{inside}{area}</info>"


def alert(*infos: str, **changes: str) -> bytes:
    said = {
        "identifier": "otawara.1", "sender": "bosai@example.jp", "sent": "2026-08-01T12:00:00+09:00", "status": "Actual",
        "msgType": "Alert", "scope": "Public", **changes,
    }  # fmt: skip
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if value)
    return f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{inside}{"".join(infos or (info(),))}</alert>'.encode()


def read(data: bytes, city: City) -> list[Incoming]:
    return list(documents.read(data, "x.cap", city).messages)


def test_a_message_is_read_and_waits_to_be_published(city: City) -> None:
    (message,) = read(alert(), city)
    assert (message.severity, message.status, message.message_type, message.official) == (
        "Severe",
        "actual",
        "alert",
        False,
    )
    assert (message.name, message.headline) == ({"ja": "大雨"}, {"ja": "大雨です"})


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (alert(scope=""), "scope"), (alert(identifier=""), "identifier"), (alert(identifier="a b"), "identifier"),
        (alert(sent="2026-08-01T03:00:00Z"), "sent"), (alert(sent="2026-08-01"), "sent"), (alert(status="Real"), "status"),
        (alert(msgType="Update"), "references"), (alert(msgType="Cancel", references="x"), "references"),
        (alert(info(severity="Huge")), "severity"), (alert(info(event="")), "event"), (alert(info(category="Rain")), "category"),
        (alert(info("<area><polygon>1,2</polygon></area>")), "areaDesc"),
        (alert(info(f"<area><areaDesc>x</areaDesc><polygon>{HERE} 1,1</polygon></area>")), "polygon"),
        (alert(info("<area><areaDesc>x</areaDesc><polygon>140,36 140,37 141,37 140,36</polygon></area>")), "polygon"),
        (alert(info("<area><areaDesc>x</areaDesc><circle>36.9,140 nan</circle></area>")), "polygon / circle"),
        (alert().replace(b"cap:1.2", b"cap:1.1"), "xmlns"),
    ],
)  # fmt: skip
def test_what_the_standard_does_not_allow_is_refused_by_name(city: City, data: bytes, named: str) -> None:
    with pytest.raises(BadInput, match=named):
        read(data, city)


def test_polygons_and_circles_are_latitude_first(city: City) -> None:
    (message,) = read(alert(), city)
    assert shapely.from_wkb(message.area).bounds == (140.0, 36.86, 140.03, 36.88)
    circle = "<area><areaDesc>x</areaDesc><circle>36.87,140.01 1</circle></area>"
    (message,) = read(alert(info(circle)), city)
    west, south, east, north = shapely.from_wkb(message.area).bounds
    assert [round(v * 1000, 2) for v in (north - south, east - west)] == [18.02, 22.43]


@pytest.mark.parametrize(
    ("area", "concerns"),
    [
        ("<area><areaDesc>x</areaDesc><circle>35.0,139.0 10</circle></area>", False),
        (
            "<area><areaDesc>x</areaDesc><geocode><valueName>JIS</valueName><value>092100</value></geocode></area>",
            True,
        ),
        (
            "<area><areaDesc>x</areaDesc><geocode><valueName>JMA</valueName><value>0921300</value></geocode></area>",
            False,
        ),
        ("<area><areaDesc>栃木県大田原市</areaDesc></area>", True),
        ("", True),
    ],
)
def test_only_what_touches_or_names_the_city_concerns_it(city: City, area: str, concerns: bool) -> None:
    assert bool(read(alert(info(area)), city)) == concerns


def test_blocks_of_several_languages_are_one_message(city: City) -> None:
    both = alert(
        info(), info(language="en-US", headline="Heavy rain"), info(language="zh-Hans", severity="Extreme")
    )
    one, other = read(both, city)
    assert one.headline == {"ja": "大雨です", "en": "Heavy rain"}
    assert (other.severity, other.identifier != one.identifier) == ("Extreme", True)


@pytest.mark.parametrize(
    ("written", "status"), [("Exercise", "exercise"), ("Test", "test"), ("Draft", "test"), ("System", "test")]
)
def test_what_is_not_meant_is_marked(city: City, written: str, status: str) -> None:
    assert [m.status for m in read(alert(status=written), city)] == [status]


def test_an_update_names_what_it_replaces(city: City) -> None:
    first = read(alert(), city)[0]
    (update,) = read(alert(identifier="otawara.2", msgType="Update", references=first.reference), city)
    assert update.refers_to == (first.reference,)
    assert read(alert(identifier="a", msgType="Ack", references=first.reference), city) == []


@pytest.mark.parametrize("scope", ["Restricted", "Private"])
def test_what_is_not_for_the_public_is_not_kept(city: City, scope: str) -> None:
    assert read(alert(scope=scope), city) == []


def test_the_real_messages_are_read_or_refused(shared: Path, city: City) -> None:
    said = {}
    for path in sorted(shared.glob("data/cap/*.cap")):
        try:
            said[path.stem] = documents.read_file(path, city).outcome
        except BadInput as error:
            said[path.stem] = error.message.en.split(": ")[1].split(" =")[0]
    assert said == {
        "australia": "elsewhere", "earthquake": "xmlns", "invalid": "scope", "no_optional_fields": "xmlns", "weather": "xmlns",
    }  # fmt: skip


def shown(message: Incoming, **changes: Any) -> dict[str, Any]:
    """A message as `alerts_statement` gives it."""
    area = shapely.geometry.mapping(shapely.from_wkb(message.area)) if message.area else None
    return {
        **vars(message),
        "area": area,
        "areas": [*message.areas],
        "refers_to": [*message.refers_to],
        **changes,
    }


def test_what_we_write_is_valid_and_reads_the_same(city: City) -> None:
    (message,) = read(alert(info(), info(language="en", headline="Heavy rain", event="Rain")), city)
    (again,) = read(to_cap(shown(message), "machizu@city.example"), city)
    for name in (
        "severity",
        "urgency",
        "certainty",
        "category",
        "name",
        "headline",
        "sent",
        "expires",
        "status",
    ):
        assert getattr(again, name) == getattr(message, name)
    assert shapely.equals(shapely.from_wkb(again.area), shapely.from_wkb(message.area))


def test_an_all_clear_says_so(city: City) -> None:
    message = read(alert(), city)[0]
    assert b"AllClear" in to_cap(shown(message, message_type="cancel"), "x")


@given(
    headline=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
        min_size=1,
    )
)
def test_any_text_survives(headline: str) -> None:
    city = load_city(DEFAULT_CITY)
    message = read(alert(), city)[0]
    (again,) = read(to_cap(shown(message, headline={"ja": headline}), "x"), city)
    assert again.headline.get("ja", "") == headline.strip()


def test_every_message_of_the_weather_service_can_be_written(city: City) -> None:
    from tests.etl.feeds.bulletins import RAIN, flood, quake, weather

    for data in (weather(RAIN, {"43": "発表"}), weather(RAIN, {}), flood("40"), quake("5+")):
        (message,) = read(data, city)
        assert [m.status for m in read(to_cap(shown(message), "x"), city)] == ["actual"]

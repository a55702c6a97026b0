"""Bulletins as the Japan Meteorological Agency writes them, made for the tests after its published samples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9))
NOON = datetime(2026, 8, 1, 3, tzinfo=UTC)
RAIN, SLOPES, OLD = (
    "気象警報・注意報（Ｒ０６）（大雨）",
    "気象警報・注意報（Ｒ０６）（土砂）",
    "気象警報・注意報（Ｈ２７）",
)
OTHER, FLOOD, QUAKE = (
    "気象警報・注意報（Ｒ０６）（その他注意報）",
    "指定河川洪水予報",
    "震源・震度に関する情報",
)
OFFICE = "宇都宮地方気象台"

NAMES = {
    "43": "レベル４大雨危険警報", "03": "レベル３大雨警報", "10": "レベル２大雨注意報", "49": "レベル４土砂災害危険警報",
    "09": "レベル３土砂災害警報", "33": "レベル５大雨特別警報", "14": "雷注意報", "20": "濃霧注意報", "99": "新しい特別警報",
}  # fmt: skip


def report(
    title: str,
    body: str,
    minute: int = 0,
    *,
    headline: str = "",
    status: str = "通常",
    info: str = "発表",
    event: str = "",
    serial: str = "",
    office: str = OFFICE,
    valid: str = "",
    kind: str = "meteorology1",
) -> bytes:
    """A bulletin sent `minute` minutes after noon."""
    sent = NOON + timedelta(minutes=minute)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/" xmlns:jmx="http://xml.kishou.go.jp/jmaxml1/">
<Control><Title>{title}</Title><DateTime>{sent:%Y-%m-%dT%H:%M:%SZ}</DateTime><Status>{status}</Status>
<EditorialOffice>{office}</EditorialOffice><PublishingOffice>{office}</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>栃木県{title}</Title>
<ReportDateTime>{sent.astimezone(JST).isoformat()}</ReportDateTime>{f"<ValidDateTime>{valid}</ValidDateTime>" if valid else ""}
<EventID>{event}</EventID><InfoType>{info}</InfoType><Serial>{serial}</Serial>
<Headline><Text>栃木県では、警戒してください。</Text>{headline}</Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/{kind}/">{body}</Body>
</Report>""".encode()


def weather(
    title: str, kinds: dict[str, str], minute: int = 0, *, city: str = "0921000", **more: str
) -> bytes:
    """A bulletin of warnings that gives the city these kinds with their status; none of them: nothing holds."""
    said = "".join(
        f"<Kind><Name>{NAMES[code]}</Name><Code>{code}</Code><Status>{state}</Status></Kind>"
        for code, state in kinds.items()
    )
    none = "<Kind><Status>発表警報・注意報はなし</Status></Kind>"
    body = f"""<Warning type="気象警報・注意報（市町村等）">
<Item>{none}<Area><Name>宇都宮市</Name><Code>0920100</Code></Area></Item>
<Item>{said or none}<Area><Name>ここ</Name><Code>{city}</Code></Area></Item></Warning>"""
    return report(title, body, minute, **more)


def quake(intensity: str, minute: int = 0, *, city: str = "0921000", **more: str) -> bytes:
    """What was felt in one city, by default ours."""
    body = f"""<Intensity><Observation><MaxInt>{intensity}</MaxInt><Pref><Name>県</Name><Code>09</Code>
<Area><Name>栃木県北部</Name><Code>310</Code><City><Name>市</Name><Code>{city}</Code><MaxInt>{intensity}</MaxInt></City>
</Area></Pref></Observation></Intensity>"""
    return report(
        QUAKE, body, minute, kind="seismology1", office="気象庁本庁", **{"event": "20260801120000", **more}
    )


def flood(code: str, minute: int = 0, *, river: str = "那珂川", city: str = "", **more: str) -> bytes:
    """A flood forecast of a river, which may name the cities that would be flooded."""
    headline = "".join(
        f"""<Information type="指定河川洪水予報"><Item><Kind><Name>氾濫</Name><Code>{code}</Code></Kind>
<Areas><Area><Name>{name}</Name><Code>{area}</Code></Area></Areas></Item></Information>"""
        for name, area in ((river, "8303030001"), ("栃木県", "090000"))
    )
    named = f"<Areas><Area><City>市</City><CityCode>{city}</CityCode></Area></Areas>" if city else ""
    body = f"""<Warning type="指定河川洪水予報"><Item><Kind><Property><Type>主文</Type><Text>氾濫のおそれ。</Text></Property></Kind>
</Item><Item><Kind/>{named}</Item></Warning>"""
    return report(FLOOD, body, minute, headline=headline, **{"event": "830303000100", "serial": "1", **more})

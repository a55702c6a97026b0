"""A load report as one page that stands alone: for the screen, a telephone, and A4 paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from etl.meanings import Meaning, meaning
from etl.remarks import SEVERITY_WORDS
from etl.transformations import way_to_wgs84
from gis_core.city import City
from gis_core.definition import LayerDefinition
from gis_core.errors import Message
from gis_core.issues import Severity

_FIRST_ROWS = 5
_ALL_ROWS = 500
_LONGEST_VALUE = 120
_ENGLISH: dict[Severity, str] = {"error": "error", "warning": "warning", "fixed": "repaired"}
_ORDER: tuple[Severity, ...] = ("error", "warning", "fixed")

_STATES = {
    "checked": Message(
        ja="検査だけを行いました。地図は変わっていません。", en="Checked only: the map has not changed."
    ),
    "awaiting_approval": Message(ja="承認を待っています。", en="Waiting for approval."),
    "scheduled": Message(ja="公開の日時を待っています。", en="Waiting for its time of publication."),
    "published": Message(ja="公開しました。", en="Published."),
    "superseded": Message(ja="新しい配信に置き換えられました。", en="A newer delivery has taken its place."),
    "rejected": Message(
        ja="この配信は取り込まれていません。地図は変わっていません。",
        en="This delivery was not taken. The map has not changed.",
    ),
}


@dataclass(frozen=True)
class Column:
    """One line of the mapping: a column of the file and the field it feeds (None for nothing)."""

    name: str
    field: Message | None
    guessed: bool = False


@dataclass(frozen=True)
class Group:
    """The issues of one rule at one severity, in the file's order."""

    rule: str
    severity: Severity
    words: Message
    meaning: Meaning
    issues: Sequence[Mapping[str, Any]]

    @property
    def first(self) -> Sequence[Mapping[str, Any]]:
        """Return the issues that are shown in the group."""
        return self.issues[:_FIRST_ROWS]


def render(report: Mapping[str, Any], definition: LayerDefinition, *, city: City, when: datetime) -> str:
    """Return the HTML of a load report (the object of `machizu load --json`); `when` is the moment of the check.

    Nothing in it is fetched or run: no script, no link out. All values are escaped.
    """
    issues = report["issues"]
    return _template().render(
        report=report,
        layer=_both(definition.title),
        when=when.astimezone(ZoneInfo(city.time_zone)),
        verdict=verdict(report),
        state=_STATES[report["state"]],
        columns=list(_columns(report, definition)),
        way=way_to_wgs84(report["crs"], city),
        groups=_groups(issues),
        counts={severity: sum(i["severity"] == severity for i in issues) for severity in _ORDER},
        words={severity: _severity(severity) for severity in _ORDER},
        rows=issues[:_ALL_ROWS],
        left_out=max(len(issues) - _ALL_ROWS, 0),
        shown=_shown,
    )


def verdict(report: Mapping[str, Any]) -> Message:
    """Return in a sentence what came of the file."""
    read, accepted, rejected = (report["rows"][name] for name in ("read", "accepted", "rejected"))
    if not read:
        return Message(ja="このファイルは読み込めませんでした。", en="This file could not be used.")
    if not accepted:
        return Message(
            ja=f"{read} 行のうち、取り込める行がありません。", en=f"None of the {read} rows can be taken."
        )
    if rejected:
        return Message(
            ja=f"{read} 行のうち {accepted} 行は取り込めます。{rejected} 行は直してください。",
            en=f"{accepted} of {read} rows can be taken. Mend {rejected} of them.",
        )
    if any(issue["severity"] == "error" for issue in report["issues"]):
        return Message(
            ja=f"{read} 行すべてを読めましたが、全体の問題があります。",
            en=f"All {read} rows were read, but there is a fault of the whole.",
        )
    return Message(ja=f"{read} 行すべてを取り込めます。", en=f"All {read} rows can be taken.")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("etl"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


_OWN = "（ファイルの図形 / the file's own geometry）"
# A file without positions has no coordinate system either.
_BY_ADDRESS = "（住所から / by the address）"


def _columns(report: Mapping[str, Any], definition: LayerDefinition) -> Iterable[Column]:
    """Return the columns in the layer's order, then those that feed nothing."""
    guessed = {issue["column"] for issue in report["issues"] if issue["rule"] == "mapping.guessed"}
    titles = {field.name: _both(field.title) for field in definition.fields}
    titles["geom"] = Message(ja="位置", en="Position")
    for field, column in report["mapping"].items():
        if column is None:
            yield Column(_OWN if report["crs"] else _BY_ADDRESS, titles["geom"])
            continue
        names = [column] if isinstance(column, str) else column
        for name in names:
            yield Column(name, titles.get(field, Message(ja=field, en=field)), name in guessed)
    for name in report["unmapped_columns"]:
        yield Column(name, None)


def _groups(issues: Sequence[Mapping[str, Any]]) -> list[Group]:
    """Gather issues by severity and rule: errors first, then what occurs most."""
    found: dict[tuple[Severity, str], list[Mapping[str, Any]]] = {}
    for issue in issues:
        found.setdefault((issue["severity"], issue["rule"]), []).append(issue)
    groups = [
        Group(rule, severity, _severity(severity), meaning(rule), told)
        for (severity, rule), told in found.items()
    ]
    return sorted(groups, key=lambda group: (_ORDER.index(group.severity), -len(group.issues)))


def _severity(severity: Severity) -> Message:
    return Message(ja=SEVERITY_WORDS[severity], en=_ENGLISH[severity])


def _both(texts: Mapping[str, str]) -> Message:
    return Message(ja=texts["ja"], en=texts.get("en", texts["ja"]))


def _shown(value: str) -> str:
    """Shorten a value that would fill the page."""
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"

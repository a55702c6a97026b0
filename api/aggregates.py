"""Counts and sums by property, area, grid square or time, as JSON, CSV or, with the grid's cells, GeoJSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import orjson
from starlette.responses import Response

from api import selecting
from api.answers import answer, unchanged
from api.asked import Asked
from api.declared import MESH_LEVELS
from api.features import collection_link
from api.links import GEOJSON, JSON, self_and_alternates
from gis_core.boxes import Box
from gis_core.definition import Field
from gis_core.errors import BadParameter, Message
from gis_core.formulas import neutralise
from layers.aggregates import (
    GROUPS_MAXIMUM,
    PERIODS,
    ByArea,
    ByField,
    ByMesh,
    ByPeriod,
    Grouping,
    MeshLevel,
    aggregate_statement,
    hidden,
    is_sensitive,
    mesh_box,
)
from layers.catalogue import LayerInfo

CSV = "text/csv; charset=utf-8"
FORMATS = {"json": JSON, "csv": CSV, "geojson": GEOJSON}
# Excel takes a CSV file for UTF-8 only with this mark.
MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Group:
    """One line of the answer; count and sums are None where they are hidden."""

    value: Any
    title: str | None
    count: int | None
    sums: Mapping[str, int | float | None]
    box: Box | None = None
    suppressed: bool = False

    def members(self) -> dict[str, Any]:
        """Return the line as JSON says it."""
        said = {"value": self.value, "count": self.count, "sum": self.sums}
        if self.title is not None:
            said["title"] = self.title
        return said | ({"suppressed": True} if self.suppressed else {})


async def aggregate(asked: Asked) -> Response:
    """Answer with one group for each value there is, and the total. Small counts may be hidden."""
    info = asked.layer
    by, sums = _grouping(asked, info), _sums(asked, info)
    query = selecting.items_query(asked, info, None)
    # Areas may have changed where the layer has not.
    form = f"{info.form} {by.areas.revision} {by.areas.form}" if isinstance(by, ByArea) else info.form
    tag = asked.tag(info.revision, form)
    if (same := unchanged(asked, tag)) is not None:
        return same
    rows = await asked.service.database.rows(aggregate_statement(info, query, by, sums))
    if len(rows) > GROUPS_MAXIMUM:
        raise BadParameter(
            "by",
            Message(
                f"by の値が {GROUPS_MAXIMUM:,} 種類を超えます。条件で絞るか、別の分け方にしてください。",
                f"There are more than {GROUPS_MAXIMUM:,} values of by. Add conditions, or group by something else.",
            ),
        )
    groups, total = _groups(asked, info, by, sums, rows)
    body = WRITERS[asked.media](asked, info, groups, total)
    return await answer(asked, body, tag=tag)


def _groups(
    asked: Asked, info: LayerInfo, by: Grouping | None, sums: Sequence[Field], rows: Sequence[Sequence[Any]]
) -> tuple[list[Group], Group]:
    """Return the groups, none where nothing groups, and the total."""
    counts = [row[1] for row in rows]
    places, total_too = hidden(counts) if is_sensitive(info) else (frozenset[int](), False)
    added = [None, sum(counts), *(sum(filter(None, column)) for column in _columns(rows, len(sums)))]
    total = _group(None, None, added, sums, suppressed=total_too)
    if by is None:
        return [], total
    groups = []
    for place, row in enumerate(rows):
        value, title, box = _named(asked, by, row[0])
        groups.append(_group(value, title, row, sums, box=box, suppressed=place in places))
    return groups, total


def _columns(rows: Sequence[Sequence[Any]], count: int) -> list[list[Any]]:
    return [[row[2 + place] for row in rows] for place in range(count)]


def _group(
    value: Any,
    title: str | None,
    row: Sequence[Any],
    sums: Sequence[Field],
    *,
    box: Box | None = None,
    suppressed: bool,
) -> Group:
    if suppressed:
        return Group(value, title, None, {field.name: None for field in sums}, box, suppressed=True)
    plain = {field.name: _plain(added) for field, added in zip(sums, row[2:], strict=True)}
    return Group(value, title, row[1], plain, box)


def _plain(added: Any) -> int | float | None:
    """The sum of whole numbers comes as a decimal, so that it never overflows."""
    return int(added) if isinstance(added, Decimal) else cast("int | float | None", added)


def _named(asked: Asked, by: Grouping, key: Any) -> tuple[Any, str | None, Box | None]:
    if isinstance(by, ByMesh):
        return (None, None, None) if key is None else (*_cell(key, by.level),)
    if isinstance(by, ByField | ByArea):
        titles = {choice.value: choice.title.to(asked.language) for choice in by.field.choices}
        return key, titles.get(str(key)) if key is not None else None, None
    return key, None, None


def _cell(key: str, level: MeshLevel) -> tuple[str, None, Box]:
    code, box = mesh_box(key, level)
    return code, None, box


def _as_json(asked: Asked, info: LayerInfo, groups: Sequence[Group], total: Group) -> bytes:
    said = total.members()
    del said["value"]
    content = {
        "collection": info.id,
        "by": asked.query.get("by"),
        "groups": [group.members() for group in groups],
        "total": said,
        "links": [*self_and_alternates(asked), collection_link(asked, info)],
    }
    return orjson.dumps(content)


def _as_geojson(asked: Asked, info: LayerInfo, groups: Sequence[Group], total: Group) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": _polygon(group.box),
            "properties": {
                "value": group.value,
                "title": group.title,
                "count": group.count,
                **{f"sum_{name}": added for name, added in group.sums.items()},
                "suppressed": group.suppressed,
            },
        }
        for group in groups
    ]
    return orjson.dumps({"type": "FeatureCollection", "numberReturned": len(features), "features": features})


def _polygon(box: Box | None) -> dict[str, Any] | None:
    if box is None:
        return None
    west, south, east, north = box.as_tuple()
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [ring]}


def _as_csv(asked: Asked, info: LayerInfo, groups: Sequence[Group], total: Group) -> bytes:
    """A line for each group, or the total where nothing groups; an empty count is a hidden one."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(["value", "title", "count", *(f"sum_{name}" for name in total.sums), "suppressed"])
    for group in groups or ([] if "by" in asked.query else [total]):
        words = [neutralise(str(said)) if said is not None else "" for said in (group.value, group.title)]
        writer.writerow([*words, group.count, *group.sums.values(), "true" if group.suppressed else ""])
    return MARK + lines.getvalue().encode()


WRITERS = {JSON: _as_json, CSV: _as_csv, GEOJSON: _as_geojson}


def _sums(asked: Asked, info: LayerInfo) -> list[Field]:
    names = [name for name in asked.query.get("sum", "").split(",") if name]
    numbers = {f.name: f for f in info.fields if f.type in ("integer", "number") and not f.choices}
    for name in names:
        if name not in numbers or names.count(name) > 1:
            known = ", ".join(numbers) or "-"
            raise BadParameter(
                "sum",
                Message(
                    f"sum の「{name[:60]}」は合計できません。数の項目を一度だけ書けます：{known}",
                    f"Cannot sum up “{name[:60]}”. Each of these, once: {known}",
                ),
            )
    return [numbers[name] for name in names]


def _grouping(asked: Asked, info: LayerInfo) -> Grouping | None:
    """Return how the features are grouped. Raises `BadParameter`."""
    text = asked.query.get("by")
    if text is None:
        return None
    kind, _, rest = text.partition(":")
    fields = {f.name: f for f in info.fields}
    made: Grouping | None = None
    if text in fields:
        made = ByField(fields[text])
    elif kind == "mesh":
        made = ByMesh(cast(MeshLevel, int(rest))) if rest in MESH_LEVELS else None
    elif kind == "area":
        made = _by_area(asked, rest)
    elif kind in PERIODS:
        made = _by_period(info, kind, rest)
    if made is None:
        raise _bad_grouping(text, info)
    return made


def _by_area(asked: Asked, text: str) -> Grouping | None:
    layer, _, name = text.partition(".")
    areas = asked.catalogue.layers.get(layer)
    if areas is None or not areas.definition.geometry.endswith("Polygon"):
        return None
    field = next((f for f in areas.fields if f.name == name), None)
    return ByArea(areas, field) if field else None


def _by_period(info: LayerInfo, period: str, name: str) -> Grouping | None:
    wanted = [f for f in info.fields if f.name == name] if name else [info.field_with_role("start")]
    field = wanted[0] if wanted else None
    if field is None or field.type not in ("date", "datetime"):
        return None
    return ByPeriod(field, "year" if period == "year" else "month")


def _bad_grouping(text: str, info: LayerInfo) -> BadParameter:
    names = ", ".join(f.name for f in info.fields)
    levels = "|".join(MESH_LEVELS)
    return BadParameter(
        "by",
        Message(
            f"by の「{text[:80]}」では分けられません。使えるもの：項目（{names}）、area:面のレイヤ.項目、mesh:{levels}、year、month（日付の項目が複数あるときは year:項目）",
            f"Cannot group by “{text[:80]}”. Possible: a property ({names}), area:LAYER.PROPERTY of a layer of areas, mesh:{levels}, year, month (year:PROPERTY where there are several dates)",
        ),
    )

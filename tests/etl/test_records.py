"""Feeds in JSON and XML through a declared path."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from etl.formats import vector
from etl.table import Options, Table
from gis_core.errors import BadInput

HITS = {"took": 3, "hits": {"total": 2, "hits": [
    {"_id": "a", "_source": {"name": "本館", "at": {"lat": 36.871, "lon": 140.016}, "tags": ["x", "y"], "open": True}},
    {"_id": "b", "_source": {"name": "別館", "level": 2.0}},
]}}  # fmt: skip
RSS = (
    '<?xml version="1.0" encoding="{}"?><rss xmlns:geo="http://a/b"><channel><title>t</title>'
    '<item id="1"><name>本館</name><geo:lat>36.871</geo:lat><tag>x</tag><tag>y</tag><at><town>本町</town></at></item>'
    '<item id="2"><name>別館</name></item></channel></rss>'
)


def read(path: Path, content: Any, records: str | None = None) -> Table:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (table,) = vector.tables(path, Options(records=records), lambda _: 0)
    return table


def rows(table: Table) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if v is not None} for row in table.cells.to_dict("records")]


def test_a_path_leads_to_records_and_nested_keys_are_joined(tmp_path: Path) -> None:
    assert rows(read(tmp_path / "a.json", HITS, "hits.hits[]._source")) == [
        {"name": "本館", "tags": "x;y", "open": "TRUE", "at.lat": "36.871", "at.lon": "140.016"},
        {"name": "別館", "level": "2"},
    ]


def test_an_array_of_records_needs_no_path(tmp_path: Path) -> None:
    assert rows(read(tmp_path / "a.json", [{"town": "本町"}, {"town": "浅香"}])) == [
        {"town": "本町"}, {"town": "浅香"}]  # fmt: skip
    assert len(rows(read(tmp_path / "a.json", '{"a": 1}\n{"a": 2}\n'))) == 2


def test_an_object_of_records_keeps_its_keys(tmp_path: Path) -> None:
    stations = {"stations": {"44132": {"name": "東京"}, "41277": {"name": "大田原"}}}
    assert rows(read(tmp_path / "a.json", stations, "stations[]"))[1] == {"@key": "41277", "name": "大田原"}


def test_records_may_carry_geometry(tmp_path: Path) -> None:
    place = {"name": "本館", "location": {"type": "Point", "coordinates": [140.016, 36.871]}}
    table = read(tmp_path / "a.json", {"items": [place, {"name": "別館"}]}, "items[]")
    assert table.geometry is not None
    assert (list(table.geometry), table.crs) == ([shapely.Point(140.016, 36.871), None], "EPSG:4326")
    assert rows(table)[0] == {"name": "本館"}


@pytest.mark.parametrize("encoding", ["UTF-8", "Shift_JIS", "EUC-JP"])
def test_xml_in_any_declared_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.xml").write_bytes(RSS.format(encoding).encode(encoding))
    (table,) = vector.tables(tmp_path / "a.xml", Options(records="rss.channel.item[]"), lambda _: 0)
    assert rows(table) == [
        {"@id": "1", "name": "本館", "lat": "36.871", "tag": "x;y", "at.town": "本町"},
        {"@id": "2", "name": "別館"},
    ]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (None, r"候補：hits\.hits\[\]"),
        ("hits.items[]", r"「items」で行き止まりです。そこにあるのは：total、hits"),
        ("hits.total[]", r"「total\[\]」で行き止まり"),
        ("hits..hits", "名前を . でつなぎ"),
        ("hits.hits[0]", "名前を . でつなぎ"),
        ("took", "「took」で行き止まり"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_there_is(tmp_path: Path, path: str | None, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(tmp_path / "a.json", HITS, path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", '{"a": [1, 2', "JSON として読めません"),
        ("a.json", "[" * 5000, "JSON として読めません"),
        ("a.json", '{"a": 1}', "データの並びがありません"),
        ("a.xml", "<?xml version='1.0'?>" + "<a>" * 500, "500|100 levels"),
        ("a.xml", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a><d>&b;</d></a>", "DOCTYPE"),
        ("a.xml", "<?xml version='1.0' encoding='ebcdic'?><a/>", "XML として読めません"),
    ],
)
def test_broken_feeds_are_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read(tmp_path / name, text)


def test_a_path_for_a_file_without_records_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.fgb").write_bytes(b"fgb\x03")
    with pytest.raises(BadInput, match="--records は使えません"):
        list(vector.tables(tmp_path / "a.fgb", Options(records="a[]"), lambda _: 0))


def test_a_feed_beyond_its_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.json").open("wb") as file:
        file.write(b'[{"a":1},')
        file.truncate(65 * 1024**2)
    with pytest.raises(BadInput, match="上限 64 MiB"):
        list(vector.tables(tmp_path / "a.json", Options(), lambda _: 0))

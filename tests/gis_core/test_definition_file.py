"""A wrong definition is told by file, line, key and remedy, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis_core.definition import LayerDefinition
from gis_core.definition_file import read_definition
from gis_core.errors import BadInput

GOOD = """\
id: parks
title: {ja: 公園, en: Parks}
theme: facility
department: planning
geometry: MultiPolygon
style: {color: "#338833"}
keys: [[identifier]]
fields:
  - name: identifier
    type: string
    title: {ja: 番号}
  - name: kind
    type: string
    title: {ja: 種別}
    choices:
      - {value: a, title: {ja: 街区公園}}
rules:
  - {rule: no_overlap, tolerance_m2: 1}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "parks.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_definition_is_read(tmp_path: Path) -> None:
    definition = read_definition(write(tmp_path, GOOD))
    assert isinstance(definition, LayerDefinition)
    assert (definition.id, definition.keys) == ("parks", (("identifier",),))
    assert definition.rules[0].options == {"tolerance_m2": 1}
    assert definition.field_named("kind").choices[0].title["ja"] == "街区公園"


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("type: string\n    title: {ja: 番号}", "type: text\n    title: {ja: 番号}", 10, "string, integer"),
        ("theme: facility\n", "", None, "theme"),
        ("geometry: MultiPolygon", "geometry: Polygons", 5, "MultiPolygon"),
        ('color: "#338833"', "color: green", 6, "#[0-9A-Fa-f]"),
        ("name: kind", "name: geom", 12, "version"),
        ("name: kind", "name: identifier", 12, "twice"),
        ("[[identifier]]", "[[code]]", 7, "identifier, kind"),
        ("tolerance_m2: 1", "tolerance: 1", 18, "tolerance_m2"),
        ("rule: no_overlap", "rule: no_overlaps", 18, "no_overlap"),
        ("keys:", "key:", None, "keys"),
        ("{ja: 種別}", "{en: Kind}", 14, "ja"),
    ],
)
def test_a_fault_names_its_line_key_and_remedy(
    tmp_path: Path, before: str, after: str, line: int | None, said: str
) -> None:
    assert before in GOOD
    with pytest.raises(BadInput) as refused:
        read_definition(write(tmp_path, GOOD.replace(before, after, 1)))
    message = refused.value.message
    assert said in message.en
    assert "parks.yaml" in message.ja
    assert len(message.en) < 900
    if line is not None:
        assert f"line {line}," in message.en
        assert f"{line} 行目" in message.ja


@pytest.mark.parametrize("text", ["", "[]", "a: [", "- 1", "3"])
def test_what_is_no_definition_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"parks\.yaml"):
        read_definition(write(tmp_path, text))


def test_a_missing_or_undecodable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml"):
        read_definition(tmp_path / "none.yaml")
    (tmp_path / "sjis.yaml").write_bytes("title: 公園".encode("cp932"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_definition(tmp_path / "sjis.yaml")

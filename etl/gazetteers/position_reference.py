"""位置参照情報 (国土交通省): towns (大字・町丁目レベル) and blocks or lots (街区レベル), with their positions (JGD2011)."""

from __future__ import annotations

from collections.abc import Iterator

from etl.gazetteers.files import Rows, degrees
from etl.gazetteers.wanted import Wanted
from gis_core.addresses import number_key, split_county
from gis_core.codes import local_government_check_digit
from layers.gazetteer.entries import Entry

_CURRENT = "1"


def source_of(table: Rows) -> str | None:
    """Return which of the two levels the table is, None for another publisher's."""
    if "大字町丁目名" in table.columns and "市区町村コード" in table.columns:
        return "isj_town"
    return "isj_block" if "街区符号・地番" in table.columns else None


def towns(table: Rows, wanted: Wanted) -> Iterator[Entry]:
    """Read 大字・町丁目レベル. Raises `BadInput`."""
    columns = ("都道府県名", "市区町村コード", "市区町村名", "大字町丁目名", "緯度", "経度")
    for prefecture, code, written, town, latitude, longitude in table.select(*columns):
        county, municipality = split_county(written)
        if wanted.has(code, county, municipality):
            lon, lat = degrees(table.file, longitude, latitude)
            yield Entry(
                ident="",
                code=code + local_government_check_digit(code) if len(code) == 5 else code,
                prefecture=prefecture,
                county=county,
                municipality=municipality,
                town=town,
                lon=lon,
                lat=lat,
            )


def blocks(table: Rows, wanted: Wanted) -> Iterator[Entry]:
    """Read 街区レベル: blocks where addresses are by blocks (住居表示フラグ 1), else lots without their branches.

    One number may have several points; the representative one (代表フラグ 1) is taken.
    """
    town_column = table.first_of("大字・丁目名", "大字・町丁目名", "大字町丁目名")
    columns = ("都道府県名", "市区町村名", town_column, "小字・通称名", "街区符号・地番",
               "緯度", "経度", "住居表示フラグ", "代表フラグ")  # fmt: skip
    for (
        prefecture,
        written,
        town,
        koaza,
        number,
        latitude,
        longitude,
        by_block,
        representative,
    ) in table.select(*columns):
        county, municipality = split_county(written)
        if representative == _CURRENT and number and wanted.has("", county, municipality):
            lon, lat = degrees(table.file, longitude, latitude)
            yield Entry(
                ident="",
                prefecture=prefecture,
                county=county,
                municipality=municipality,
                town=town,
                koaza=koaza,
                number=number_key(number),
                level="block" if by_block == _CURRENT else "lot",
                lon=lon,
                lat=lat,
            )

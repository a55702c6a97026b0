"""Which files go to the readers of geometry and feeds."""

from pathlib import Path

import pytest

from etl.formats.recognition import is_geometry_or_feed


@pytest.mark.parametrize(
    ("name", "head", "ours"),
    [
        ("a.txt", b'{"type": "FeatureCollection"', True),
        ("a.json", b"\xef\xbb\xbf [1]", True),
        ("a.csv", b"[1],2", False),
        ("a.kml", b"<?xml version='1.0'?><kml><Style><text><![CDATA[<table><tr>", True),
        ("a.kml", b"<kml>", True),
        ("a.kml", b'<!DOCTYPE kml [<!ENTITY a "b">]><kml>', True),
        ("a.xml", "<?xml version='1.0' encoding='UTF-16'?><a>".encode("utf-16"), True),
        ("a.xml", b"<?xml version='1.0'?><OGRVRTDataSource>", True),
        ("a.vrt", b"<OGRVRTDataSource>", False),
        ("a.xls", b"<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?>\n<Workbook>", False),
        ("a.xls", b"<html><table>", False),
        ("a.xls", b"<!doctype html><html>", False),
        ("a.dxf", b"  0\nSECTION", True),
        ("a.bin", b"PAR1", True),
        ("a.csv", b"a,b\n", False),
    ],
)
def test_files_are_told_by_their_beginning(name: str, head: bytes, ours: bool) -> None:
    assert is_geometry_or_feed(Path(name), head) is ours

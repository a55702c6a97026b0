import json

from etl.report import LoadReport
from tests.etl.conftest import HERE, Check, Write


def test_the_report_is_the_contract(write: Write, checked: Check) -> None:
    done = checked(write(f"ID,名称,備考2,緯度,経度\n1,甲,,140.016,36.871\n2,,,{HERE}\n", encoding="cp932"))
    diff = {"added": 1, "changed": 0, "removed": 0, "unchanged": 0}
    report = LoadReport(done.report.as_dict(), diff, None, "checked").as_dict()
    issues = report.pop("issues")
    assert report == {
        "layer": "places", "file": "場所.csv", "format": "CSV", "encoding": "cp932", "crs": "EPSG:6668",
        "mapping": {"identifier": "ID", "name": "名称", "geom": ["経度", "緯度"]}, "unmapped_columns": ["備考2"],
        "rows": {"read": 2, "accepted": 1, "rejected": 1}, "diff": diff, "load": None, "state": "checked",
    }  # fmt: skip
    assert json.loads(json.dumps(issues, ensure_ascii=False)) == issues
    assert [set(issue) for issue in issues] == [
        {"row", "column", "field", "rule", "severity", "value", "message"},
        {"row", "column", "field", "rule", "severity", "value", "message"},
    ]
    assert [issue["rule"] for issue in issues] == ["coordinates.swapped", "required.missing"]
    assert all(set(issue["message"]) == {"ja", "en"} for issue in issues)

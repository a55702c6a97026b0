import pytest
import shapely

from gis_core.errors import BadInput
from tests.etl.conftest import Check, Write, layer, rules

HALL = (140.0155, 36.8712)
# The same place in JGD2011 plane zone IX: X (north) and Y (east) in metres.
NORTH, EAST = "96680.363", "16240.652"


def places(done: object) -> list[tuple[float, float]]:
    points = shapely.from_wkb([row[-1] for row in done.rows])  # type: ignore[attr-defined]
    return [(round(p.x, 4), round(p.y, 4)) for p in points]


@pytest.mark.parametrize(
    "header", ["緯度,経度", "lat,lon", "Latitude,LNG", "緯 度,経 度", "北緯（度）,東経（度）", "y,x"]
)  # fmt: skip
def test_coordinate_columns_are_known_by_name(write: Write, checked: Check, header: str) -> None:
    if header.startswith("北緯"):
        header = "北緯,東経"
    done = checked(write(f"名称,{header}\n本館,36.8712,140.0155\n"))
    assert (places(done), done.report.crs) == ([HALL], "EPSG:6668")
    assert done.report.mapping["geom"] == header.split(",")[::-1]


@pytest.mark.parametrize("lat", ["36°52′16.32″", "３６．８７１２", "北緯36度52分16.32秒", " 36.8712 "])
def test_degrees_in_other_writings_are_read(write: Write, checked: Check, lat: str) -> None:
    assert places(checked(write(f"名称,緯度,経度\n本館,{lat},140.0155\n"))) == [HALL]


def test_every_bad_position_is_named(write: Write, checked: Check) -> None:
    rows = [
        "140.0155,36.8712",
        "0,0",
        ",",
        "36.8712,",
        "51.5,-0.1",
        "35.68,139.76",
        "本町,140.0155",
        "36.8712,140.0155",
    ]
    text = "名称,緯度,経度\n" + "".join(f"館{i},{row}\n" for i, row in enumerate(rows))
    done = checked(write(text))
    assert rules(done) == [
        (2, "coordinates.swapped", "fixed"),
        (3, "coordinates.zero", "error"),
        (4, "coordinates.missing", "error"),
        (5, "coordinates.missing", "error"),
        (6, "coordinates.outside_japan", "error"),
        (7, "coordinates.outside_city", "warning"),
        (8, "number.unparsable", "error"),
    ]
    assert places(done) == [HALL, (139.76, 35.68), HALL]
    swapped = done.report.issues[0]
    assert (swapped.column, swapped.field, swapped.value) == ("緯度", "geom", "140.0155")


@pytest.mark.parametrize(
    ("header", "row"),
    [("X座標,Y座標", f"{NORTH},{EAST}"), ("x,y", f"{EAST},{NORTH}"), ("x,y", f"{NORTH},{EAST}")],
)
@pytest.mark.parametrize("crs", [None, "EPSG:6677", "平面直角座標系第9系"])
def test_plane_coordinates_in_either_order_are_read(
    write: Write, checked: Check, header: str, row: str, crs: str | None
) -> None:
    done = checked(write(f"名称,{header}\n本館,{row}\n"), crs=crs)
    assert (places(done), done.report.crs) == ([HALL], "EPSG:6677")
    assert [rule for _, rule, _ in rules(done)] == ([] if crs else ["coordinates.guessed"])


def test_a_named_datum_is_obeyed(write: Write, checked: Check) -> None:
    done = checked(write("名称,緯度,経度\n本館,36.8712,140.0155\n"), crs="EPSG:4301")
    assert (done.report.crs, rules(done)) == ("EPSG:4301", [(None, "coordinates.datum", "warning")])
    assert places(done) == [(140.0122, 36.8743)]


@pytest.mark.parametrize(
    ("crs", "row", "says"),
    [
        ("EPSG:6677", "36.8712,140.0155", "値.*は度です"),
        ("EPSG:6668", f"{NORTH},{EAST}", "度ではありません"),
        ("EPSG:6671", f"{NORTH},{EAST}", "大田原市 の外"),
        ("火星", "36.8712,140.0155", "火星"),
        (None, "9668036300,1624065200", "座標系が書かれておらず"),
    ],
)
def test_a_wrong_system_is_refused(
    write: Write, checked: Check, crs: str | None, row: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        checked(write(f"名称,緯度,経度\n本館,{row}\n"), crs=crs)


def test_latitude_and_longitude_make_no_polygon(write: Write, checked: Check) -> None:
    with pytest.raises(BadInput, match="図形の入ったファイル"):
        checked(write("名称,緯度,経度\n本館,36.8712,140.0155\n"), layer("MultiPolygon"))

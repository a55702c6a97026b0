"""Map pictures become values: by the legend's colours, in their place, and never dry where nothing was mapped."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.transform import rowcol

from etl.raster_sources import RasterFile, RasterOptions, Taking, opened
from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from gis_core.definition_file import read_definition
from gis_core.errors import BadInput
from gis_core.tiles import mercator_box, tile_at

ROOT = Path(__file__).resolve().parents[2]
CITY = Box(139.921, 36.768, 140.268, 36.949)
CLEAR, SHALLOW, DEEP, DEEPER = (0, 0, 0, 0), (247, 245, 169, 255), (255, 216, 192, 255), (255, 183, 183, 255)
NODATA = -9999.0
LEAST = np.float32(0.01)

Pixels = NDArray[np.uint8]
# A picture of 0.02° lies at 140°E, 36.9°N; that is 14000, −3690 in hundredths.
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:go="http://purl.org/svgmap/profile" go:dataArea="{area}">'
    '<globalCoordinateSystem srsName="http://purl.org/crs/84" transform="matrix(100.0,0.0,0.0,-100.0,0.0,0.0)"/>'
)
AREA = "14000 -3690 4 2"


def pixels(colour: tuple[int, ...] = CLEAR, side: int = 16) -> Pixels:
    return np.tile(np.array(colour, np.uint8), (side, side, 1))


def png(path: Path, image: Pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = np.pad(image.reshape(len(image), -1), ((0, 0), (1, 0)))
    colours = {3: 2, 4: 6}[image.shape[2]]
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, colours, 0, 0, 0),
        b"IDAT": zlib.compress(rows.tobytes()),
        b"IEND": b"",
    }
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks.items()
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))
    return path


def image(name: str, x: float = 14000, y: float = -3690, side: float = 2) -> str:
    return f'<image xlink:href="{name}" x="{x}" y="{y}" width="{side}" height="{side}"/>'


def part(name: str, scales: str = "") -> str:
    return f'<animation xlink:href="{name}" x="-30000" y="-30000" width="60000" height="60000" {scales}/>'


def container(path: Path, *content: str, area: str = AREA, head: str = HEAD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head.format(area=area) + "".join(content) + "</svg>")
    return path


def taking(**options: Any) -> Taking:
    definition = read_definition(ROOT / "layers/definitions/flood_depth.yaml")
    assert isinstance(definition, RasterDefinition)
    return Taking(definition, CITY, 10**9, RasterOptions(**options))


def painted(path: Path, **options: Any) -> tuple[RasterFile, NDArray[np.float32], Affine]:
    with opened(path, taking(**options)) as made, rasterio.open(made.path) as source:
        return made, source.read(1), source.transform


def rules(made: RasterFile) -> list[str]:
    return [issue.rule for issue in made.issues]


def at(path: Path, **options: Any) -> Callable[[float, float], float]:
    """Read a delivery; return its value at longitude and latitude."""
    _, values, place = painted(path, **options)

    def value(longitude: float, latitude: float) -> float:
        row, column = rowcol(place, longitude, latitude)
        return float(values[int(row), int(column)])

    return value


def test_a_container_puts_pictures_in_their_place(tmp_path: Path) -> None:
    shown = pixels()
    shown[:8, :8] = DEEP
    png(tmp_path / "a.png", shown)
    container(tmp_path / "container.svg", image("a.png"))
    value = at(tmp_path)
    assert value(140.005, 36.895) == 0.5
    # In the area that was looked at nothing is shown; beyond it nothing is known.
    assert value(140.015, 36.895) == value(140.03, 36.89) == 0
    assert painted(tmp_path)[1].shape == (16, 32)


def test_nested_containers_give_the_finest_level_unless_one_is_named(tmp_path: Path) -> None:
    png(tmp_path / "l1/a.png", pixels(DEEPER))
    png(tmp_path / "l2/a.png", pixels(SHALLOW, 32))
    container(tmp_path / "l1/c.svg", image("a.png"))
    container(tmp_path / "l2/c.svg", part("sub.svg"))
    container(tmp_path / "l2/sub.svg", image("a.png"))
    container(
        tmp_path / "root.svg", part("l1/c.svg", 'visibleMaxZoom="9"'), part("l2/c.svg", 'visibleMinZoom="9"')
    )
    container(tmp_path / "container.svg", part("root.svg"), part("../away.svg"), area="12000 -4500 2000 2000")
    made, values, _ = painted(tmp_path)
    assert np.isclose(values.max(), LEAST)
    levels = made.made_from["levels"]
    assert made.made_from["level"] == levels[-1] == levels[0] + 1
    assert painted(tmp_path, level=levels[0])[1].max() == 3
    with pytest.raises(BadInput, match=f"{levels[0]}、{levels[1]}"):
        painted(tmp_path, level=3)


def test_of_several_rivers_the_worst_counts(tmp_path: Path) -> None:
    first, second = pixels(DEEP), pixels()
    second[:, :4], second[:, 4:8] = SHALLOW, DEEPER
    png(tmp_path / "a/a.png", first)
    png(tmp_path / "b/b.png", second)
    container(tmp_path / "a/c.svg", image("a.png"))
    container(tmp_path / "b/c.svg", image("b.png"), area="14000 -3690 2 1")
    made, values, _ = painted(tmp_path)
    assert made.made_from["sets"] == 2
    assert values[0, [0, 4, 8]].tolist() == [0.5, 3, 0.5]


def test_a_picture_that_was_not_delivered_is_not_mapped(tmp_path: Path) -> None:
    png(tmp_path / "a.png", pixels(DEEP))
    container(
        tmp_path / "c.svg", image("a.png"), image("gone.png", x=14002), image("../../etc/b.png", x=14002)
    )
    made, values, _ = painted(tmp_path)
    assert values[0, [0, 20]].tolist() == [0.5, NODATA]
    assert "raster.pictures_missing" in rules(made)


def test_tiles_lie_where_their_names_say(tmp_path: Path) -> None:
    row, column = tile_at(140.0, 36.88, 15)
    shown = pixels(side=256)
    shown[100:200, 100:200] = DEEPER
    png(tmp_path / f"tiles/15/{column}/{row}.png", shown)
    png(tmp_path / f"tiles/14/{column // 2}/{row // 2}.png", pixels(SHALLOW, 256))
    made, values, place = painted(tmp_path)
    assert (made.format, made.made_from["levels"]) == ("XYZ", [14, 15])
    box = mercator_box(15, row, column)
    assert (place.c, place.f, place.a) == pytest.approx((box.west, box.north, (box.east - box.west) / 256))
    assert (values[150, 150], values[0, 0], values.shape) == (3, 0, (256, 256))
    assert "raster.pictures_area" in rules(made)


def test_rows_from_south_are_turned_round(tmp_path: Path) -> None:
    row, column = tile_at(140.0, 36.88, 15)
    png(tmp_path / f"15/{column}/{2**15 - 1 - row}.png", pixels(DEEP, 256))
    made, _, place = painted(tmp_path)
    assert place.f == pytest.approx(mercator_box(15, row, column).north)
    assert "raster.pictures_flipped" in rules(made)


def test_a_picture_with_a_world_file(tmp_path: Path) -> None:
    path = png(tmp_path / "map.png", pixels(DEEP)[..., :3])
    world = tmp_path / "map.pgw"
    world.write_text("10\n0\n0\n-10\n13005\n99995\n")
    with pytest.raises(BadInput, match="--crs"):
        painted(path)
    _, values, place = painted(path, crs="EPSG:6677")
    assert (place.c, place.f, set(values.ravel().tolist())) == (13000, 100000, {0.5})
    packed = tmp_path / "map.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "図/map.png")
        archive.write(world, "図/map.PGW")
    assert painted(packed, crs="EPSG:6677")[1].shape == (16, 16)
    world.write_text("10\n1\n1\n-10\n13005\n99995\n")
    with pytest.raises(BadInput, match=r"map\.pgw"):
        painted(path, crs="EPSG:6677")


def test_a_smoothed_pixel_takes_a_class_that_is_beside_it(tmp_path: Path) -> None:
    """Half of shallow and deeper is near deep, which is not there; a lone letter is the class around it."""
    shown = pixels(SHALLOW)
    shown[:, 8:] = DEEPER
    shown[:, 8] = (252, 214, 190, 255)
    shown[4, 2] = (0, 0, 0, 255)
    shown[12, 12] = (255, 183, 183, 90)
    png(tmp_path / "a.png", shown)
    container(tmp_path / "c.svg", image("a.png"))
    made, values, _ = painted(tmp_path)
    assert set(np.unique(values[:, :16])) == {LEAST, 3}
    assert (values[4, 2], values[12, 12]) == (LEAST, 3)
    assert made.made_from["unknown_pixels"] == 0


def test_a_picture_packed_with_slightly_other_colours_is_read(tmp_path: Path) -> None:
    png(tmp_path / "a.png", pixels((250, 218, 190, 255)))
    container(tmp_path / "c.svg", image("a.png"))
    assert painted(tmp_path)[1].max() == 0.5


def test_another_legend_is_refused_by_its_colours_and_read_by_its_table(tmp_path: Path) -> None:
    shown = pixels((0, 65, 255, 255))
    shown[:, 12:] = (255, 255, 255, 255)
    png(tmp_path / "a/a.png", shown)
    container(tmp_path / "a/c.svg", image("a.png"))
    with pytest.raises(BadInput, match=r"#0041FF 75\.0 %、#FFFFFF 25\.0 %"):
        painted(tmp_path / "a")
    table = tmp_path / "colours.csv"
    table.write_text("色,値\n#0041FF,0.7\n#FFFFFF,none\n")
    assert sorted({*painted(tmp_path / "a", colours=table)[1].ravel().tolist()}) == [0, pytest.approx(0.7)]
    table.write_text("#0041FF,深い\n")
    with pytest.raises(BadInput, match="1 行目「深い」"):
        painted(tmp_path / "a", colours=table)


@pytest.mark.parametrize("kind", ["palette", "rgb", "rgba"])
def test_a_geotiff_in_colours_is_read_as_classes(tmp_path: Path, kind: str) -> None:
    path, side = tmp_path / "a.tif", 64
    shown = pixels(DEEP, side)
    shown[:, 32:] = CLEAR if kind == "rgba" else DEEPER
    place = {"crs": "EPSG:6677", "transform": Affine(10, 0, 13000, 0, -10, 100000)}
    counts = {"palette": (1, "palette"), "rgb": (3, "RGB"), "rgba": (4, "RGB")}
    count, photometric = counts[kind]
    options = {} if kind == "palette" else {"photometric": photometric}
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=count, dtype="uint8", **place, **options
    ) as sink:
        if kind == "palette":
            sink.write((shown[..., 1] == DEEPER[1]).astype(np.uint8), 1)
            sink.write_colormap(1, {0: DEEP, 1: DEEPER})
        else:
            sink.write(np.moveaxis(shown[..., :count], 2, 0))
    made, values, found = painted(path)
    assert (made.format, found) == ("GeoTIFF (colours)", place["transform"])
    assert values[0, [0, 63]].tolist() == [0.5, NODATA if kind == "rgba" else 3]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "DOCTYPE"),
        (
            HEAD.replace("matrix(100.0,0.0", "matrix(100.0,5.0").format(area=AREA)
            + image("a.png")
            + "</svg>",
            "位置",
        ),
        (HEAD.format(area="a b") + image("a.png") + "</svg>", "位置"),
        (HEAD.format(area=AREA) + image("a.png", side=0) + "</svg>", "位置"),
        (HEAD.format(area="-18000 -9000 36000 18000") + image("a.png") + "</svg>", "大きすぎ"),
        (HEAD.format(area=AREA) + image("fake.png") + "</svg>", r"PNG ではありません"),
        (HEAD.format(area=AREA) + image("cut.png") + "</svg>", "最後まで読めません"),
        (HEAD.format(area=AREA) + image("bomb.png") + "</svg>", "大きすぎ"),
        (HEAD.format(area=AREA) + image("clear.png") + "</svg>", "透明"),
        ("<svg xmlns='a'>", "XML"),
        ("<svg/>", "位置がありません"),
    ],
)
def test_what_cannot_be_trusted_is_refused(tmp_path: Path, content: str, says: str) -> None:
    whole = png(tmp_path / "a.png", pixels(DEEP)).read_bytes()
    png(tmp_path / "clear.png", pixels())
    (tmp_path / "fake.png").write_bytes(b"GIF89a")
    (tmp_path / "cut.png").write_bytes(whole[:50])
    (tmp_path / "bomb.png").write_bytes(whole[:16] + b"\x7f\xff\xff\xff\x7f\xff\xff\xff" + whole[24:])
    (tmp_path / "c.svg").write_text(content)
    with pytest.raises(BadInput, match=says):
        painted(tmp_path)


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    outside = png(tmp_path / "outside.png", pixels(DEEP))
    folder = tmp_path / "folder"
    png(folder / "a.png", pixels(SHALLOW))
    (folder / "b.png").symlink_to(outside)
    container(folder / "c.svg", image("a.png"), image("b.png", x=14002), image("../outside.png", x=14002))
    _, values, _ = painted(folder)
    assert values[0, [0, 20]].tolist() == [LEAST, NODATA]


# Read by hand from the finest pictures: (picture, its pixel, its colour) → where that is, and the class's least value.
KNOWN = [
    ("max_primary …/lvl15/tile0_40.png", (150, 40), "#F7F5A9", 140.005238, 36.901338, LEAST),
    ("max_primary …/lvl15/tile4_48.png", (30, 140), "#FFD8C0", 140.044034, 36.809156, 0.5),
    ("max_primary …/lvl15/tile12_52.png", (40, 30), "#FFB7B7", 140.132353, 36.769931, 3),
    ("max_primary …/lvl15/tile11_50.png", (160, 160), "#FF9191", 140.126517, 36.786325, 5),
    ("max_others …/lvl15/tile3_27.png", (140, 90), "#FFD8C0", 140.037768, 36.811302, 0.5),
    ("max_primary …/lvl15/tile5_47.png", (128, 128), "transparent", 140.059226, 36.820657, 0),
]


def test_the_real_flood_tiles_of_otawara(shared: Path) -> None:
    folder = shared / "data/otawara/hazard_flood_A31b"
    made, values, place = painted(folder, level=13)
    assert (made.made_from["sets"], made.made_from["unknown_pixels"]) == (2, 0)
    assert {float(v) for v in np.unique(values)} <= {NODATA, 0, float(LEAST), 0.5, 3, 5, 10, 20}
    for name, _, colour, longitude, latitude, expected in KNOWN:
        assert values[rowcol(place, longitude, latitude)] == expected, (name, colour)
    # The data's own area begins at 140°: what of the city lies west of it is not mapped, and not dry.
    assert values[rowcol(place, 139.9995, 36.87)] == NODATA
    assert values[rowcol(place, 140.0005, 36.8)] != NODATA

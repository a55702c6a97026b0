"""One place in words: what threatens there, what to do, and which sites are out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import rasterio
import shapely
from jsonschema import Draft4Validator
from pyproj import Geod, Transformer
from rasterio.warp import transform_bounds
from starlette.testclient import TestClient

from gis_core.boxes import Box
from gis_core.city import City
from gis_core.definition_file import read_definition
from gis_core.errors import BadParameter, NotFound, Unavailable
from gis_core.hazards import KINDS
from gis_core.languages import LANGUAGES
from tests.api.conftest import Clients, definition, write_depth
from tests.api.test_openapi import without_nullable
from tests.conftest import ROOT, Store, _connect_django

TO_DEGREES = Transformer.from_crs("EPSG:6677", "EPSG:4326", always_xy=True)


def at(column: float, row: float = 300) -> tuple[float, float]:
    """Where a pixel of the raster of depths is: unmapped up to 300, dry to 450, then ever deeper to 5 m at 900."""
    longitude, latitude = TO_DEGREES.transform(12_000 + 5 * column, 99_000 - 5 * row)
    return round(longitude, 7), round(latitude, 7)


def area(west: float, north: float, east: float, south: float) -> bytes:
    """A box of the raster's pixels."""
    corners = [at(west, north), at(east, north), at(east, south), at(west, south)]
    return shapely.MultiPolygon([shapely.Polygon(corners)]).wkb  # type: ignore[no-any-return]


DEEP, DRY, UNMAPPED = at(800), at(400), at(150)
OUTSIDE = at(2000)
HOUSES_FALL = at(45, 530)
RED, YELLOW = at(420, 120), at(405, 120)
SITES: dict[str, tuple[tuple[float, float], set[str]]] = {
    "川辺小学校": (at(780), {"flood", "landslide"}),
    "坂上公園": (at(440, 320), {"flood", "landslide", "earthquake"}),
    "閉じた公園": (at(445, 310), {"flood"}),
    "谷公民館": (at(421, 121), {"flood", "landslide"}),
    "西公民館": (at(120), {"flood"}),
}


def load(layer: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from layers.services.loads import Delivery, load_rows

    load_rows(layer, Delivery.whole("f.csv", columns, (), rows, {}), actor="tests", mode="publish")


def load_neighbour() -> None:
    """A town of the gazetteer outside the city's areas."""
    from django.contrib.gis.geos import Point

    from layers.gazetteer_models import GazetteerTown

    known = {
        "prefecture": "栃木県",
        "municipality": "隣市",
        "town": "隣町",
        "level": "oaza",
        "source": "geolonia_town",
    }
    GazetteerTown.objects.create(**known, municipality_key="隣市", town_key="隣町", point=Point(*at(930)))


def load_places(folder: Path) -> None:
    from layers.services.rasters import add_raster
    from layers.services.registry import register_layer
    from layers.services.status import Entry, log

    load("city_boundary", ("name",), [("大田原市", area(0, 0, 900, 600))])
    towns = [
        ("見本一丁目", area(300, 0, 600, 600)),
        ("見本二丁目", area(600, 0, 900, 600)),
        ("西", area(0, 0, 300, 600)),
    ]
    columns = ("name", "address_prefecture", "address_city", "population")
    load("town_areas", columns, [(name, "栃木県", "大田原市", 100, shape) for name, shape in towns])
    flags = [[kind in designated for kind in KINDS] for _, designated in SITES.values()]
    points = [shapely.Point(point).wkb for point, _ in SITES.values()]
    rows = [(name, "324-0041", *flag, point) for name, flag, point in zip(SITES, flags, points, strict=True)]
    load("evacuation_sites", ("name", "postal_code", *KINDS), rows)
    load("evacuation_shelters", ("name",), [("中央体育館", shapely.Point(at(430)).wkb)])
    zones = [("1", "1", "谷", area(400, 100, 440, 140)), ("1", "2", "谷", area(415, 110, 430, 130))]
    load("landslide_zones", ("phenomenon", "zone_kind", "name"), zones)
    register_layer(read_definition(ROOT / "layers/definitions/offered/flood_zones.yaml"))
    zones = [
        ("3", None, area(30, 500, 60, 560)),
        (None, "1", area(40, 520, 50, 540)),
        ("2", None, area(40, 520, 60, 560)),
    ]
    load("flood_zones", ("depth", "collapse"), zones)
    kind = {"name": "depth", "type": "string", "title": {"ja": "深さ"}}
    hidden = definition(
        "flood_secret", [kind], geometry="MultiPolygon", theme="hazard", visibility="department"
    )
    register_layer(hidden)
    load("flood_secret", ("name", "depth"), [("秘", "6", area(0, 0, 900, 600))])
    flood = read_definition(ROOT / "layers/definitions/flood_depth.yaml")
    with rasterio.open(write_depth(folder / "depth.tif")) as source:
        box = Box(*transform_bounds(source.crs, "EPSG:4326", *source.bounds))
    add_raster(flood, folder / "depth.tif", extent=box, report={}, actor="tests")  # type: ignore[arg-type]
    shut = [*SITES].index("閉じた公園") + 1
    # What a feed said before, written after, is not what holds now.
    states = ((2, "closed", "hq"), (1, "open", "hq"), (1, "open", "feed"))
    log([Entry("evacuation_sites", shut, datetime(2026, 11, day, tzinfo=UTC), state, by) for day, state, by in states],
        actor="tests")  # fmt: skip


@pytest.fixture(scope="module")
def place_world(new_store: Callable[[str], Store], tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = new_store("place_world")
    _connect_django("place_world")
    load_neighbour()
    load_places(tmp_path_factory.mktemp("place"))
    _connect_django("postgres")
    return made


@pytest.fixture(scope="module")
def api(place_world: Store, city: City) -> Iterator[TestClient]:
    made = Clients(city, [])
    yield made(place_world)
    made.opened[0].__exit__(None, None, None)


def ask(api: TestClient, point: tuple[float, float] | str, **query: str) -> Any:
    where = {"q": point} if isinstance(point, str) else {"lon": str(point[0]), "lat": str(point[1])}
    response = api.get("/api/place", params={**where, **query})
    assert response.status_code == 200, response.text
    return response.json()


def hazard(answer: Any, layer: str) -> Any:
    return next(entry for entry in answer["hazards"] if entry["layer"] == layer)


def names(answer: Any, kind: str, which: str = "sites") -> list[str]:
    return [site["name"] for entry in answer["evacuation"] if entry["kind"] == kind for site in entry[which]]


def test_a_flooded_place_is_told_with_its_class_meaning_and_action(api: TestClient) -> None:
    answer = ask(api, DEEP)
    flood = answer["hazards"][0]
    assert (flood["layer"], flood["kind"], flood["state"]) == ("flood_depth", "flood", "class")
    assert flood["class"] == {
        "code": "3-5",
        "title": "3〜5 m",
        "color": "#FFB7B7",
        "minimum": 3,
        "maximum": 5,
    }
    assert 3 < flood["value"] < 5
    assert flood["severity"] == 3
    assert "2階" in flood["meaning"]
    assert "避難" in flood["action"]
    for part in (flood["title"], flood["words"], flood["meaning"], flood["action"]):
        assert part in flood["sentence"]
    assert (answer["in_city"], answer["district"]["name"]) == (True, "見本二丁目")
    assert (len(answer["mesh"]["500m"]), len(answer["mesh"]["250m"])) == (9, 10)
    assert "3〜5 m" in answer["summary"]
    assert "見本二丁目" in answer["summary"]


def test_a_dry_place_is_shown_nothing_and_never_called_safe(api: TestClient) -> None:
    flood = hazard(ask(api, DRY), "flood_depth")
    assert (flood["state"], flood["severity"], flood["class"], flood["value"]) == ("none", 0, None, 0.0)
    assert "安全という意味ではありません" in flood["words"]


def test_what_was_not_mapped_is_never_dry(api: TestClient) -> None:
    answer = ask(api, UNMAPPED)
    flood = hazard(answer, "flood_depth")
    assert (flood["state"], flood["value"]) == ("not_mapped", None)
    assert flood["words"].startswith("調査の対象外")
    assert next(e["here"] for e in answer["evacuation"] if e["kind"] == "flood") == "not_mapped"


def test_outside_the_city_nothing_is_mapped_and_it_says_so(api: TestClient) -> None:
    answer = ask(api, OUTSIDE)
    assert answer["in_city"] is False
    assert "大田原市" in answer["city_note"]
    assert {entry["state"] for entry in answer["hazards"]} == {"not_mapped"}
    assert answer["district"] is None


def test_where_no_area_holds_the_place_the_nearest_town_is_named(api: TestClient) -> None:
    assert ask(api, at(940))["district"] == {
        "name": "隣町", "town_code": None, "population": None, "households": None, "municipality": "栃木県隣市",
        "approximate": True,
    }  # fmt: skip
    assert ask(api, DEEP)["district"]["approximate"] is False


def test_overlapping_zones_are_told_worst_first(api: TestClient) -> None:
    worst = ask(api, RED)["hazards"][0]
    assert (worst["layer"], worst["severity"], worst["class"]["color"]) == ("landslide_zones", 5, "#FA2800")
    assert worst["words"] == "土砂災害特別警戒区域（急傾斜地の崩壊）"
    assert [(other["code"], other["severity"]) for other in worst["others"]] == [("1-1", 3)]
    assert worst["zone"]["name"] == "谷"
    yellow = ask(api, YELLOW)["hazards"][0]
    assert (yellow["class"]["code"], yellow["others"]) == ("1-1", [])


def test_zones_of_a31_tell_where_houses_may_fall_before_how_deep_the_water_is(api: TestClient) -> None:
    worst = ask(api, HOUSES_FALL)["hazards"][0]
    assert (worst["layer"], worst["kind"], worst["severity"]) == ("flood_zones", "flood", 5)
    assert worst["words"] == "家屋倒壊等氾濫想定区域：氾濫流"
    assert [(other["code"], other["title"]) for other in worst["others"]] == [
        ("3", "3〜5 m"),
        ("2", "0.5〜3 m"),
    ]
    assert hazard(ask(api, HOUSES_FALL), "flood_depth")["state"] == "not_mapped"


def test_sites_in_the_hazard_or_shut_are_not_recommended_for_it(api: TestClient) -> None:
    answer = ask(api, DEEP)
    assert names(answer, "flood") == ["坂上公園", "谷公民館", "西公民館"]
    assert names(answer, "flood", "avoid") == ["川辺小学校", "閉じた公園"]
    assert names(answer, "landslide") == ["川辺小学校", "坂上公園"]
    assert names(answer, "landslide", "avoid") == ["谷公民館"]
    assert names(answer, "earthquake") == ["坂上公園"]
    assert names(answer, "tsunami") == []
    inside, shut = next(e["avoid"] for e in answer["evacuation"] if e["kind"] == "flood")
    west = next(e["sites"] for e in answer["evacuation"] if e["kind"] == "flood")[-1]
    assert (west["inside"], west["not_mapped"]) == ([], ["flood"])
    assert (inside["inside"], "想定区域の中" in inside["reason"]) == (["flood"], True)
    assert (shut["state"], shut["state_words"]) == ("closed", "閉鎖")


def test_what_threatens_here_comes_first(api: TestClient) -> None:
    assert ask(api, DEEP)["evacuation"][0]["kind"] == "flood"
    assert ask(api, RED)["evacuation"][0]["kind"] == "landslide"


def test_distances_are_geodesic_and_minutes_follow_the_rule_of_80_metres(api: TestClient) -> None:
    for site in (s for entry in ask(api, DEEP)["evacuation"] for s in entry["sites"]):
        metres = Geod(ellps="WGS84").inv(*DEEP, site["longitude"], site["latitude"])[2]
        assert abs(site["distance_m"] - metres) <= 1
        assert site["walking_minutes"] == -(-metres // 80)
        assert (site["by"], site["way"]) == ("straight", None)
        assert api.get(site["item"]).json()["properties"]["name"] == site["name"]


def test_shelters_are_told_apart(api: TestClient) -> None:
    answer = ask(api, DEEP)
    assert [site["name"] for site in answer["shelters"]] == ["中央体育館"]
    assert "指定緊急避難場所" in answer["shelters_note"]


def test_only_the_hazards_asked_for(api: TestClient) -> None:
    answer = ask(api, DEEP, hazard="landslide", limit="1")
    assert {entry["layer"] for entry in answer["hazards"]} == {"landslide_zones"}
    assert names(answer, "landslide") == ["川辺小学校"]
    assert [entry["kind"] for entry in answer["evacuation"]] == ["landslide"]


def test_an_address_says_how_well_it_is_known(api: TestClient) -> None:
    answer = ask(api, "栃木県大田原市見本二丁目")
    place = answer["place"]
    assert (answer["state"], place["kind"], place["level"]) == ("found", "address", "town_chome")
    assert (place["confidence"], place["rest"]) == (0.8, "")
    assert "番地" in place["note"]
    assert answer["district"]["name"] == "見本二丁目"
    numbered = ask(api, "大田原市見本二丁目9-9")["place"]
    assert numbered["rest"] == "9-9"
    assert "9-9" in numbered["note"]


def test_words_of_several_places_are_asked_back(api: TestClient) -> None:
    answer = ask(api, "見本")
    assert (answer["state"], answer["point"], answer["hazards"]) == ("ambiguous", None, [])
    labels = {c["label"] for c in answer["candidates"]}
    assert labels == {"栃木県大田原市見本一丁目", "栃木県大田原市見本二丁目"}
    assert api.get(answer["candidates"][0]["href"]).json()["state"] == "found"
    by_code = ask(api, "〒324-0041")
    assert (by_code["state"], len(by_code["candidates"])) == ("ambiguous", len(SITES))


def test_a_name_is_found_and_what_is_not_says_what_to_do(api: TestClient) -> None:
    answer = ask(api, "坂上公園")
    assert (answer["place"]["label"], answer["place"]["kind"]) == ("坂上公園", "feature")
    assert names(answer, "flood")[0] == "坂上公園"
    missing = api.get("/api/place", params={"q": "どこにもない名前"})
    assert missing.status_code == 404
    assert "郵便番号" in missing.json()["detail"]


@pytest.mark.parametrize(
    "query",
    ["", "?lon=140", "?lat=36", "?lon=140&lat=36&q=a", "?lon=x&lat=36", "?lon=140&lat=91", "?q=%20",
     "?lon=140&lat=36&hazard=snow", "?lon=140&lat=36&limit=0", "?q=" + "a" * 101, "?lon=140&lat=36&z=1"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(api: TestClient, query: str) -> None:
    response = api.get(f"/api/place{query}")
    assert response.status_code == 400
    assert response.json()["detail"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_told_in_every_language(api: TestClient, language: str) -> None:
    japanese, answer = ask(api, RED), ask(api, RED, lang=language)
    texts = [answer[name] for name in ("summary", "caution", "distance_note", "shelters_note")]
    for entry in answer["hazards"]:
        texts += [entry[name] for name in ("title", "words", "action", "sentence")]
    texts += [entry["sentence"] for entry in answer["evacuation"]]
    texts += [site["reason"] for entry in answer["evacuation"] for site in entry["avoid"]]
    assert all(text and "{" not in text for text in texts)
    if language != "ja":
        sentences = [
            (e["sentence"], j["sentence"])
            for e, j in zip(answer["hazards"], japanese["hazards"], strict=True)
        ]
        assert all(one != other for one, other in sentences)


def test_what_is_for_a_department_never_appears(api: TestClient, place_world: Store) -> None:
    answer = ask(api, DEEP)
    assert "flood_secret" not in {entry["layer"] for entry in answer["hazards"]}
    # Its zone covers the whole city: it would leave no site for a flood.
    assert names(answer, "flood")
    from layers.services.keys import create_key

    _connect_django("place_world")
    try:
        shown = {"x-api-key": create_key("inside", "viewer", department="planning", actor="admin")}
    finally:
        _connect_django("postgres")
    own = api.get("/api/place", params={"lon": str(DEEP[0]), "lat": str(DEEP[1])}, headers=shown).json()
    assert own["hazards"][0]["layer"] == "flood_secret"
    assert names(own, "flood") == []
    assert "見つかりません" in next(e["sentence"] for e in own["evacuation"] if e["kind"] == "flood")
    assert names(ask(api, DEEP), "flood") == names(answer, "flood")


def test_every_answer_is_as_the_document_says(api: TestClient) -> None:
    components = api.get("/api/openapi").json()["components"]
    schema = without_nullable({"$ref": "#/components/schemas/place", "components": components})
    for where in (DEEP, RED, HOUSES_FALL, UNMAPPED, OUTSIDE, "見本", "坂上公園", "見本二丁目9"):
        Draft4Validator(schema).validate(ask(api, where))


def test_a_map_that_cannot_be_read_is_read_again_and_its_sites_are_told_until_then(
    place_world: Store, city: City
) -> None:
    with psycopg.connect(place_world.url) as connection:
        row = connection.execute("SELECT path FROM layers_layer WHERE id = 'flood_depth'").fetchone()
    assert row
    file = Path(row[0])
    away = file.with_suffix(".away")
    made = Clients(city, [])
    try:
        file.rename(away)
        other = made(place_world)
        blind = ask(other, DEEP)
        assert hazard(blind, "flood_depth")["state"] == "unavailable"
        sites = [site for entry in blind["evacuation"] if entry["kind"] == "flood" for site in entry["sites"]]
        assert all("flood" in site["not_mapped"] for site in sites)
        away.rename(file)
        assert names(ask(other, DEEP), "flood") == ["坂上公園", "谷公民館", "西公民館"]
    finally:
        if away.exists():
            away.rename(file)
        made.opened[0].__exit__(None, None, None)


def test_the_answer_is_kept_until_it_changes(api: TestClient) -> None:
    path = f"/api/place?lon={DEEP[0]}&lat={DEEP[1]}"
    first = api.get(path)
    assert first.headers["cache-control"] == "public, no-cache"
    assert api.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_a_page_in_a_thread_gets_the_same_answer(api: TestClient) -> None:
    from api.place import answer_from_thread

    environ = {"asgi.scope": {"state": api.app_state}}
    query = {"lon": str(DEEP[0]), "lat": str(DEEP[1]), "q": ""}
    answer = answer_from_thread(environ, query, "ja")
    over_http = ask(api, DEEP)
    assert answer["evacuation"][0]["sites"][0]["item"].startswith("/api/collections/")
    assert answer["summary"] == over_http["summary"]
    assert answer.keys() | {"links"} == over_http.keys()
    with pytest.raises(NotFound):
        answer_from_thread(environ, {"q": "どこにもない名前"}, "ja")
    with pytest.raises(BadParameter):
        answer_from_thread(environ, {}, "ja")
    with pytest.raises(Unavailable):
        answer_from_thread({}, query, "ja")

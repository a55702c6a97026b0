"""Ways on foot equal the shortest paths that another computation finds; what is to be avoided is avoided."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import shapely
from django.db import connection
from jsonschema import Draft4Validator
from pyproj import Geod
from starlette.testclient import TestClient

from gis_core.city import City
from machizu.embedded.cluster import Cluster
from tests.api.conftest import Clients
from tests.api.test_openapi import without_nullable
from tests.conftest import Store, _connect_django

GEOD = Geod(ellps="WGS84")
SIDE = 9
WEST, SOUTH, STEP = 140.0, 36.86, 0.002
Node = tuple[int, int]


def place(node: Node) -> tuple[float, float]:
    return WEST + node[0] * STEP, SOUTH + node[1] * STEP


def length(*nodes: Node) -> float:
    return float(GEOD.line_length(*zip(*map(place, nodes), strict=True)))


@pytest.fixture(scope="module")
def streets() -> list[tuple[Node, Node]]:
    """A grid of streets, a third of which is missing."""
    chance = random.Random(20)
    ways = [((x, y), (x + 1, y)) for x in range(SIDE - 1) for y in range(SIDE)]
    ways += [((x, y), (x, y + 1)) for x in range(SIDE) for y in range(SIDE - 1)]
    return [way for way in ways if chance.random() > 0.33]


@pytest.fixture(scope="module")
def town(
    new_store: Callable[[str], Store], streets: list[tuple[Node, Node]], city: City
) -> Iterator[TestClient]:
    """The streets as roads. Some are drawn as one line across crossings, so that they must be parted there."""
    from layers.services.ways import renew

    made = new_store("ways")
    _connect_django("ways")
    lines = shapely.line_merge(
        shapely.MultiLineString([[place(a), place(b)] for a, b in streets if a[1] == b[1]])
    )
    across = [shapely.LineString([place(a), place(b)]) for a, b in streets if a[0] == b[0]]
    with connection.cursor() as cursor:
        for line in [*lines.geoms, *across]:
            add(cursor, "roads", line)
        # A bridge that only expressways use.
        motorway = shapely.LineString([place((0, 0)), place((SIDE - 1, SIDE - 1))])
        cursor.execute(
            "INSERT INTO layer.roads (road_class, geom) VALUES ('expressway', ST_GeomFromText(%s, 4326))",
            [shapely.MultiLineString([motorway]).wkt],
        )
    assert renew()
    assert not renew()
    _connect_django("postgres")
    clients = Clients(city, [])
    yield clients(made)
    clients.opened[0].__exit__(None, None, None)


def add(cursor: Any, layer: str, line: shapely.LineString, **values: Any) -> None:
    columns = "".join(f"{name}, " for name in values)
    marks = "%s, " * len(values)
    cursor.execute(
        f"INSERT INTO layer.{layer} ({columns}geom) VALUES ({marks}ST_GeomFromText(%s, 4326))",
        [*values.values(), shapely.MultiLineString([line]).wkt],
    )


def shortest(streets: list[tuple[Node, Node]], begin: Node, end: Node) -> float | None:
    """Dijkstra's algorithm, by hand."""
    beside: dict[Node, list[tuple[Node, float]]] = {}
    for a, b in streets:
        beside.setdefault(a, []).append((b, length(a, b)))
        beside.setdefault(b, []).append((a, length(a, b)))
    best, queue = {begin: 0.0}, [(0.0, begin)]
    while queue:
        walked, node = heapq.heappop(queue)
        if node == end:
            return walked
        for other, metres in beside.get(node, ()):
            if walked + metres < best.get(other, float("inf")):
                best[other] = walked + metres
                heapq.heappush(queue, (best[other], other))
    return None


def ask(town: TestClient, begin: Any, end: Any, **query: Any) -> Any:
    named = {"from": "{},{}".format(*begin), "to": "{},{}".format(*end)} | query
    response = town.get("/api/ways", params=named)
    assert response.status_code == 200, response.text
    return response.json()


def test_ways_are_the_shortest_there_are(town: TestClient, streets: list[tuple[Node, Node]]) -> None:
    chance = random.Random(3)
    nodes = sorted({node for street in streets for node in street})
    by_road = 0
    for _ in range(40):
        begin, end = chance.sample(nodes, 2)
        expected = shortest(streets, begin, end)
        found = ask(town, place(begin), place(end))
        said = found["properties"]
        assert said["straightMetres"] == pytest.approx(length(begin, end), abs=0.1)
        if expected is None:
            assert (said["method"], said["reason"]) == ("straight", "no_way")
            continue
        by_road += 1
        assert (said["method"], said["reason"]) == ("roads", None)
        assert said["metres"] == pytest.approx(expected, abs=0.5)
        line = found["geometry"]["coordinates"]
        assert GEOD.line_length(*zip(*line, strict=True)) == pytest.approx(expected, abs=1)
        assert said["minutes"] == pytest.approx(expected / 80 + 0.5, abs=0.51)
    assert by_road > 20


def test_a_way_may_begin_and_end_between_crossings_and_beside_the_road(
    town: TestClient, streets: list[tuple[Node, Node]]
) -> None:
    (a, b), *_ = (street for street in streets if street[0][1] == street[1][1])
    (west, south), (east, _) = place(a), place(b)
    begin, end = (west + (east - west) * 0.25, south), (west + (east - west) * 0.75, south)
    found = ask(town, begin, end)["properties"]
    assert found["metres"] == pytest.approx(length(a, b) / 2, abs=0.5)
    beside = ask(town, (begin[0], south + 0.0001), end)["properties"]
    assert beside["metres"] == pytest.approx(length(a, b) / 2 + 11.1, abs=0.5)


def test_where_no_road_is_near_the_distance_is_straight_and_says_so(town: TestClient) -> None:
    found = ask(town, (140.2, 36.9), (140.21, 36.9))
    said = found["properties"]
    assert (said["method"], said["reason"], said["metres"]) == (
        "straight",
        "no_road_near",
        said["straightMetres"],
    )
    assert len(found["geometry"]["coordinates"]) == 2
    assert said["note"]


@pytest.fixture
def changed(town: TestClient) -> Iterator[Callable[..., None]]:
    """Add a line to a layer of the town; gone at the end."""
    _connect_django("ways")

    def put(layer: str, line: shapely.LineString, **values: Any) -> None:
        with connection.cursor() as cursor:
            add(cursor, layer, line, **values)

    yield put
    with connection.cursor() as cursor:
        for layer in ("road_closures", "rivers"):
            cursor.execute(f"DELETE FROM layer.{layer}")
    _connect_django("postgres")


def test_closed_roads_are_avoided_while_they_are_closed(
    town: TestClient, streets: list[tuple[Node, Node]], changed: Callable[..., None]
) -> None:
    street, around = next(
        (s, d) for s in streets if (d := shortest([o for o in streets if o != s], *s)) is not None
    )
    line = shapely.LineString([place(street[0]), place(street[1])])
    changed("road_closures", line, name="a", end_at="2020-01-01T00:00:00Z")
    changed("road_closures", line, name="b", start_at="2999-01-01T00:00:00Z")
    open_ = ask(town, *map(place, street))["properties"]
    assert open_["metres"] == pytest.approx(length(*street), abs=0.5)
    changed("road_closures", line, name="c", start_at="2020-01-01T00:00:00Z")
    closed = ask(town, *map(place, street))["properties"]
    assert closed["metres"] == pytest.approx(around, abs=0.5)
    assert closed["avoided"]["closures"] is True


def test_rivers_are_crossed_unless_one_asks_not_to(town: TestClient, changed: Callable[..., None]) -> None:
    middle = WEST + 3.5 * STEP
    changed("rivers", shapely.LineString([(middle, 36), (middle, 37)]), name="蛇尾川 100%")
    begin, end = place((0, 4)), place((SIDE - 1, 4))
    free = ask(town, begin, end)["properties"]
    assert free["method"] == "roads"
    assert ask(town, begin, end, rivers="箒川")["properties"]["metres"] == free["metres"]
    barred = ask(town, begin, end, rivers="蛇尾川 100%")["properties"]
    assert (barred["reason"], barred["avoided"]["rivers"]) == ("no_way", ["蛇尾川 100%"])


def test_areas_of_a_hazard_are_avoided_from_a_class_on(
    town: TestClient, streets: list[tuple[Node, Node]], changed: Callable[..., None]
) -> None:
    from layers.services import exposure, ways

    street, around = next(
        (s, d) for s in streets if (d := shortest([o for o in streets if o != s], *s)) is not None
    )
    (west, south), (east, north) = map(place, street)
    zone = shapely.Point((west + east) / 2, (south + north) / 2).buffer(0.0002)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layer.landslide_zones (phenomenon, zone_kind, geom)"
            " VALUES ('1', '1', ST_Multi(ST_GeomFromText(%s, 4326))), ('1', '2', ST_Multi(ST_GeomFromText(%s, 4326)))",
            [zone.wkt, shapely.box(139, 36, 139.001, 36.001).wkt],
        )
    exposure.renew()
    assert ways.renew()
    ends = place(street[0]), place(street[1])
    free = ask(town, *ends)["properties"]
    wary = ask(town, *ends, hazard="landslide_zones")["properties"]
    assert (free["metres"], wary["metres"]) == (
        pytest.approx(length(*street), abs=0.5),
        pytest.approx(around, abs=0.5),
    )
    # Only what is graver than this zone is avoided.
    assert (
        ask(town, *ends, hazard="landslide_zones", **{"class": "1-2"})["properties"]["metres"]
        == free["metres"]
    )
    query = {"from": "140,36.86", "to": "140,36.861", "hazard": "landslide_zones", "class": "x"}
    assert town.get("/api/ways", params=query).json()["parameter"] == "class"


def test_a_site_may_be_named_by_its_number(
    town: TestClient, streets: list[tuple[Node, Node]], changed: Callable[..., None]
) -> None:
    begin, end = streets[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layer.evacuation_sites (name, geom) VALUES ('a', ST_GeomFromText(%s, 4326)) RETURNING id",
            [shapely.Point(place(end)).wkt],
        )
        (site,) = cursor.fetchone()
    query = {"from": "{},{}".format(*place(begin)), "site": site}
    found = town.get("/api/ways", params=query).json()["properties"]
    assert found["metres"] == pytest.approx(length(begin, end), abs=0.5)


def test_without_pgrouting_the_distance_is_straight_and_says_so(
    store: Store, cluster: Cluster, clients: Clients
) -> None:
    from layers.services.ways import renew

    with connection.cursor() as cursor:
        add(cursor, "roads", shapely.LineString([place((0, 0)), place((1, 0))]))
    assert renew()
    with psycopg.connect(cluster.superuser_url(store.url.rpartition("/")[2])) as admin:
        admin.execute("DROP EXTENSION pgrouting")
    client = clients(store)
    found = ask(client, place((0, 0)), place((1, 0)))["properties"]
    assert (found["method"], found["reason"]) == ("straight", "no_network")
    reached = client.get("/api/ways/reach", params={"lon": 140, "lat": 36.86}).json()["features"]
    assert {f["properties"]["reason"] for f in reached} == {"no_network"}


def test_answers_are_as_declared(town: TestClient, streets: list[tuple[Node, Node]]) -> None:
    components = town.get("/api/openapi").json()["components"]
    reached = town.get("/api/ways/reach", params={"lon": 140, "lat": 36.86}).json()
    for name, found in (("way", ask(town, place((0, 0)), place((5, 5)))), ("wayReach", reached)):
        schema = {"$ref": f"#/components/schemas/{name}", "components": components}
        Draft4Validator(without_nullable(schema)).validate(found)


def test_areas_reached_hold_what_is_within_the_minutes_and_nothing_beyond(
    town: TestClient, streets: list[tuple[Node, Node]]
) -> None:
    begin = next(s[0] for s in streets if s[0] == (3, 3) or s[0][0] == 3)
    query = {"lon": place(begin)[0], "lat": place(begin)[1], "minutes": "5,10,15"}
    found = town.get("/api/ways/reach", params=query).json()
    assert [f["properties"]["minutes"] for f in found["features"]] == [15, 10, 5]
    nodes = sorted({node for street in streets for node in street})
    walked = {node: shortest(streets, begin, node) for node in nodes}
    for feature in found["features"]:
        area, most = shapely.geometry.shape(feature["geometry"]), feature["properties"]["metres"]
        for node, metres in walked.items():
            there = area.contains(shapely.Point(place(node)))
            if metres is not None and metres <= most:
                assert there
            elif metres is None or metres > most + 250:
                assert not there
    away = town.get("/api/ways/reach", params={"lon": 141, "lat": 36, "minutes": "10"}).json()["features"][0]
    assert away["properties"]["reason"] == "no_road_near"
    circle = shapely.geometry.shape(away["geometry"])
    assert abs(GEOD.geometry_area_perimeter(circle)[0]) == pytest.approx(3.1416 * 800**2, rel=0.01)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("ways?from=140,36", "to"),
        ("ways?to=140,36", "from"),
        ("ways?from=140,nan&to=140,36", "from"),
        ("ways?from=140,36.8&to=141,36.8", "to"),
        ("ways?from=140,36.8&to=140,36.81&hazard=flood_depth", "hazard"),
        ("ways/reach?lon=140&lat=36&minutes=0", "minutes"),
        ("ways/reach?lon=140&lat=36&minutes=1,2,3,4,5,6", "minutes"),
        ("ways/reach?lon=140&lat=36&minutes=x", "minutes"),
    ],
)
def test_what_cannot_be_asked_is_named(town: TestClient, path: str, parameter: str) -> None:
    response = town.get(f"/api/{path}")
    assert (response.status_code, response.json()["parameter"]) == (400, parameter)


def test_a_site_that_is_not_there_is_not_found(town: TestClient) -> None:
    assert town.get("/api/ways?from=140,36.86&site=999").status_code == 404

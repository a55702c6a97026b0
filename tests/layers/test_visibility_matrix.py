"""Every role × every class of layer and field × every road shows only what the rule allows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from django.db import connection

from gis_core import tiles
from layers import exports, reads, tile_reads
from layers.aggregates import ByField, aggregate_statement
from layers.catalogue import Catalogue, LayerInfo
from layers.cells import Words
from layers.nearest import nearest_statement
from layers.places import SITE_FIELDS, sites_statement
from layers.roles import PUBLIC_ROLE
from layers.streaming import Place, missed_statement
from layers.visibility import ADMINISTRATOR, PUBLIC, Role, Viewer
from tests.conftest import Store
from tests.layers.conftest import bench, small_definition

CLASSES = ("public", "internal", "department")

# Who sees what, written out by hand: the expectation must not come from the function under test.
VIEWERS: dict[str, tuple[Viewer, set[str]]] = {
    "resident": (PUBLIC, {"public"}),
    "viewer": (Viewer("viewer"), {"public", "internal"}),
    "viewer of the department": (Viewer("viewer", "parks"), {"public", "internal", "department"}),
    "editor of another department": (Viewer("editor", "fire"), {"public", "internal"}),
    "editor of the department": (Viewer("editor", "parks"), {"public", "internal", "department"}),
    "approver of another department": (Viewer("approver", "fire"), {"public", "internal"}),
    "approver of the department": (Viewer("approver", "parks"), {"public", "internal", "department"}),
    "headquarters": (Viewer("headquarters"), {"public", "internal"}),
    "headquarters in a situation": (Viewer("headquarters", None, True), {"public", "internal", "department"}),
    "system key": (Viewer("system", "fire"), {"public", "internal"}),
    "administrator": (ADMINISTRATOR, {"public", "internal", "department"}),
}
FIELDS = [
    {"name": "identifier", "type": "string", "title": {"ja": "ID"}},
    {"name": "name", "type": "string", "title": {"ja": "名称"}, "required": True, "role": "name"},
    {"name": "of_internal", "type": "string", "title": {"ja": "庁内"}, "visibility": "internal"},
    {"name": "of_department", "type": "string", "title": {"ja": "課内"}, "visibility": "department"},
    {
        "name": "phone",
        "type": "string",
        "title": {"ja": "個人"},
        "personal": True,
        "visibility": "internal",
    },
]
FIELD_CLASS = {
    "identifier": "public",
    "name": "public",
    "of_internal": "internal",
    "of_department": "department",
    "phone": "department",
}


VALUES = {
    "identifier": ("記号一",),
    "name": ("秘密の名前",),
    "of_internal": ("庁内値", "新しい値"),
    "of_department": ("課内値",),
    "phone": ("個人値",),
}


@pytest.fixture
def classes(store: Store) -> datetime:
    """One layer of each class, with a past; returns an instant at which each had its first content."""
    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer

    columns = tuple(FIELD_CLASS)
    for visibility in CLASSES:
        layer = f"of_{visibility}_class"
        personal = {"contained": True, "reason": {"ja": "試験"}}
        registration = small_definition().raw["registration"] | {"personal_data": personal}
        register_layer(
            small_definition(layer, visibility=visibility, fields=FIELDS, registration=registration)
        )
        rows = [("記号一", "秘密の名前", "庁内値", "課内値", "個人値", bench(1)[-1])]
        load_rows(
            layer, Delivery.whole("x.csv", columns, ("identifier",), rows, {}), actor="t", mode="publish"
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        for visibility in CLASSES:
            cursor.execute(f"UPDATE layer.of_{visibility}_class SET of_internal = '新しい値'")
    return moment


def ask(statement: reads.Statement) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.parameters)
        return cursor.fetchall()


def by_items(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    info = catalogue.layers[layer]
    ((features, *_),) = ask(reads.items_statement(info, reads.ItemsQuery(limit=9, at=at)))
    return set(json.loads(bytes(features))["properties"])


def by_item(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    ((feature, _),) = ask(reads.item_statement(catalogue.layers[layer], 1, at))
    return set(json.loads(bytes(feature))["properties"])


def by_tile(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    row, column = tiles.tile_at(140.001, 36.9, 12)
    ((data,),) = ask(tile_reads.tile_statement(catalogue.layers[layer], tiles.MERCATOR, 12, row, column))
    (feature,) = mapbox_vector_tile.decode(bytes(data))[layer]["features"]
    return set(feature["properties"])


def by_nearest(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    statement = nearest_statement(catalogue.layers[layer], reads.ItemsQuery(limit=9), 140.001, 36.9)
    ((features, _),) = ask(statement)
    return set(json.loads(bytes(features))["properties"]) - {"distance_m"}


def whole(catalogue: Catalogue, layer: str, at: datetime | None) -> tuple[LayerInfo, reads.ItemsQuery]:
    """What a whole-layer file asks for: the past by its revision."""
    info = catalogue.layers[layer]
    revision = None if at is None else ask(reads.revision_statement(info, at))[0][0]
    return info, reads.ItemsQuery(limit=9, at=revision)


def by_geojson(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    ((feature,),) = ask(exports.geojson_statement(*whole(catalogue, layer, at)))
    return set(json.loads(bytes(feature))["properties"])


def by_table(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    info, query = whole(catalogue, layer, at)
    columns = [exports.Column(field.name, "field", field) for field in query.output.chosen(info)]
    ((line,),) = ask(exports.csv_statement(info, query, columns, Words(japanese=True)))
    ((row,),) = ask(exports.sheet_statement(info, query, columns, Words(japanese=True)))
    assert told(bytes(row).decode()) == told(bytes(line).decode())
    return told(bytes(line).decode())


def by_kml(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    info, query = whole(catalogue, layer, at)
    ((placemark,),) = ask(exports.kml_statement(info, query, Words(japanese=True)))
    return told(bytes(placemark).decode())


def by_values(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    (row,) = ask(exports.values_statement(*whole(catalogue, layer, at)))
    return told(" ".join(map(str, row)))


def by_aggregate(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    info, query = catalogue.layers[layer], reads.ItemsQuery(limit=9)
    rows = [ask(aggregate_statement(info, query, ByField(field), [])) for field in info.fields]
    return told(" ".join(str(key) for ((key, _),) in rows))


def told(text: str) -> set[str]:
    """The fields whose values stand in a text."""
    return {name for name, values in VALUES.items() if any(value in text for value in values)}


def by_page(catalogue: Catalogue, layer: str, at: datetime | None = None) -> set[str]:
    from layers.selectors import features

    (row,) = features(catalogue.layers[layer])
    return set(row) - {"id", "lon", "lat"}


ROADS_TO_THE_PAST = (by_items, by_item, by_geojson, by_table, by_kml, by_values)
ROADS = (*ROADS_TO_THE_PAST, by_tile, by_page, by_nearest, by_aggregate)


@pytest.mark.parametrize("who", VIEWERS)
def test_each_road_shows_only_what_the_rule_allows(classes: datetime, who: str) -> None:
    from layers.searching import search_statement
    from layers.selectors import catalogue as read_catalogue

    viewer, sees = VIEWERS[who]
    catalogue = read_catalogue(viewer)
    own = {layer for layer in catalogue.layers if layer.endswith("_class")}
    assert own == {f"of_{visibility}_class" for visibility in sees}
    allowed = {name for name, visibility in FIELD_CLASS.items() if visibility in sees}
    for layer in own:
        for road in ROADS:
            assert road(catalogue, layer) == allowed, (who, layer, road.__name__)
        for road in ROADS_TO_THE_PAST:
            assert road(catalogue, layer, classes) == allowed, (who, layer, road.__name__)
    statement = search_statement(catalogue.layers.values(), "秘密の名前", 50, ["feature"])
    assert statement is not None
    assert {row[2] for row in ask(statement)} == own
    assert by_stream(catalogue, viewer) == own
    for layer in own:
        ((_, _, _, site, *_),) = ask(sites_statement(catalogue.layers[layer], ()))
        assert {name for name, value in site.items() if value} == allowed & set(SITE_FIELDS)


def by_stream(catalogue: Catalogue, viewer: Viewer) -> set[str]:
    """The layers of which a listener hears who has missed all that ever happened."""
    statement = missed_statement(Place(0), catalogue.layers, staff=viewer != PUBLIC)
    ((_, _, changed, _, _),) = ask(statement)
    return {change["layer"] for change in changed if change["layer"].endswith("_class")}


def test_a_filter_cannot_ask_about_a_hidden_field(classes: datetime) -> None:
    from layers.selectors import catalogue

    info = catalogue(PUBLIC).layers["of_public_class"]
    with pytest.raises(StopIteration):
        reads.items_statement(info, reads.ItemsQuery(limit=1, equals=(("phone", "個人値"),)))


@pytest.mark.parametrize("schema", ["layer", "history"])
def test_the_database_holds_the_public_role_to_the_same_rule(
    classes: datetime, store: Store, schema: str
) -> None:
    with psycopg.connect(store.url, options=f"-c role={PUBLIC_ROLE}", autocommit=True) as session:
        for visibility in CLASSES:
            for name, field_class in FIELD_CLASS.items():
                statement = f"SELECT {name} FROM {schema}.of_{visibility}_class"
                if visibility == field_class == "public":
                    assert len(session.execute(statement).fetchall()) == 1
                else:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        session.execute(statement)


def test_every_role_is_in_the_matrix() -> None:
    from typing import get_args

    assert {viewer.role for viewer, _ in VIEWERS.values()} == set(get_args(Role))


def test_a_withdrawn_field_is_withdrawn_from_the_past_too(classes: datetime, store: Store) -> None:
    from gis_core.definition_file import parse_definition
    from layers.selectors import catalogue, layer_definition
    from layers.services.definitions import update_layer

    raw = dict(layer_definition("of_public_class").raw)
    raw["fields"] = [
        f | ({"visibility": "internal"} if f["name"] == "identifier" else {}) for f in raw["fields"]
    ]
    update_layer(parse_definition(raw), actor="t")  # type: ignore[arg-type]
    assert by_items(catalogue(PUBLIC), "of_public_class", datetime.now(UTC)) == {"name"}
    assert by_items(catalogue(PUBLIC), "of_public_class", classes) == {"name"}
    with (
        psycopg.connect(store.url, options=f"-c role={PUBLIC_ROLE}") as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute("SELECT identifier FROM history.of_public_class")

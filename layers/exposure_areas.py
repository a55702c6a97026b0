"""Where the classes of a hazard lie: `area.<id>`, pieces of polygons by class, so that overlays are one statement.

`place` is the class's place in the table's own list, from 1; 0 stands for all classes together where they overlap.
The list, and of which version of the layer it is, are the table's comment: the two are replaced, and vanish,
together. Nothing maintains it; `services.exposure` makes it anew when the layer has another version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import sql

from gis_core.definition import Texts
from layers.catalogue import LayerInfo, RasterInfo
from layers.hazards import (
    COLLAPSE,
    DEPTH,
    DEPTH_PLANNED,
    DURATION,
    PHENOMENON,
    ZONE,
    Fact,
    Hazard,
    class_fields,
    raster_fact,
    zone_facts,
)
from layers.roles import PUBLIC_ROLE, STAFF_ROLE
from layers.tables import table

SCHEMA = "area"
ALL = 0
# Of zones: an index finds pieces, not zones of a whole valley.
VERTICES = 256
UNCLASSED = "unclassed"


@dataclass(frozen=True)
class AreaClass:
    """One class of a hazard as exposure tells it; `grade` as in `gis_core.hazards`."""

    id: str
    title: Texts
    color: str
    grade: int


@dataclass(frozen=True)
class AreaList:
    """What the areas of a hazard are: of which version and revision of its layer, and the classes by place, from 1.

    `apart`: no two classes share any area, so that their sums are sums of the whole.
    """

    version: str
    revision: int
    public: bool
    apart: bool
    classes: tuple[AreaClass, ...] = ()


def area_table(layer_id: str) -> sql.Identifier:
    """Return the quoted, schema-qualified name of the table of a hazard's areas."""
    return sql.Identifier(SCHEMA, layer_id)


def pieces(layer_id: str) -> sql.Composable:
    """Return the areas of a hazard as an item of FROM: `place`, `geom` (EPSG:4326)."""
    return sql.SQL("(SELECT place, geom FROM {})").format(area_table(layer_id))


def drawn() -> sql.Composable:
    """Return a polygon (GeoJSON, the placeholder `drawn`) as an item of FROM, all of it place 1."""
    return sql.SQL("""
        (SELECT 1::smallint AS place, ST_Subdivide(
             ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(%(drawn)s), 4326)), 3), {}) AS geom)""").format(
        sql.Literal(VERTICES)
    )


def version_of(info: LayerInfo | RasterInfo) -> str:
    """Return what tells whether areas are still those of the layer: a raster's file and classes, or the revision."""
    if isinstance(info, RasterInfo):
        bounds = [(kind.minimum, kind.maximum, kind.title) for kind in info.definition.classes]
        return f"{info.path.name} {json.dumps(bounds, ensure_ascii=False)}"
    return str(info.revision)


def parse_list(comment: Mapping[str, Any]) -> AreaList:
    """Return the list that a table's comment holds."""
    classes = tuple(AreaClass(**{**kind, "title": Texts(kind["title"])}) for kind in comment["classes"])
    return AreaList(**{**comment, "classes": classes})


def made_list(cursor: Any, layer_id: str) -> AreaList | None:
    """Return the list of a hazard's areas, None where they were never made."""
    name = area_table(layer_id).as_string(None)
    cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [name])
    (comment,) = cursor.fetchone()
    return None if comment is None else parse_list(json.loads(comment))


def known(cursor: Any) -> set[str]:
    """Return the hazards that have areas."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA])
    return {name for (name,) in cursor.fetchall()}


def drop(cursor: Any, layer_id: str) -> None:
    """Drop a hazard's areas, if there are any."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(area_table(layer_id)))


def make(cursor: Any, hazard: Hazard) -> AreaList:
    """Make a hazard's areas anew, in the caller's transaction."""
    info = hazard.info
    fresh = area_table(f"{hazard.id}~new")
    cursor.execute(
        sql.SQL("CREATE TABLE {} (place smallint NOT NULL, geom geometry(Polygon, 4326) NOT NULL)").format(
            fresh
        )
    )
    if isinstance(info, RasterInfo):
        classes = _of_raster(cursor, fresh, hazard, info)
    else:
        classes = _of_zones(cursor, fresh, info)
    public = info.definition.visibility == "public"
    made = AreaList(version_of(info), info.revision, public, isinstance(info, RasterInfo), classes)
    cursor.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(fresh))
    comment = json.dumps(asdict(made), ensure_ascii=False)
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(fresh, sql.Literal(comment)))
    readers = (STAFF_ROLE, PUBLIC_ROLE) if public else (STAFF_ROLE,)
    roles = sql.SQL(", ").join(map(sql.Identifier, readers))
    cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(fresh, roles))
    # At last, since readers of the old one have to wait from here to the commit.
    drop(cursor, hazard.id)
    cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(fresh, sql.Identifier(hazard.id)))
    cursor.execute(sql.SQL("ANALYZE {}").format(area_table(hazard.id)))
    return made


def _of_raster(cursor: Any, fresh: sql.Identifier, hazard: Hazard, info: RasterInfo) -> tuple[AreaClass, ...]:
    # With it comes rasterio, which who only asks for areas need not wait for.
    from layers.exposure_shapes import class_pieces

    legend = info.definition.classes
    with cursor.copy(sql.SQL("COPY {} (place, geom) FROM STDIN").format(fresh)) as copy:
        for place, piece in class_pieces(info.path, legend):
            copy.write_row((place, piece.hex()))
    return tuple(_class(fact.code, fact) for fact in (raster_fact(hazard, kind) for kind in legend))


def _of_zones(cursor: Any, fresh: sql.Identifier, info: LayerInfo) -> tuple[AreaClass, ...]:
    found = sorted(_zone_classes(cursor, info), key=lambda one: (one[0].grade, one[0].id))
    _insert(cursor, fresh, info, ALL, sql.SQL("true"))
    for place, (_, test) in enumerate(found, start=1):
        _insert(cursor, fresh, info, place, test)
    return tuple(kind for kind, _ in found)


def _insert(cursor: Any, fresh: sql.Identifier, info: LayerInfo, place: int, test: sql.Composable) -> None:
    """Add the zones that pass the test as pieces that share no area, however the zones overlap."""
    cursor.execute(
        sql.SQL("""
            INSERT INTO {fresh} SELECT {place}, geom FROM (
                SELECT ST_Subdivide(ST_CollectionExtract(ST_Union(ST_MakeValid(geom)), 3), {vertices}) AS geom
                FROM {zones} WHERE {test}) AS piece
            WHERE ST_GeometryType(geom) = 'ST_Polygon'""").format(
            fresh=fresh,
            place=sql.Literal(place),
            vertices=sql.Literal(VERTICES),
            zones=table(info.id),
            test=test,
        )
    )


def _zone_classes(cursor: Any, info: LayerInfo) -> Iterator[tuple[AreaClass, sql.Composable]]:
    """Yield each class that zones of the layer have, with the condition that a zone is of it."""
    names = [name for name in class_fields(info) if _is_as_open(info, name)]
    slide = [name for name in (PHENOMENON, ZONE) if name in names] if ZONE in names else []
    single = [[name] for name in (COLLAPSE, DEPTH, DEPTH_PLANNED, DURATION) if name in names]
    for group in [slide, *single] if slide else single:
        for values in _values(cursor, info, group):
            zone = dict(zip(group, values, strict=True))
            fact = zone_facts(info, zone)[0]
            code = fact.code if group == slide else f"{group[0]}:{fact.code}"
            yield _class(code, fact), _test(zone)
    nothing = _test(dict.fromkeys([*([ZONE] if slide else []), *(name for (name,) in single)]))
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {})").format(table(info.id), nothing))
    if cursor.fetchone()[0]:
        yield _class(UNCLASSED, zone_facts(info, {})[0]), nothing


def _values(cursor: Any, info: LayerInfo, group: list[str]) -> list[tuple[Any, ...]]:
    columns = sql.SQL(", ").join(map(sql.Identifier, group))
    last = sql.Identifier(group[-1])
    cursor.execute(
        sql.SQL("SELECT DISTINCT {} FROM {} WHERE {} <> '' ORDER BY {}").format(
            columns, table(info.id), last, columns
        )
    )
    return [tuple(row) for row in cursor.fetchall()]


def _test(zone: Mapping[str, Any]) -> sql.Composable:
    tests = [
        sql.SQL("{} IS NOT DISTINCT FROM {}").format(sql.Identifier(name), sql.Literal(value))
        if value is not None
        else sql.SQL("coalesce({}, '') = ''").format(sql.Identifier(name))
        for name, value in zone.items()
    ]
    return sql.SQL(" AND ").join(tests) if tests else sql.SQL("true")


def _is_as_open(info: LayerInfo, name: str) -> bool:
    """Tell whether whoever may see the layer may see the field: what is told of the areas is told to all of them."""
    field = info.definition.field_named(name)
    return not field.personal and field.visibility in ("public", info.definition.visibility)


def _class(code: str, fact: Fact) -> AreaClass:
    return AreaClass(code, _title(fact), fact.color, fact.grade)


def _title(fact: Fact) -> Texts:
    """What is classed, and the class; of most layers the class says it all."""
    if fact.of is None:
        return fact.title
    languages = {*fact.of, *fact.title}
    return Texts({name: f"{fact.of.to(name)} {fact.title.to(name)}" for name in languages})

"""The JSON schemas of exposure, in the words of OpenAPI 3.0."""

from __future__ import annotations

from api.schemas import (
    COLOUR,
    COUNT,
    FLAG,
    INSTANT,
    LINKS,
    NUMBER,
    TEXT,
    Schema,
    list_of,
    nullable,
    object_of,
)

_HOLDS = nullable(COUNT)


def _by_class(value: Schema, **more: Schema) -> Schema:
    """By the ids of `classes`, and the total."""
    return object_of(
        "byClass total", byClass={"type": "object", "additionalProperties": value}, total=value, **more
    )


_COUNTED = object_of("count capacity", count=COUNT, capacity=_HOLDS)
_PEOPLE: dict[str, Schema] = {
    "suppressed": FLAG | {"description": "True where a number is null because it is too small to be told."}
}
_SITE = object_of(
    "collection id name classes capacity designated longitude latitude",
    collection=TEXT,
    id=COUNT,
    name=nullable(TEXT),
    classes=list_of(TEXT),
    capacity=_HOLDS,
    designated=FLAG | {"nullable": True, "description": "Whether designated for this kind of hazard."},
    longitude=NUMBER,
    latitude=NUMBER,
)
EXPOSURE_SCHEMAS: dict[str, Schema] = {
    "exposure": object_of(
        "classes area counts roads people towns mesh sites unusable stale links",
        hazard=TEXT,
        title=TEXT,
        kind=nullable(TEXT),
        revision=COUNT,
        current=FLAG | {"description": "Whether hazard and counted layers are still as they were counted."},
        madeAt=INSTANT,
        alert=COUNT,
        classes=list_of(object_of("id title color grade", id=TEXT, title=TEXT, color=COLOUR, grade=COUNT)),
        area=_by_class(NUMBER | {"description": "m²"}),
        counts=list_of(_by_class(_COUNTED, collection=TEXT, title=TEXT)),
        roads=_by_class(NUMBER | {"description": "Metres"}) | {"nullable": True},
        people=_by_class(_HOLDS, **_PEOPLE)
        | {"nullable": True, "description": "By areal weighting of the town areas' population."},
        towns=list_of(_by_class(_HOLDS, id=COUNT, code=TEXT, name=TEXT, **_PEOPLE)),
        mesh=list_of(_by_class(_HOLDS, code=TEXT, **_PEOPLE)),
        sites=list_of(_SITE),
        unusable=list_of(_SITE),
        stale=list_of(TEXT),
        links=LINKS,
    ),
    "exposureArea": object_of(
        "type", type={"type": "string", "enum": ["Polygon", "MultiPolygon", "Feature", "FeatureCollection"]}
    ),
}

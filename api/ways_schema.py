"""The JSON schemas of walking ways, in the words of OpenAPI 3.0."""

from __future__ import annotations

from api.schemas import ANY, COUNT, FLAG, LINKS, NUMBER, TEXT, Schema, list_of, nullable, object_of

_METHOD: dict[str, Schema] = {
    "method": {"type": "string", "enum": ["roads", "straight"]},
    "reason": nullable({"type": "string", "enum": ["no_network", "no_road_near", "no_way"]}),
    "note": TEXT,
    "avoided": object_of(
        "closures hazard classes rivers",
        closures=FLAG,
        hazard=nullable(TEXT),
        classes=list_of(TEXT),
        rivers=list_of(TEXT),
    ),
}


def _feature(**properties: Schema) -> Schema:
    return object_of(
        "type geometry properties",
        type={"type": "string", "enum": ["Feature"]},
        geometry=nullable(ANY),
        properties=object_of(" ".join(properties), **properties),
    )


WAY_SCHEMAS: dict[str, Schema] = {
    "way": {
        "allOf": [
            _feature(metres=NUMBER, minutes=COUNT, straightMetres=NUMBER, **_METHOD),
            object_of("links", links=LINKS),
        ]
    },
    "wayReach": object_of(
        "type features links",
        type={"type": "string", "enum": ["FeatureCollection"]},
        features=list_of(_feature(minutes=COUNT, metres=NUMBER, **_METHOD)),
        links=LINKS,
    ),
}

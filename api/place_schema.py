"""The JSON schemas of the answers about one place, in the words of OpenAPI 3.0."""

from __future__ import annotations

from api.schemas import (
    ANY,
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
    ref,
)
from gis_core.hazards import GRAVEST, KINDS

KIND: Schema = {"type": "string", "enum": [*KINDS]}
STATES = ["class", "none", "not_mapped", "unavailable"]
STATE: Schema = {"type": "string", "enum": STATES}
GRADE: Schema = {"type": "integer", "minimum": 0, "maximum": GRAVEST}
OF_SOURCE: dict[str, Schema] = {
    "source": nullable(TEXT),
    "department": TEXT,
    "updated": nullable(INSTANT),
    "overdue": FLAG,
    "sample": FLAG,
}
CLASS: dict[str, Schema] = {
    "code": TEXT,
    "title": TEXT,
    "color": COLOUR,
    "minimum": nullable(NUMBER),
    "maximum": nullable(NUMBER),
}
UNDERSTOOD: dict[str, Schema] = {
    "label": TEXT,
    "kind": {"type": "string", "enum": ["address", "feature", "postal_code"]},
    "level": TEXT,
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
}
SITES = list_of(ref("placeSite"))

PLACE_SCHEMAS: dict[str, Schema] = {
    "place": object_of(
        "state point place candidates hazards evacuation shelters links",
        state={"type": "string", "enum": ["found", "ambiguous"]},
        point=nullable(object_of("longitude latitude", longitude=NUMBER, latitude=NUMBER)),
        place=nullable(
            object_of(
                "label confidence", **UNDERSTOOD, within_m=nullable(COUNT), rest=TEXT, note=nullable(TEXT)
            )
        ),
        candidates=list_of(
            object_of(
                "label longitude latitude href",
                **UNDERSTOOD,
                address=nullable(TEXT),
                layer_title=nullable(TEXT),
                longitude=NUMBER,
                latitude=NUMBER,
                href=TEXT,
            )
        ),
        in_city=nullable(FLAG),
        city_note=nullable(TEXT),
        district=nullable(
            object_of(
                "name approximate",
                name=nullable(TEXT),
                town_code=nullable(TEXT),
                population=nullable(COUNT),
                households=nullable(COUNT),
                municipality=nullable(TEXT),
                approximate=FLAG | {"description": "Only the nearest town is known, not whose area it is."},
            )
        ),
        mesh=nullable(object_of("500m 250m", **{"500m": TEXT, "250m": TEXT})),
        elevation=nullable(
            object_of("state words", state=STATE, value=nullable(NUMBER), unit=TEXT, words=TEXT, **OF_SOURCE)
        ),
        summary=nullable(TEXT),
        caution=nullable(TEXT),
        sample=FLAG,
        sample_note=nullable(TEXT),
        distance_note=nullable(TEXT),
        hazards=list_of(ref("placeHazard")),
        evacuation=list_of(ref("placeEvacuation")),
        shelters=SITES,
        shelters_note=nullable(TEXT),
        links=LINKS,
    )
    | {
        "description": "Where `state` is `ambiguous` the words may mean several places: ask again for a candidate's."
    },
    "placeHazard": object_of(
        "layer type kind title state class severity words action sentence others url",
        layer=TEXT,
        type={"type": "string", "enum": ["raster", "vector"]},
        kind=nullable({"type": "string"}),
        kind_title=nullable(TEXT),
        title=TEXT,
        state=STATE,
        **{"class": nullable(object_of("code title color", **CLASS))},
        value=nullable(NUMBER),
        unit=nullable(TEXT),
        exact=nullable(FLAG),
        severity=GRADE,
        words=TEXT,
        meaning=nullable(TEXT),
        action=TEXT,
        sentence=TEXT,
        others=list_of(object_of("code title color words severity", **CLASS, words=TEXT, severity=GRADE)),
        zone=nullable(object_of("id url", id=COUNT, name=nullable(TEXT), url=TEXT)),
        url=TEXT,
        **OF_SOURCE,
    )
    | {
        "description": "What one layer says; `severity` from 0, nothing known or shown, to 5, life in danger."
    },
    "placeEvacuation": object_of(
        "kind title here sentence sites avoid",
        kind=KIND,
        title=TEXT,
        here={"type": "string", "enum": [*STATES, "unknown"]},
        color=nullable(COLOUR),
        sentence=TEXT,
        sites=SITES,
        avoid=SITES,
    )
    | {
        "description": "For one kind of hazard; `avoid` are nearer designated sites that are not recommended."
    },
    "placeSite": object_of(
        "id layer name longitude latitude distance_m walking_minutes by way hazards inside item",
        id=COUNT,
        layer=TEXT,
        name=nullable(TEXT),
        name_kana=nullable(TEXT),
        name_en=nullable(TEXT),
        address=nullable(TEXT),
        phone=nullable(TEXT),
        capacity=nullable(COUNT),
        url=nullable(TEXT),
        longitude=NUMBER,
        latitude=NUMBER,
        distance_m=COUNT,
        walking_minutes=COUNT,
        by={"type": "string", "enum": ["straight", "way"]},
        way=nullable(ANY),
        hazards=list_of(KIND),
        inside=list_of(KIND),
        not_mapped=list_of(KIND),
        state=nullable(TEXT),
        state_words=nullable(TEXT),
        state_at=nullable(INSTANT),
        reason=nullable(TEXT),
        item=TEXT,
        sample=FLAG,
    ),
}

"""The catalogue of what the city publishes, as DCAT 3 in JSON-LD (W3C vocab-dcat-3).

Frequencies and access rights are named by the EU's authority tables, which DCAT application profiles ask for.
Texts carry their language. Coordinates are degrees (CRS84).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gis_core.boxes import Box
from gis_core.definition import LayerDefinition, Texts
from layers.catalogue import LayerInfo, RasterInfo
from layers.documentation import rule_sentence
from layers.reads import Statement

Node = dict[str, Any]

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "machizu": "urn:machizu:vocabulary:",
    "org": "http://www.w3.org/ns/org#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "PDL1.0": "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
}
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
FREQUENCIES = {
    "realtime": "UPDATE_CONT",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "yearly": "ANNUAL",
    "irregular": "IRREG",
}
LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
OPEN_TO_ALL = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# Where the Digital Agency publishes the municipal standard open dataset.
STANDARD = "https://www.digital.go.jp/resources/open_data/municipal-standard-data-set-test"
# Easy Japanese has no language tag of its own; its text would stand as a second Japanese one.
TAGS = {"ja": "ja", "en": "en", "pt": "pt", "es": "es", "zh-hans": "zh-Hans", "ko": "ko"}


@dataclass(frozen=True)
class Offer:
    """One form in which a dataset can be had: where, and in which media type; `format` is its short name."""

    title: Texts
    url: str
    media: str
    format: str


@dataclass(frozen=True)
class Entry:
    """One dataset: the layer or raster, its address, its page, its schema if it has one, its offers."""

    info: LayerInfo | RasterInfo
    address: str
    page: str
    schema: str | None
    offers: Sequence[Offer]
    issued: datetime | None


@dataclass(frozen=True)
class Site:
    """Whose catalogue it is and where: addresses of the catalogue, the API, its description, the start page."""

    title: Texts
    description: Texts
    city: Texts
    catalogue: str
    api: str
    api_description: str
    home: str
    conforms_to: Sequence[str]


def first_published_statement() -> Statement:
    """Rows `(layer, instant)`: when each layer or raster was first published."""
    return Statement("SELECT layer_id, at FROM layers_revision WHERE revision = 1", {})


def catalogue_document(site: Site, entries: Sequence[Entry]) -> Node:
    """Return the catalogue as a JSON-LD document. Give only what everybody may see."""
    modified = [e.info.updated_at for e in entries if e.info.updated_at]
    return {
        "@context": CONTEXT,
        "@id": site.catalogue,
        "@type": "dcat:Catalog",
        "dct:title": _literals(site.title),
        "dct:description": _literals(site.description),
        "dct:publisher": _agent(site.city),
        "dct:language": [{"@id": LANGUAGE + code} for code in ("JPN", "ENG")],
        "foaf:homepage": {"@id": site.home},
        **({"dct:modified": _instant(max(modified))} if modified else {}),
        "dcat:service": [_service(site, entries)],
        "dcat:dataset": [_dataset(site, entry) for entry in entries],
    }


def provenance(entry: Entry) -> Texts:
    """Return source, survey approval, datum and accuracy as one text in Japanese and English."""
    definition = entry.info.definition
    form, source = definition.registration, definition.source
    approval = form.survey.approval if form.survey else None
    parts = [
        (source["ja"], source.to("en")) if source else None,
        (f"測量法の承認番号：{approval}", f"Survey Act approval: {approval}") if approval else None,
        (f"元データの測地系：{form.datum}", f"Datum of the source: {form.datum}") if form.datum else None,
        (f"地図情報レベル {form.accuracy}", f"Map information level {form.accuracy}") if form.accuracy else None,
    ]  # fmt: skip
    found = [part for part in parts if part]
    return Texts(ja="。".join(p[0] for p in found), en=". ".join(p[1] for p in found))


def standard(definition: LayerDefinition) -> Texts:
    """Return the name of the municipal standard dataset that the layer follows."""
    return Texts(
        ja=f"自治体標準オープンデータセット {definition.dataset} {definition.title['ja']}",
        en=f"Municipal standard open dataset {definition.dataset} {definition.title.to('en')}",
    )


def _dataset(site: Site, entry: Entry) -> Node:
    info = entry.info
    definition, form = info.definition, info.definition.registration
    node: Node = {
        "@id": entry.address,
        "@type": "dcat:Dataset",
        "dct:identifier": definition.id,
        "dct:title": _literals(definition.title),
        "dct:description": _literals(definition.description),
        "dct:publisher": _agent(info.department, part_of=site.city),
        "dcat:contactPoint": _contact(info.department, form.contact),
        "dcat:keyword": [definition.theme],
        "dct:accessRights": {"@id": OPEN_TO_ALL},
        "dct:conformsTo": _conforms_to(entry),
        "dcat:landingPage": {"@id": entry.page},
        "dcat:distribution": [_distribution(site, entry, offer) for offer in entry.offers],
        "dct:issued": _instant(entry.issued),
        "dct:modified": _instant(info.updated_at),
        "dct:accrualPeriodicity": _frequency(form.update_frequency),
        "machizu:nextDue": _typed("xsd:date", info.next_due.isoformat() if info.next_due else None),
        "dct:spatial": _location(info.extent),
        "dct:license": _licence(definition.licence),
        "machizu:purpose": _literals(form.purpose) if form.purpose else None,
    }
    told = provenance(entry)
    if told["ja"]:
        node["dct:provenance"] = {"@type": "dct:ProvenanceStatement", "rdfs:label": _literals(told)}
    return _filled(node)


def _distribution(site: Site, entry: Entry, offer: Offer) -> Node:
    return _filled(
        {
            "@type": "dcat:Distribution",
            "dct:title": _literals(offer.title),
            "dcat:accessURL": {"@id": offer.url},
            "dcat:accessService": {"@id": site.api},
            "dcat:mediaType": {"@id": MEDIA_TYPES + offer.media.split(";")[0]},
            "dct:format": {"@type": "dct:MediaTypeOrExtent", "rdfs:label": offer.format},
            "dct:license": _licence(entry.info.definition.licence),
        }
    )


def _service(site: Site, entries: Sequence[Entry]) -> Node:
    return {
        "@id": site.api,
        "@type": "dcat:DataService",
        "dct:title": _literals(site.title),
        "dct:publisher": _agent(site.city),
        "dcat:endpointURL": {"@id": site.api},
        "dcat:endpointDescription": {"@id": site.api_description},
        "dct:conformsTo": [{"@id": uri} for uri in site.conforms_to],
        "dcat:servesDataset": [{"@id": entry.address} for entry in entries],
    }


def _conforms_to(entry: Entry) -> list[Node]:
    """The reference system, the municipal standard, and the layer's own schema with its rules."""
    nodes: list[Node] = [{"@id": CRS84}]
    definition = entry.info.definition
    if not isinstance(definition, LayerDefinition):
        return nodes
    if definition.dataset:
        name = _literals(standard(definition))
        nodes.append(
            {
                "@type": "dct:Standard",
                "dct:identifier": definition.dataset,
                "dct:title": name,
                "rdfs:seeAlso": {"@id": STANDARD},
            }
        )
    rules = [rule_sentence(definition, rule).as_dict() for rule in definition.rules]
    own: Node = {"@id": entry.schema, "@type": "dct:Standard", "dct:title": _literals(definition.title)}
    nodes.append(own | ({"machizu:rule": [t for r in rules for t in _literals(r)]} if rules else {}))
    return nodes


def _agent(name: Texts, part_of: Texts | None = None) -> Node:
    node: Node = {"@type": ["foaf:Agent", "org:Organization"], "foaf:name": _literals(name)}
    return node | ({"org:subOrganizationOf": _agent(part_of)} if part_of else {})


def _contact(department: Texts, contact: str | None) -> Node:
    node: Node = {"@type": "vcard:Organization", "vcard:fn": _literals(department)}
    if contact and is_email(contact):
        return node | {"vcard:hasEmail": {"@id": f"mailto:{contact}"}}
    return node | ({"vcard:note": contact} if contact else {})


def is_email(contact: str) -> bool:
    """Tell whether the whole contact is an e-mail address, to be linked rather than shown."""
    name, at, host = contact.partition("@")
    return bool(name and at and "." in host) and contact.isascii() and not set(contact) & set(" <>\"'(),;:")


def _location(extent: Box | None) -> Node | None:
    if extent is None:
        return None
    west, south, east, north = extent.as_tuple()
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    box = _typed("gsp:wktLiteral", f"<{CRS84}> POLYGON(({ring}))")
    return {"@type": "dct:Location", "dcat:bbox": box}


def _licence(licence: str | None) -> Node | None:
    """The licence's address; one that is not in the table stands by its name."""
    if licence is None:
        return None
    if licence in LICENCES:
        return {"@id": LICENCES[licence]}
    return {"@type": "dct:LicenseDocument", "rdfs:label": licence}


def _frequency(frequency: str | None) -> Node | None:
    return {"@id": FREQUENCY + FREQUENCIES[frequency]} if frequency else None


def _instant(instant: datetime | None) -> Node | None:
    return _typed("xsd:dateTime", instant.isoformat() if instant else None)


def _typed(kind: str, value: str | None) -> Node | None:
    return {"@type": kind, "@value": value} if value is not None else None


def _literals(texts: Mapping[str, str]) -> list[Node]:
    return [{"@language": tag, "@value": texts[code]} for code, tag in TAGS.items() if texts.get(code)]


def _filled(node: Node) -> Node:
    return {key: value for key, value in node.items() if value is not None}

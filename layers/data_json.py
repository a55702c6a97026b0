"""The catalogue as `data.json` (Project Open Data metadata 1.1), which open-data portals harvest.

It knows one language; the caller chooses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gis_core.definition import LayerDefinition
from layers import dcat
from layers.dcat import Entry, Offer, Site

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
# ISO 8601 repeating durations, as the schema asks.
FREQUENCIES = {
    "realtime": "R/PT1S",
    "daily": "R/P1D",
    "weekly": "R/P1W",
    "monthly": "R/P1M",
    "quarterly": "R/P3M",
    "yearly": "R/P1Y",
    "irregular": "irregular",
}


def catalogue_document(site: Site, entries: Sequence[Entry], address: str, language: str) -> dict[str, Any]:
    """Return the catalogue at `address` in the language. Give only what everybody may see."""
    return {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@id": address,
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
        "dataset": [_dataset(site, entry, language) for entry in entries],
    }


def _dataset(site: Site, entry: Entry, language: str) -> dict[str, Any]:
    info, definition, form = entry.info, entry.info.definition, entry.info.definition.registration
    node = {
        "@type": "dcat:Dataset",
        "identifier": entry.address,
        "title": definition.title.to(language),
        "description": definition.description.to(language),
        "keyword": [definition.theme],
        "accessLevel": "public",
        "publisher": {
            "@type": "org:Organization",
            "name": info.department.to(language),
            "subOrganizationOf": {"@type": "org:Organization", "name": site.city.to(language)},
        },
        "contactPoint": _contact(info.department.to(language), form.contact),
        "modified": info.updated_at.isoformat() if info.updated_at else None,
        "issued": entry.issued.isoformat() if entry.issued else None,
        "accrualPeriodicity": FREQUENCIES[form.update_frequency] if form.update_frequency else None,
        "license": dcat.LICENCES.get(definition.licence or ""),
        "rights": dcat.provenance(entry).to(language) or None,
        "spatial": ",".join(map(str, info.extent.as_tuple())) if info.extent else None,
        "landingPage": entry.page,
        "describedBy": entry.schema,
        "describedByType": "application/schema+json" if entry.schema else None,
        "conformsTo": dcat.STANDARD
        if isinstance(definition, LayerDefinition) and definition.dataset
        else None,
        "distribution": [_distribution(offer, language) for offer in entry.offers],
    }
    return {key: value for key, value in node.items() if value is not None}


def _contact(name: str, contact: str | None) -> dict[str, str]:
    node = {"@type": "vcard:Contact", "fn": name}
    if contact and dcat.is_email(contact):
        return node | {"hasEmail": f"mailto:{contact}"}
    return node | ({"note": contact} if contact else {})


def _distribution(offer: Offer, language: str) -> dict[str, str]:
    return {
        "@type": "dcat:Distribution",
        "title": offer.title.to(language),
        "accessURL": offer.url,
        "mediaType": offer.media.split(";")[0],
        "format": offer.format,
    }

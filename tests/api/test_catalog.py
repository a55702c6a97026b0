"""The catalogue of open data: what DCAT asks for is there, every address answers, nothing internal shows."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from layers.dcat import CONTEXT, FREQUENCY, LICENCES
from tests.api.conftest import Clients, definition
from tests.conftest import Store

FORM = {
    "contact": "hatake@example.jp",
    "purpose": {"ja": "畑の場所を知らせる。", "en": "Tells where fields are."},
    "survey": {"kind": "public", "approval": "令8関公第1号"},
    "datum": "JGD2011",
    "accuracy": 2500,
    "personal_data": {"contained": False, "reason": {"ja": "含みません。"}},
    "update_frequency": "yearly",
    "next_due": "2099-04-30",
    "retention_years": 10,
}


@pytest.fixture
def field_client(store: Store, clients: Clients) -> TestClient:
    """A client of a store whose only filled layer has fulfilled its duties."""
    import shapely

    from layers.services.loads import Delivery, load_rows
    from layers.services.registry import register_layer

    form = {
        "visibility": "public",
        "licence": "PDL1.0",
        "source": {"ja": "農地台帳", "en": "Register of farmland"},
    }
    rule = {"rule": "within_city", "buffer_m": 50}
    register_layer(definition("fields", [], registration=FORM, dataset="99", rules=[rule], **form))
    rows = [("畑", shapely.Point(140, 36.9).wkb)]
    load_rows("fields", Delivery.whole("f.csv", ("name",), (), rows, {}), actor="tests", mode="publish")
    return clients(store)


def dataset(client: TestClient, **query: str) -> Any:
    document = client.get("/api/catalog", params=query).json()
    return document["dataset" if query else "dcat:dataset"][0]


def text(literals: list[dict[str, str]], language: str) -> str:
    return next(entry["@value"] for entry in literals if entry["@language"] == language)


def test_the_catalogue_has_what_dcat_asks_for(client: TestClient) -> None:
    response = client.get("/api/catalog")
    assert response.headers["content-type"] == "application/ld+json"
    catalogue = response.json()
    assert catalogue["@type"] == "dcat:Catalog"
    for key in ("dct:title", "dct:description"):
        assert text(catalogue[key], "ja")
        assert text(catalogue[key], "en")
    assert text(catalogue["dct:publisher"]["foaf:name"], "ja") == "大田原市"
    (service,) = catalogue["dcat:service"]
    assert service["dcat:endpointURL"]["@id"] == "http://testserver/api/"
    served = [s["@id"] for s in service["dcat:servesDataset"]]
    assert served == [d["@id"] for d in catalogue["dcat:dataset"]]


def test_only_what_is_public_and_was_filled_is_listed(client: TestClient) -> None:
    catalogue = client.get("/api/catalog").json()
    assert {d["dct:identifier"] for d in catalogue["dcat:dataset"]} == {"benches", "zones", "depth"}
    other = client.get("/api/catalog?f=datajson").json()
    assert len(other["dataset"]) == 3
    assert "staff_only" not in client.get("/api/catalog").text + client.get("/api/catalog?f=datajson").text


@pytest.mark.parametrize("query", [{}, {"f": "datajson"}])
def test_every_address_of_a_distribution_answers_in_its_form(
    client: TestClient, query: dict[str, str]
) -> None:
    document = client.get("/api/catalog", params=query).json()
    for entry in document.get("dcat:dataset", document.get("dataset")):
        offers = entry.get("dcat:distribution", entry.get("distribution"))
        assert offers
        for offer in offers:
            address = offer["dcat:accessURL"]["@id"] if "dcat:accessURL" in offer else offer["accessURL"]
            assert client.get(address).status_code == 200
        page = entry.get("dcat:landingPage", {}).get("@id") or entry["landingPage"]
        assert client.get(page).status_code == 200


def test_every_prefix_is_declared(client: TestClient) -> None:
    document = client.get("/api/catalog").json()
    assert document.pop("@context") == CONTEXT
    assert {name.split(":")[0] for name in keys(document) if not name.startswith("@")} <= set(CONTEXT)


def keys(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(keys, node))
    return set(node).union(*map(keys, node.values())) if isinstance(node, dict) else set()


def test_a_dataset_tells_who_when_how_often_where_and_under_what_terms(field_client: TestClient) -> None:
    entry = dataset(field_client)
    assert text(entry["dct:title"], "en") == "The fields"
    assert text(entry["dct:publisher"]["org:subOrganizationOf"]["foaf:name"], "ja") == "大田原市"
    assert entry["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:hatake@example.jp"}
    assert entry["dct:accrualPeriodicity"] == {"@id": FREQUENCY + "ANNUAL"}
    assert entry["dct:license"] == {"@id": LICENCES["PDL1.0"]}
    assert entry["dct:issued"]["@value"] <= entry["dct:modified"]["@value"]
    assert entry["machizu:nextDue"] == {"@type": "xsd:date", "@value": "2099-04-30"}
    assert "((140 36.9," in entry["dct:spatial"]["dcat:bbox"]["@value"]
    told = entry["dct:provenance"]["rdfs:label"]
    assert (
        text(told, "ja")
        == "農地台帳。測量法の承認番号：令8関公第1号。元データの測地系：JGD2011。地図情報レベル 2500"
    )
    _, standard, own = entry["dct:conformsTo"]
    assert standard["dct:identifier"] == "99"
    assert text(own["machizu:rule"], "en") == "Inside the city or within 50 m of it."


def test_data_json_has_what_its_schema_requires(field_client: TestClient) -> None:
    entry = dataset(field_client, f="datajson", lang="en")
    required = {"title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel"}  # fmt: skip
    assert required <= set(entry)
    assert (entry["title"], entry["accrualPeriodicity"], entry["license"]) == (
        "The fields",
        "R/P1Y",
        LICENCES["PDL1.0"],
    )
    assert entry["contactPoint"]["hasEmail"] == "mailto:hatake@example.jp"


def test_the_catalogue_is_fresh_and_conditional(field_client: TestClient) -> None:
    first = field_client.get("/api/catalog")
    again = field_client.get("/api/catalog", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_a_collection_says_when_it_is_due_and_whether_it_is_late(field_client: TestClient) -> None:
    found = field_client.get("/api/collections/fields").json()
    assert (found["nextDue"], found["overdue"]) == ("2099-04-30", False)

"""The API's operations as methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from machizu_client.answers import Collection, Event, Feature, Nearest, Written
from machizu_client.changes import Changes
from machizu_client.events import events
from machizu_client.transport import Transport

PAGE = 1000
GEOJSON = "application/geo+json"
MERGE_PATCH = "application/merge-patch+json"


class Machizu:
    """Asks one Machizu. `address` ends in `/api`; coordinates are longitude and latitude in degrees.

    All methods raise `Problem` when the server refuses, `Unreachable` when it does not answer.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        timeout_s: float = 30.0,
        retries: int = 3,
        language: str = "ja",
    ) -> None:
        self._transport = Transport(address, key, timeout_s=timeout_s, retries=retries, language=language)

    def collections(self) -> list[Collection]:
        """Return the layers that may be seen."""
        return [_collection(c) for c in self._json("/collections", f="json")["collections"]]

    def collection(self, layer: str) -> Collection:
        """Return one layer."""
        return _collection(self._json(_path(layer), f="json"))

    def features(
        self,
        layer: str,
        *,
        filter: str | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        datetime: str | None = None,
        at: str | None = None,
        q: str | None = None,
        sortby: Sequence[str] | None = None,
        properties: Sequence[str] | None = None,
        most: int | None = None,
        **equal: object,
    ) -> Iterator[Feature]:
        """Yield a layer's features, all of those that match or so many at `most`, a page at a time.

        `filter` is CQL2 text; `at` an instant at which the layer is read; `sortby` such as `["-capacity"]`;
        `equal` are properties and their values.
        """
        query = {
            "limit": PAGE if most is None else max(1, min(PAGE, most)),
            "filter": filter,
            "bbox": bbox,
            "datetime": datetime,
            "at": at,
            "q": q,
            "sortby": _listed(sortby),
            "properties": _listed(properties),
            "f": "json",
            **equal,
        }
        return islice(self._pages(self._transport.url(_path(layer) + "/items", query)), most)

    def feature(self, layer: str, number: int, *, at: str | None = None) -> Feature:
        """Return one feature, with the ETag that `update`, `replace` and `delete` take."""
        answer = self._transport.get(self._transport.url(_item(layer, number), {"at": at, "f": "json"}))
        return Feature.of(answer.json(), answer.headers.get("ETag"))

    def nearest(
        self,
        layer: str,
        lon: float,
        lat: float,
        *,
        limit: int = 10,
        max_m: float | None = None,
        filter: str | None = None,
        **equal: object,
    ) -> list[Nearest]:
        """Return the features nearest to a point, at most so many and so far in metres, nearest first."""
        page = self._json(
            _path(layer) + "/nearest", lon=lon, lat=lat, limit=limit, max_m=max_m, filter=filter, **equal
        )
        return [Nearest(Feature.of(f), f["properties"]["distance_m"]) for f in page["features"]]

    def search(
        self,
        text: str,
        *,
        limit: int = 20,
        types: Sequence[str] | None = None,
        layers: Sequence[str] | None = None,
    ) -> list[Feature]:
        """Return what a text finds by name, reading, address or postal code, best first."""
        page = self._json("/search", q=text, limit=limit, types=_listed(types), layers=_listed(layers))
        return [Feature.of(f) for f in page["features"]]

    def changes(self, layer: str, since: int = 0) -> Changes:
        """Return what changed after a revision, to be read once."""
        return Changes(
            self._transport, self._transport.url(_path(layer) + "/changes", {"since": since}), since
        )

    def aggregate(
        self,
        layer: str,
        *,
        by: str | None = None,
        sum: Sequence[str] | None = None,
        filter: str | None = None,
    ) -> dict[str, Any]:
        """Return counts and sums, by a property, an area, a mesh or a year."""
        return self._json(_path(layer) + "/aggregate", by=by, sum=_listed(sum), filter=filter)

    def download(self, layer: str, format: str, target: Path, **query: object) -> None:
        """Write all features to a file: `csv`, `xlsx`, `gpkg`, `shp`, `parquet`, …"""
        url = self._transport.url(_path(layer) + "/items", {"f": format, **query})
        with self._transport.open(url) as answer, target.open("wb") as file:
            copyfileobj(answer, file)

    def create(
        self, layer: str, features: Sequence[Feature], *, idempotency_key: str | None = None
    ) -> Written:
        """Add features, all or none. With a key of the caller's own it may be sent again without harm."""
        content = {"type": "FeatureCollection", "features": [f.geojson() for f in features]}
        headers = {"Idempotency-Key": f'"{idempotency_key}"'} if idempotency_key else {}
        path = _path(layer) + "/items"
        return self._write("POST", path, content, GEOJSON, headers, again=idempotency_key is not None)

    def replace(self, layer: str, number: int, feature: Feature, *, etag: str | None = None) -> Written:
        """Give a feature new values; with `etag` only if it is still as it was read."""
        return self._write("PUT", _item(layer, number), feature.geojson(), GEOJSON, _held(etag), again=True)

    def update(
        self, layer: str, number: int, properties: dict[str, Any], *, etag: str | None = None
    ) -> Written:
        """Change these properties, None empties; with `etag` only if the feature is still as it was read."""
        content = {"type": "Feature", "properties": properties}
        return self._write("PATCH", _item(layer, number), content, MERGE_PATCH, _held(etag), again=True)

    def delete(self, layer: str, number: int, *, etag: str | None = None) -> None:
        """Take a feature out of the layer."""
        url = self._transport.url(_item(layer, number))
        self._transport.send("DELETE", url, None, "", _held(etag), again=True)

    def stream(
        self,
        *,
        layers: Sequence[str] | None = None,
        types: Sequence[str] | None = None,
        after: str | None = None,
    ) -> Iterator[Event]:
        """Yield what changes, for ever; from `after`, an event's id, what was missed since."""
        query = {"layers": _listed(layers), "types": _listed(types)}
        return events(self._transport, self._transport.url("/stream", query), after)

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """Return any other JSON answer, such as `/alerts` or `/collections/evacuation_shelters/status`."""
        return self._json(path, **query)

    def _json(self, path: str, **query: object) -> dict[str, Any]:
        return self._transport.get(self._transport.url(path, query)).json()

    def _pages(self, url: str | None) -> Iterator[Feature]:
        while url is not None:
            page = self._transport.get(url).json()
            yield from map(Feature.of, page["features"])
            url = self._transport.follow(page["links"])

    def _write(
        self, method: str, path: str, content: Any, media: str, headers: dict[str, str], *, again: bool
    ) -> Written:
        answer = self._transport.send(method, self._transport.url(path), content, media, headers, again=again)
        done = answer.json()
        repeated = "Idempotency-Replayed" in answer.headers
        etag = answer.headers.get("ETag")
        return Written(done["ids"], done["revision"], done["warnings"], etag, repeated)


def _collection(content: dict[str, Any]) -> Collection:
    return Collection(
        content["id"],
        content.get("title", ""),
        content["itemCount"],
        content["revision"],
        content.get("description", ""),
        content,
    )


def _path(layer: str) -> str:
    return f"/collections/{layer}"


def _item(layer: str, number: int) -> str:
    return f"{_path(layer)}/items/{number}"


def _held(etag: str | None) -> dict[str, str]:
    return {"If-Match": etag} if etag else {}


def _listed(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else [*values]

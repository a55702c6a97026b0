"""Items as files, as tests fetch and read them."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
from starlette.testclient import TestClient

BENCH = "/api/collections/benches/items"


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].values)


def fetch(client: TestClient, path: str = BENCH, **query: Any) -> bytes:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    return response.content

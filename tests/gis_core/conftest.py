"""Fixtures of the ground's tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def vectors(shared: Path) -> Callable[[str], Any]:
    """Load a file of reference cases by its name."""
    return lambda name: json.loads((shared / "vectors" / f"{name}.json").read_text(encoding="utf-8"))

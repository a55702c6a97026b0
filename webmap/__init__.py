"""Pages for people: the residents' map and its lists. Reads go through `layers.selectors` only."""

from pathlib import Path

STATIC_FOLDER = Path(__file__).with_name("static")

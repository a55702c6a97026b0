"""How layers look on a hand-out: never colour alone, so each kind of place has its own outline and letter."""

from __future__ import annotations

from typing import NamedTuple

from gis_core.definition import LayerDefinition
from webmap.handouts.inert import inert

_CIRCLE = "M16 3a13 13 0 1 1 0 26a13 13 0 1 1 0-26z"


class Plate(NamedTuple):
    """A symbol: its outline in a box of 32, its letter, and how far the letter is lowered."""

    outline: str
    letter: str
    lowered: int = 0


PLATES = {
    "evacuation_site": Plate("M7 4h18a3 3 0 0 1 3 3v18a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z", "避"),
    "evacuation_shelter": Plate("M16 2.5L29 12.5V28.5H3V12.5z", "所", 2),
    "facility": Plate(_CIRCLE, "施"),
    "wifi": Plate("M9 4.5h14l6.5 11.5L23 27.5H9L2.5 16z", "Wi"),
    "camera": Plate("M11 3.5h10l7.5 7.5v10l-7.5 7.5h-10L3.5 21V11z", "川"),
    "event": Plate("M16 2L30 16L16 30L2 16z", "催"),
    "medical": Plate("M7 4h18a3 3 0 0 1 3 3v18a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z", "＋"),
    "aed": Plate(_CIRCLE, "A"),
    "radiation": Plate("M9 4.5h14l6.5 11.5L23 27.5H9L2.5 16z", "γ"),
    "gauge": Plate("M16 2.5L30 12.8L24.6 28.5H7.4L2 12.8z", "水"),
    "water_supply": Plate("M16 2.5L30 12.8L24.6 28.5H7.4L2 12.8z", "給"),
    "damage": Plate("M16 3L30 28H2z", "!", 3),
}


def symbol(definition: LayerDefinition) -> str:
    """Return the layer's symbol as SVG. Nothing but the definition's own words is in it, made harmless."""
    title = definition.title["ja"]
    plate = PLATES.get(definition.style.symbol or "", Plate(_CIRCLE, title[:1]))
    colour = definition.style.color
    size = 17 if len(plate.letter) == 1 else 12
    return (
        f'<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">'
        f'<path d="{plate.outline}" fill="{inert(colour)}" stroke="#ffffff" stroke-width="3.5" paint-order="stroke"/>'
        f'<path d="{plate.outline}" fill="none" stroke="#1a1a1a"/>'
        f'<text x="16" y="{22 + plate.lowered}" text-anchor="middle" font-size="{size}" font-weight="700"'
        f' fill="{ink(colour)}">{inert(plate.letter)}</text></svg>'
    )


def line_picture(colour: str, width: float) -> str:
    """Return a piece of a line as SVG."""
    return (
        '<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><path d="M4 24L13 12L19 19L28 8" fill="none"'
        f' stroke="{inert(colour)}" stroke-width="{max(width, 3)}"/></svg>'
    )


def area_picture(colour: str, opacity: float = 1.0) -> str:
    """Return a piece of an area as SVG."""
    return (
        '<svg viewBox="0 0 28 18" width="28" height="18" aria-hidden="true"><rect x="0.5" y="0.5" width="27" height="17"'
        f' fill="{inert(colour)}" fill-opacity="{opacity}" stroke="#4d4d4d"/></svg>'
    )


def ink(colour: str) -> str:
    """Return black or white, whichever has the higher contrast on the colour (WCAG relative luminance)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return "#1a1a1a" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"

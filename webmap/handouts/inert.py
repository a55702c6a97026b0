"""Data made harmless before folium sees it.

folium writes texts into template literals of JavaScript, where `${…}` runs and a backtick ends the literal, and
GeoJsonPopup writes properties as HTML. branca reads what was rendered as a template once more, so that `{{ … }}`
would run in Python. So HTML's characters, the backtick, the dollar sign and braces all become character
references, which only show as what they were.
"""

from __future__ import annotations

from html import escape

_MORE = str.maketrans({"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;"})


def inert(text: str) -> str:
    """Return HTML that shows the text and does nothing, wherever folium puts it."""
    return escape(text, quote=True).translate(_MORE)

"""The same answers as plain HTML: no script, no foreign file, everything escaped."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from api.answers import answer
from api.asked import Asked
from api.links import Link
from api.words import WORDS
from gis_core.languages import NAMES, html_tag

FOLDER = Path(__file__).with_name("templates")
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")
# Nothing but the one style of ours may take effect in a page, whatever the data holds.
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; base-uri 'none'; frame-ancestors 'self'; style-src 'sha256-{STYLE_HASH}'"

_templates = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["style"] = STYLE


async def page(asked: Asked, template: str, links: list[Link], **context: Any) -> Response:
    """Answer with the page in the asker's language."""
    settings = asked.service.settings
    known: dict[str, Any] = {
        "asked": asked,
        "links": links,
        "lang": asked.language,
        "html_lang": html_tag(asked.language),
        "languages": [(code, html_tag(code), NAMES[code]) for code in settings.languages],
        "say": {name: texts.to(asked.language) for name, texts in WORDS.items()},
        "site": settings.title.to(asked.language),
        "about": settings.description.to(asked.language),
        "url": lambda path, **query: asked.url(path, **query, **_kept(asked)),
    }
    body = _templates.get_template(template).render(known | context).encode()
    headers = {"content-security-policy": POLICY, "content-language": html_tag(asked.language)}
    return await answer(asked, body, headers=headers)


def _kept(asked: Asked) -> dict[str, str]:
    """The choices that follow a reader from page to page."""
    return {"f": "html"} | ({"lang": asked.query["lang"]} if "lang" in asked.query else {})

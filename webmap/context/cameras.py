"""All river cameras on one page: the last image of each, when it was taken, and whether that is too long ago."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from layers import selectors
from layers.services import cameras
from layers.status import STALE_AFTER
from webmap.context import catalogue as describe
from webmap.context import page, values
from webmap.context.lists import called

if TYPE_CHECKING:
    from django.http import HttpRequest

    from layers.catalogue import LayerInfo
    from layers.feed_models import CameraImage

LAYER = "river_cameras"
MOST = 500


class Image(NamedTuple):
    """A camera's last image; `width` and `height` in pixels, None where unknown."""

    address: str
    alt: str
    taken: str
    is_stale: bool
    width: int | None
    height: int | None


class Camera(NamedTuple):
    """A camera of the wall."""

    number: int
    called: Any
    river: str
    website: str | None
    image: Image | None


def context(request: HttpRequest, info: LayerInfo) -> dict[str, Any]:
    """Return the values of `webmap/cameras.html`, the cameras by river."""
    base = page.context(request)
    known = cameras.known(info.id)
    found = [
        _camera(info, row, known.get(row["id"]), base["language"])
        for row in selectors.features(info, limit=MOST)
    ]
    rivers: dict[str, list[Camera]] = {}
    for camera in sorted(found, key=lambda c: (c.river == "", c.river, c.number)):
        rivers.setdefault(camera.river or _("Other places"), []).append(camera)
    return {
        **base,
        "layer": describe.layer(info, base["language"]),
        "rivers": list(rivers.items()),
        "minutes": int(STALE_AFTER.total_seconds() // 60),
        "now": date_format(timezone.localtime(), "DATETIME_FORMAT"),
    }


def _camera(info: LayerInfo, row: dict[str, Any], known: CameraImage | None, language: str) -> Camera:
    website = info.field_with_role("url")
    name = called(info, row, language)
    river = str(row.get("river_name") or "")
    return Camera(
        number=row["id"],
        called=name,
        river=river,
        website=values.cell(website, row.get(website.name), language).href if website else None,
        image=_image(info, row["id"], known, name.text, river) if known and known.path else None,
    )


def _image(info: LayerInfo, number: int, known: CameraImage, name: str, river: str) -> Image | None:
    moment = known.taken_at or known.fetched_at
    if moment is None:
        return None
    taken = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return Image(
        address=f"/api/collections/{info.id}/items/{number}/image",
        alt=_("The river at %(name)s, taken %(taken)s")
        % {"name": name if river in name else f"{name} ({river})", "taken": taken},
        taken=taken,
        is_stale=_is_old(moment),
        width=known.width,
        height=known.height,
    )


def _is_old(moment: datetime) -> bool:
    return timezone.now() - moment > STALE_AFTER

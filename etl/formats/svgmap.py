"""SVGMap containers: SVG documents that place pictures on the ground, nested, and at several levels of detail.

Source: SVGMap (JIS X 7197) and its `go:` profile. `globalCoordinateSystem` gives the matrix from longitude and
latitude to the document's own units (100, −100 as 国土数値情報 tiles use it), `image` the place of a picture,
`animation` another document, `visibleMinZoom`/`visibleMaxZoom` which of several shows the same at which scale,
and `go:dataArea` the area that the data is about: what it shows there without a colour was looked at.
"""

from __future__ import annotations

import math
import os.path
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from etl.faults import fault
from etl.formats import xml
from etl.formats.pictures import Picture, PictureSet, is_own, picture_at
from gis_core.boxes import Box

SUFFIX = ".svg"

_ROOT = "svg"
_MATRIX = re.compile(r"\s*matrix\(([^)]*)\)\s*")
_PLACES = ("image", "animation")
_SCALES = ("visibleMinZoom", "visibleMaxZoom")
# A container names some hundred pictures, in 100 bytes each; this is room for 40,000.
_MOST_BYTES = 4 * 1024**2


@dataclass(frozen=True)
class _Placed:
    """A picture or document that a document names, and its box in degrees."""

    path: Path
    box: Box


@dataclass(frozen=True)
class _Document:
    """What a container says. `switches`: it shows its parts at one scale each."""

    path: Path
    area: Box | None
    images: tuple[_Placed, ...]
    parts: tuple[Path, ...]
    switches: bool


@dataclass(frozen=True)
class _Matrix:
    """Document units of a degree, and the origin."""

    x: float
    y: float
    left: float
    top: float

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        """Return a box of the document in degrees. Raises `ValueError`."""
        xs = sorted(((x - self.left) / self.x, (x + width - self.left) / self.x))
        ys = sorted(((y - self.top) / self.y, (y + height - self.top) / self.y))
        return Box(xs[0], ys[0], xs[1], ys[1])


def read(folder: Path) -> list[PictureSet]:
    """Return the sets of pictures below a folder; each has all its levels of detail. Raises `BadInput`.

    A container that names documents which were not delivered is passed over; so is a folder without containers.
    """
    folder = folder.resolve()
    found = sorted(path for path in folder.rglob(f"*{SUFFIX}") if is_own(path, folder))
    documents = {path: _document(path, folder) for path in found}
    referrers: dict[Path, Path] = {}
    for document in documents.values():
        for part in document.parts:
            referrers.setdefault(part, document.path)
    sets: dict[Path, list[_Document]] = {}
    for document in documents.values():
        if document.images:
            sets.setdefault(_head(document, documents, referrers).path, []).append(document)
    return [_set(documents[head], leaves, folder) for head, leaves in sets.items()]


def _head(document: _Document, documents: dict[Path, _Document], referrers: dict[Path, Path]) -> _Document:
    """Return the document that chooses among levels of which this is one; without such, the outermost."""
    head, seen = document, {document.path}
    while not head.switches and (above := referrers.get(head.path)) is not None and above not in seen:
        seen.add(above)
        head = documents[above]
    return head


def _set(head: _Document, leaves: list[_Document], folder: Path) -> PictureSet:
    pictures: list[Picture] = []
    missing: list[Box] = []
    for image in (image for leaf in leaves for image in leaf.images):
        if is_own(image.path, folder):
            pictures.append(picture_at(image.path, image.box))
        else:
            missing.append(image.box)
    areas = [head.area] if head.area else [leaf.area for leaf in leaves if leaf.area]
    return PictureSet(tuple(pictures), tuple(areas), tuple(missing))


def _document(path: Path, folder: Path) -> _Document:
    if path.stat().st_size > _MOST_BYTES:
        raise fault("too_big", file=path.name, size=path.stat().st_size >> 20, limit=_MOST_BYTES >> 20)
    with xml.in_utf8(path) as readable:
        if xml.root(readable).name != _ROOT:
            return _Document(path, None, (), (), False)
        elements = [element for event, element in xml.elements(readable) if event == "start"]
    matrix = next((_matrix(path, e) for e in elements if xml.local(e.tag) == "globalCoordinateSystem"), None)
    images: list[_Placed] = []
    parts: list[Path] = []
    switches = False
    for element in (e for e in elements if xml.local(e.tag) in _PLACES):
        target = _target(element, path, folder)
        if target is None:
            continue
        if target.suffix.lower() == SUFFIX:
            parts.append(target)
            switches = switches or any(name in element.attrib for name in _SCALES)
        elif matrix is not None:
            images.append(_Placed(target, _box(path, element, matrix)))
    return _Document(path, _area(path, elements[0], matrix), tuple(images), tuple(parts), switches)


def _matrix(path: Path, element: xml.Element) -> _Matrix:
    found = _MATRIX.fullmatch(element.get("transform", ""))
    try:
        a, b, c, d, e, f = map(float, re.split(r"[\s,]+", found[1].strip() if found else ""))
    except ValueError as error:
        raise fault("pictures_place", file=path.name, reason=element.get("transform", "")) from error
    if b or c or not (a and d) or not all(map(math.isfinite, (a, d, e, f))):
        raise fault("pictures_place", file=path.name, reason=element.get("transform", ""))
    return _Matrix(a, d, e, f)


def _box(path: Path, element: xml.Element, matrix: _Matrix) -> Box:
    try:
        return matrix.box(*(float(element.get(name, "")) for name in ("x", "y", "width", "height")))
    except ValueError as error:
        raise fault("pictures_place", file=path.name, reason=_href(element)) from error


def _area(path: Path, root: xml.Element, matrix: _Matrix | None) -> Box | None:
    text = next((value for name, value in root.attrib.items() if xml.local(name) == "dataArea"), None)
    if text is None or matrix is None:
        return None
    try:
        x, y, width, height = map(float, re.split(r"[\s,]+", text.strip()))
        return matrix.box(x, y, width, height)
    except ValueError as error:
        raise fault("pictures_place", file=path.name, reason=text[:60]) from error


def _target(element: xml.Element, path: Path, folder: Path) -> Path | None:
    """Return the file that an element names, None for what lies elsewhere (another host, out of the folder)."""
    href = urlsplit(_href(element))
    if href.scheme or href.netloc or not href.path or "\0" in href.path:
        return None
    target = Path(os.path.normpath(path.parent / unquote(href.path)))
    return target if target.is_relative_to(folder) else None


def _href(element: xml.Element) -> str:
    return next((value for name, value in element.attrib.items() if xml.local(name) == "href"), "")

"""Folders of map pictures: SVGMap containers, tiles as z/x/y.png, or pictures with world files.

Tiles: the folder's names are zoom, column, row of Web Mercator's quad-tree as OpenStreetMap counts them (rows from
north; some programs count from south, which shows where the pictures then fall). World files: six lines, the
pixel's size and the middle of the north-western pixel; what system they are in a `.prj` tells, or the deliverer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl.faults import fault
from etl.formats import svgmap
from etl.formats.pictures import Picture, PictureSet, is_own, picture_at, png_size
from gis_core.boxes import Box
from gis_core.tiles import HALF_WORLD_M, MAX_ZOOM, degrees, mercator_box

_PNG = ".png"
_TILE = re.compile(r"(\d{1,2})/(\d{1,8})/(\d{1,8})\.png", re.IGNORECASE)
_WORLD_FILES = (".pgw", ".pngw", ".wld")
_WORLD_LINES = 6
_MOST_FILES = 200_000


@dataclass(frozen=True)
class Pictures:
    """All that a delivery of pictures shows, in one system; `sets` overlap where subjects do.

    `areas_told`: the delivery itself says which area was looked at; else the pictures' own extent stands for it.
    `flipped`: tile rows were counted from south. `circle` is the width of the one tile of level 0, in the system's
    unit; None where pictures have no levels of detail.
    """

    format: str
    crs: str
    sets: tuple[PictureSet, ...]
    circle: float | None
    areas_told: bool = False
    flipped: bool = False


def find(folder: Path, reach: Box, crs: str | None) -> Pictures:
    """Return the pictures below a folder; `reach` (degrees) is where they are expected, `crs` what they are in.

    Raises `BadInput` where there is none that has a place.
    """
    folder = folder.resolve()
    names = [
        path for path in sorted(folder.rglob("*")) if path.suffix.lower() == _PNG and is_own(path, folder)
    ]
    if len(names) > _MOST_FILES:
        raise fault("pictures_many", file=folder.name, limit=_MOST_FILES)
    sets = [found for found in svgmap.read(folder) if found.pictures]
    if sets:
        told = all(found.areas for found in sets)
        return Pictures("SVGMap", "EPSG:4326", tuple(sets), 360.0, told)
    return _tiles(folder, names, reach) or _world_files(folder, names, crs)


def single(path: Path, crs: str | None) -> Pictures:
    """Return the one picture that was delivered, with its world file beside it. Raises `BadInput`."""
    return _world_files(path.resolve().parent, [path.resolve()], crs)


def at_level(pictures: Pictures, level: int | None) -> tuple[Pictures, tuple[int, ...]]:
    """Keep of each set one level of detail, the finest or the one named; return the levels that there are, too.

    A level is that of the tile of 256 pixels which is as wide as its pictures' pixels make it: 360° / 2^level.
    Raises `BadInput` where no set has the level.
    """
    circle = pictures.circle
    everything = [picture for found in pictures.sets for picture in found.pictures]
    there = sorted({_level(picture, circle) for picture in everything}) if circle else []
    if level is not None and level not in there:
        raise fault("pictures_level", level=level, levels="、".join(map(str, there)) or "—")
    if not circle:
        return pictures, ()
    kept = (_only(found, level, circle) for found in pictures.sets)
    return replace(pictures, sets=tuple(k for k in kept if k.pictures)), tuple(there)


def _only(found: PictureSet, level: int | None, circle: float) -> PictureSet:
    wanted = max(_level(p, circle) for p in found.pictures) if level is None else level
    return replace(found, pictures=tuple(p for p in found.pictures if _level(p, circle) == wanted))


def _level(picture: Picture, circle: float) -> int:
    """Return the level, by the nearest power of two: 360° of longitude, or the width of Mercator's square."""
    return max(0, round(circle / (256 * picture.step[0])).bit_length() - 1)


def with_areas(pictures: Pictures) -> Pictures:
    """Take the pictures' own extent for what was looked at, where nothing tells it."""
    if pictures.areas_told:
        return pictures
    sets = (s if s.areas else replace(s, areas=tuple(p.box for p in s.pictures)) for s in pictures.sets)
    return replace(pictures, sets=tuple(sets))


def _tiles(folder: Path, names: Sequence[Path], reach: Box) -> Pictures | None:
    places: dict[Path, list[tuple[Path, int, int, int]]] = {}
    for path in names:
        found = _TILE.fullmatch("/".join(path.parts[-3:]))
        if found and path.parents[2].is_relative_to(folder):
            zoom, column, row = (int(part) for part in found.groups())
            if zoom <= MAX_ZOOM and max(column, row) < 2**zoom:
                places.setdefault(path.parents[2], []).append((path, zoom, row, column))
    if not places:
        return None
    flipped = not _met(places, reach, flip=False) and _met(places, reach, flip=True)
    sets = [
        PictureSet(tuple(picture_at(path, _tile_box(*place, flip=flipped)) for path, *place in entries))
        for entries in places.values()
    ]
    return Pictures("XYZ", "EPSG:3857", tuple(sets), 2 * HALF_WORLD_M, flipped=flipped)


def _met(places: dict[Path, list[tuple[Path, int, int, int]]], reach: Box, *, flip: bool) -> bool:
    boxes = (degrees(_tile_box(*place, flip=flip)) for entries in places.values() for _, *place in entries)
    return any(
        b.west < reach.east and b.east > reach.west and b.south < reach.north and b.north > reach.south
        for b in boxes
    )


def _tile_box(zoom: int, row: int, column: int, *, flip: bool) -> Box:
    return mercator_box(zoom, 2**zoom - 1 - row if flip else row, column)


def _world_files(folder: Path, names: Sequence[Path], crs: str | None) -> Pictures:
    placed = [(path, world) for path in names if (world := _sidecar(path, folder, _WORLD_FILES)) is not None]
    if not placed:
        raise fault("pictures_nowhere", file=folder.name)
    systems = {crs or _system(path, folder) for path, _ in placed}
    if len(systems) > 1:
        raise fault("pictures_mixed", file=folder.name)
    found = PictureSet(tuple(_with_world_file(path, world) for path, world in placed))
    return Pictures("PNG + world file", systems.pop(), (found,), None)


def _sidecar(path: Path, folder: Path, suffixes: Sequence[str]) -> Path | None:
    """Return the file beside a picture with its name, in either case of letters."""
    candidates = (path.with_suffix(s) for suffix in suffixes for s in (suffix, suffix.upper()))
    return next((c for c in candidates if is_own(c, folder)), None)


def _system(path: Path, folder: Path) -> str:
    beside = _sidecar(path, folder, (".prj",))
    if beside is None:
        raise fault("raster_no_crs", file=path.name)
    return beside.read_text(encoding="utf-8", errors="replace")[:10_000].strip()


def _with_world_file(path: Path, world: Path) -> Picture:
    width, height = png_size(path)
    try:
        lines = world.read_text(encoding="ascii").split()[:_WORLD_LINES]
        step_x, skew_y, skew_x, step_y, x, y = (float(line) for line in lines)
        if skew_x or skew_y or step_x <= 0 or step_y >= 0:
            raise ValueError("rotated")
        west, north = x - step_x / 2, y - step_y / 2
        box = Box(west, north + step_y * height, west + step_x * width, north)
    except ValueError as error:
        raise fault("pictures_place", file=world.name, reason=error) from error
    return picture_at(path, box)

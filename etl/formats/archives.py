"""Zip archives, opened with care: what a stranger packed may point outside, or swell without end."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_ISLNK

from etl.faults import fault
from etl.table import Limits

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
# Deflate reaches 1032:1 at most; honest spreadsheets and shapefiles stay under 100:1. Small files are harmless.
_RATIO = 200
_HARMLESS_BYTES = 64 * 1024**2
_MEMBERS = 10_000
_CHUNK = 1024**2
_MIB = 1024**2


@contextmanager
def unpacked(path: Path, limits: Limits) -> Iterator[Path]:
    """Unpack a zip into a directory of its own, which is gone afterwards. Raises `BadInput`.

    Refused: members outside the archive, links, passwords, more than the limits or 200 times the zip's size.
    Names without the UTF-8 flag are CP932, as Windows in Japan writes them.
    """
    with tempfile.TemporaryDirectory(prefix="machizu-") as directory, opened(path) as archive:
        check_members(path, archive, limits)
        for member in archive.infolist():
            if not member.is_dir():
                _extract(path, archive, member, Path(directory) / _safe_name(path, member))
        yield Path(directory)


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a zipped file (xlsx, too) that would be too big unpacked. Raises `BadInput`."""
    with opened(path) as archive:
        check_members(path, archive, limits)


def check_members(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse passwords and too much content, by the sizes that the archive declares (zipfile enforces them)."""
    members = archive.infolist()
    if not all(member.filename for member in members):
        raise fault("zip_broken", file=path.name)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise fault("zip_encrypted", file=path.name)
    size = sum(member.file_size for member in members)
    allowed = min(limits.unpacked_bytes, max(_HARMLESS_BYTES, _RATIO * path.stat().st_size))
    if size > allowed or len(members) > _MEMBERS:
        raise fault("zip_bomb", file=path.name, size=size // _MIB, limit=allowed // _MIB)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip for reading. Raises `BadInput` when it is broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise fault("zip_broken", file=path.name) from error


def _safe_name(path: Path, member: zipfile.ZipInfo) -> PurePosixPath:
    name = PurePosixPath(_real_name(member).replace("\\", "/"))
    is_link = S_ISLNK(member.external_attr >> 16)
    if (
        not name.parts
        or name.is_absolute()
        or ".." in name.parts
        or ":" in name.parts[0]
        or is_link
        or "\0" in str(name)
    ):
        raise fault("zip_path", file=path.name, member=name)
    return name


def _real_name(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _extract(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                sink.write(chunk)
    except OSError as error:
        raise fault("unreadable", file=f"{path.name}/{target.name}", reason=error.strerror) from error

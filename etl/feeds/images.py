"""Is it really a picture? What a camera's server sends is believed only when it decodes as JPEG, PNG or WebP."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from gis_core.errors import BadInput, Message

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 50_000_000
_PROBE = 64
# Within this distance of the end the picture must end; some cameras add a few bytes of their own.
_TAIL = 4096


@dataclass(frozen=True)
class Picture:
    """A picture that decodes: its media type, its file's suffix, its size in pixels."""

    media_type: str
    suffix: str
    width: int
    height: int


@dataclass(frozen=True)
class _Format:
    driver: str
    media_type: str
    suffix: str
    end: bytes


_FORMATS = (
    (b"\xff\xd8\xff", _Format("JPEG", "image/jpeg", ".jpg", b"\xff\xd9")),
    (b"\x89PNG\r\n\x1a\n", _Format("PNG", "image/png", ".png", b"IEND")),
    (b"RIFF", _Format("WEBP", "image/webp", ".webp", b"")),
)


def check_picture(path: Path) -> Picture:
    """Return what the file is. Raises `BadInput` for what is no picture, is cut off, or is too large."""
    data = path.read_bytes()
    form = next((form for start, form in _FORMATS if data.startswith(start)), None)
    if form is None or (form.driver == "WEBP" and data[8:12] != b"WEBP"):
        raise _refused("JPEG・PNG・WebP の画像ではありません", "it is no JPEG, PNG or WebP")
    if len(data) > MAX_BYTES or form.end not in data[-_TAIL:]:
        raise _refused("画像が大きすぎるか、途中で切れています", "it is too large or cut off")
    try:
        return _decoded(path, form)
    except RasterioError as error:
        raise _refused("画像として開けません", "it does not decode") from error


def _decoded(path: Path, form: _Format) -> Picture:
    with warnings.catch_warnings(), rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, driver=form.driver) as picture:
            width, height = picture.width, picture.height
            if width * height > MAX_PIXELS:
                raise _refused("画素数が多すぎます", "it has too many pixels")
            picture.read(1, out_shape=(min(height, _PROBE), min(width, _PROBE)))
    return Picture(form.media_type, form.suffix, width, height)


def _refused(ja: str, en: str) -> BadInput:
    return BadInput(
        Message(
            f"カメラの画像として使えません：{ja}。画像のアドレスを確かめてください。",
            f"It cannot be used as a camera's image: {en}. Check the address of the image.",
        )
    )

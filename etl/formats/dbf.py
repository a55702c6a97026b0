"""The text encoding of a dBase table beside a Shapefile, which GDAL takes for Latin-1 when nobody says."""

from __future__ import annotations

from pathlib import Path

from gis_core import encodings
from gis_core.errors import BadInput

# Fields are cut at a byte, so a few characters of a UTF-8 table may be broken; CP932 read as UTF-8 breaks most.
_TOLERATED = 0.05
_SAMPLE_BYTES = 4 * 1024**2


def dbf_encoding(path: Path) -> str | None:
    """Return the encoding that the .cpg file names, else the one the table's bytes show; None without table."""
    named = _sidecar(path, ".cpg")
    if named is not None:
        try:
            return encodings.canonical(named.read_text(encoding="ascii", errors="replace").strip())
        except (BadInput, OSError):
            pass
    table = _sidecar(path, ".dbf")
    return _shown(table) if table is not None else None


def _sidecar(path: Path, suffix: str) -> Path | None:
    return next((p for s in (suffix, suffix.upper()) if (p := path.with_suffix(s)).exists()), None)


def _shown(table: Path) -> str:
    with table.open("rb") as file:
        head = file.read(32)
        # Bytes 8 and 9 tell where the records begin.
        file.seek(int.from_bytes(head[8:10], "little"))
        records = file.read(_SAMPLE_BYTES)
    letters = sum(byte > 0x7F for byte in records)
    broken = records.decode("utf-8", errors="replace").count("\ufffd")
    return "utf-8" if broken <= _TOLERATED * letters / 3 else "cp932"

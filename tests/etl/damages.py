"""Damaged files in number: each read or refused, within ten seconds; prints the memory that all of them took.

.venv/bin/python -m tests.etl.damages FOLDER FILES
"""

from __future__ import annotations

import random
import resource
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gis_core.city import load_city
from gis_core.errors import BadInput
from tests.etl.conftest import check, layer, write_samples

SECONDS = 10
CITY = Path(__file__).resolve().parents[2] / "machizu/cities/otawara.yaml"


def damages(samples: Sequence[Path], folder: Path, *, files: int, seed: int) -> Iterator[Path]:
    """Write and yield files with bytes changed, cut, doubled or inserted, each kind of sample in turn."""
    dice = random.Random(seed)
    for number in range(files):
        sample = samples[number % len(samples)]
        damaged = folder / f"damaged{sample.suffix}"
        for beside in sample.parent.glob(f"{sample.stem}.*"):
            shutil.copyfile(beside, damaged.with_suffix(beside.suffix))
        damaged.write_bytes(_damage(sample.read_bytes(), dice))
        yield damaged


def _damage(data: bytes, dice: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(damaged))
        kind = dice.randrange(4)
        if kind == 0:
            damaged[at] = dice.randrange(256)
        elif kind == 1:
            damaged[at:at] = dice.randbytes(dice.randint(1, 40))
        elif kind == 2:
            damaged[at:at] = damaged[at : at + dice.randint(1, 200)]
        else:
            del damaged[at : at + dice.choice([1, 1, 1, len(damaged) // 2])]
        if not damaged:
            return b""
    return bytes(damaged)


def main() -> int:
    """Check so many damaged files; return 1 where anything but a refusal came of one."""
    folder, files = Path(sys.argv[1]), int(sys.argv[2])
    originals = folder / "samples"
    originals.mkdir()
    samples, city = write_samples(originals), load_city(CITY)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    for sample in samples:
        check(sample, layer(), city)
    before, refused = _memory(), 0
    for damaged in damages(samples, folder, files=files, seed=29):
        signal.alarm(SECONDS)
        try:
            check(damaged, layer(), city)
        except BadInput:
            refused += 1
        finally:
            signal.alarm(0)
    sys.stdout.write(f"{files} files, {refused} refused, MiB more: {_memory() - before}\n")
    return 0


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())

"""What a sample delivery is, and the words that mark it as a sample."""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

SEED: Final = 92100
REMARK: Final = "見本データ（避難には使えません）"
FOLDER: Final = "サンプル"
MADE_ON: Final = dt.date(2026, 7, 15)
"""The day the departments are meant to have delivered: also pins every time stamp inside the files."""

README: Final = """見本データ。避難には使えません。

このフォルダーのファイルは、Machizu を試すために計算機が作った見本です。
市の境界、川、道路、標高、浸水深、土砂災害の区域、施設、人口、電話番号はすべて架空です。
実際の避難には、市が公表している最新のハザードマップと避難場所一覧を使ってください。

SAMPLE DATA. DO NOT USE FOR EVACUATION.

The files in this folder were made by a program for trying Machizu.
The city boundary, rivers, roads, heights, flood depths, landslide zones, facilities, population and
telephone numbers are all invented. For a real evacuation use the hazard maps and the lists of
evacuation sites that the city publishes.
"""


@dataclass(frozen=True)
class Delivery:
    """One file of a department: where it is, the layer it belongs to and what is odd in it."""

    path: Path
    layer: str
    department: str
    kind: Literal["vector", "raster"] = "vector"
    note: str = ""


def rng(topic: str) -> np.random.Generator:
    """Return the random stream of one topic, so that changing a topic leaves the others as they were."""
    return np.random.default_rng([SEED, zlib.crc32(topic.encode())])

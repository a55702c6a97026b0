"""What the API is told from outside; built once by whoever wires the product."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.behind import Behind
from gis_core.city import City
from gis_core.definition import Texts
from gis_core.languages import LANGUAGES
from layers.roles import STAFF_ROLE

TITLE = Texts(
    {
        "ja": "まち図 空間情報 API",
        "ja-easy": "まち図（地図）の データを つかう ところ（API）",
        "en": "Machizu spatial API",
        "pt": "API espacial Machizu",
        "es": "API espacial Machizu",
        "zh-hans": "Machizu 空间信息 API",
        "ko": "Machizu 공간정보 API",
    }
)
DESCRIPTION = Texts(
    {
        "ja": "市の地理空間データを、OGC API の地物・タイルとして、また浸水深などのラスタとして提供します。",
        "en": "The city's geographic data as OGC API features and tiles, and rasters such as flood depth.",
    }
)


def product_version() -> str:
    """Return the installed product's version, or `0` when it runs from a folder that was never installed."""
    try:
        return version("machizu")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """The API's settings.

    `role` is the database role that the public's connections assume (the second guard behind `layers`'
    visibility), `staff_role` that of everybody else's. `public_base_url` is the address the world knows the
    site by, without `/api`; without it links follow the request's Host. `cache_bytes` bounds each process's tile
    cache. `address_rate` and `key_rate` are requests a minute for an address without a key and for a key without
    a rate of its own, 0 for no limit; each process counts for itself. `behind` is the store's side that writes
    and knows sessions; without it the API only reads. `cameras` is the folder of the cameras' last good images.
    """

    database_url: str
    city: City
    role: str | None = None
    staff_role: str | None = STAFF_ROLE
    public_base_url: str | None = None
    pool_min: int = 2
    pool_max: int = 10
    pool_timeout_s: float = 5.0
    pool_waiting: int = 256
    # Of the pool, what long answers may take; the rest is for tiles, single features and other short ones.
    long_share: float = 0.75
    long_waiting: int = 64
    statement_timeout_ms: int = 10_000
    cache_bytes: int = 64 * 2**20
    address_rate: int = 0
    key_rate: int = 0
    body_bytes: int = 20 * 2**20
    body_features: int = 10_000
    body_time_s: float = 30.0
    write_threads: int = 4
    write_waiting: int = 64
    session_cookie: str = "sessionid"
    behind: Behind | None = None
    cameras: Path | None = None
    # Each keeps its own open files and decoded blocks, so few are faster than many.
    raster_threads: int = 2
    # A file of more is refused, not cut. So many are made at a time; so many wait for slow clients on the disk.
    export_features: int = 1_000_000
    exports_at_once: int = 2
    exports_waiting: int = 32
    exports_kept: int = 128
    languages: tuple[str, ...] = LANGUAGES
    title: Texts = field(default_factory=lambda: TITLE)
    description: Texts = field(default_factory=lambda: DESCRIPTION)
    version: str = field(default_factory=product_version)

    def conninfo(self, role: str | None) -> str:
        """Return libpq's connection string: read only, bounded in time, and soon aware of a cut network.

        Every connection assumes `role`.

        Raises `psycopg.ProgrammingError` when the URL is not one.
        """
        given = conninfo_to_dict(self.database_url)
        options = [str(given.get("options") or "")]
        options += [f"-c {name}={_escaped(value)}" for name, value in self._session(role).items()]
        return make_conninfo(
            self.database_url,
            options=" ".join(filter(None, options)),
            application_name="machizu-api",
            connect_timeout=5,
            # libpq waits for ever on a cut network without these; milliseconds for tcp_user_timeout.
            keepalives=1,
            keepalives_idle=20,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=20_000,
        )

    def _session(self, role: str | None) -> dict[str, str]:
        session = {
            "default_transaction_read_only": "on",
            "statement_timeout": str(self.statement_timeout_ms),
            "TimeZone": self.city.time_zone,
            # Short queries: compiling costs more than it saves.
            "jit": "off",
        }
        return session | ({"role": role} if role else {})


def _escaped(value: str) -> str:
    r"""Escape blanks and backslashes as libpq's `options` asks."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")

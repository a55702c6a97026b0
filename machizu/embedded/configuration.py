"""The server settings of the embedded cluster."""

from __future__ import annotations

import os
from pathlib import Path

MEBIBYTE = 1024 * 1024


def memory_mebibytes() -> int:
    """Return the machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE


def render(port: int, socket_folder: Path, logs: Path, *, fast: bool) -> str:
    """Return the text of the settings file which `postgresql.conf` includes.

    Just-in-time compilation and parallel gather are off: both cost more than they give on the short
    spatial queries of the read path (measured: twice the latency of a page with both on).
    """
    memory = memory_mebibytes()
    settings: dict[str, str | float | Path] = {
        "cluster_name": "machizu",
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": socket_folder,
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": 100,
        "shared_buffers": f"{min(max(memory // 8, 128), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "jit": "off",
        "max_parallel_workers_per_gather": 0,
        "random_page_cost": 1.1,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": logs,
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        "log_truncate_on_rotation": "on",
        "log_min_duration_statement": "2s",
        # Parameters may be personal data; the statement without them is enough to find what is slow.
        "log_parameter_max_length": 0,
    }
    if fast:
        settings |= {
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "128MB",
        }
    return "".join(f"{name} = '{_quoted(str(value))}'\n" for name, value in settings.items())


def _quoted(value: str) -> str:
    return value.replace("'", "''")

"""The C library's allocator, which hands large pieces of memory back to the system as soon as they are freed."""

from __future__ import annotations

import ctypes

# malloc.h of the GNU C library.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_BYTES = 256 * 1024**2


def keep_what_is_freed() -> None:
    """Keep freed memory for the next use in this process, where the C library can.

    For who makes pieces of one size again and again: to get each of them from the system anew, page by page, is a
    third of the system's time of a load.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _BYTES)
        mallopt(_M_TRIM_THRESHOLD, _BYTES)

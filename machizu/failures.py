"""What the world does to a command, as one sentence with its remedy: disk, rights, database."""

from __future__ import annotations

import errno

from gis_core.errors import MachizuError, Message, Unavailable

NOTHING_CHANGED = ("データは変わっていません。", "No data was changed.")


def as_error(failure: BaseException) -> MachizuError | None:
    """Return the failure as an error that a person can act on; None for a fault of the program."""
    if isinstance(failure, MachizuError):
        return failure
    for cause in _causes(failure):
        message = _message(cause)
        if message is not None:
            return Unavailable(message, detail=str(cause))
    return None


def _causes(failure: BaseException | None) -> list[BaseException]:
    """The failure and what it was raised from: Django wraps the driver's errors."""
    found: list[BaseException] = []
    while failure is not None and failure not in found:
        found.append(failure)
        failure = failure.__cause__ or failure.__context__
    return found


def _message(cause: BaseException) -> Message | None:
    # Imported here: commands start faster without the driver, and few fail.
    import psycopg

    if isinstance(cause, psycopg.errors.DiskFull) or _has_code(cause, errno.ENOSPC, errno.EDQUOT):
        return _sentence(
            "ディスクに空きがありません。空きを作って、もう一度実行してください。",
            "The disk is full. Make room and run the command again.",
        )
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return _sentence(
            f"データベースの権限が足りません（{_first_line(cause)}）。所有者の接続 URL を使ってください。",
            f"The database role lacks a right ({_first_line(cause)}). Use the owner's connection URL.",
        )
    if isinstance(cause, (psycopg.OperationalError, psycopg.InterfaceError)):
        return _sentence(
            "データベースとの接続が切れたか、つながりません。「machizu db start」で動かして、もう一度実行してください。",
            "The database cannot be reached or the connection was lost. Start it with `machizu db start` and run the command again.",
        )
    if isinstance(cause, PermissionError):
        return _sentence(
            f"{cause.filename} を使う権限がありません。権限を確かめるか、別の利用者で実行してください。",
            f"No permission for {cause.filename}. Check its rights, or run as another user.",
        )
    return None


def _sentence(ja: str, en: str) -> Message:
    return Message(ja=ja + NOTHING_CHANGED[0], en=f"{en} {NOTHING_CHANGED[1]}")


def _has_code(cause: BaseException, *codes: int) -> bool:
    return isinstance(cause, OSError) and cause.errno in codes


def _first_line(cause: BaseException) -> str:
    return str(cause).splitlines()[0]

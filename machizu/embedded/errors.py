"""What can be wrong with the embedded cluster, each with its remedy."""

from __future__ import annotations

from pathlib import Path

from gis_core.errors import Message, Unavailable


class DatabaseNotRunning(Unavailable):
    """The embedded PostGIS is not running, so there is no URL to connect to."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                ja="データベースが動いていません。「./run」または「machizu db start」で開始してください。",
                en="The database is not running. Start it with `./run` or `machizu db start`.",
            )
        )


class PostgisMissing(Unavailable):
    """No PostgreSQL with PostGIS is installed on this machine."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                ja="PostGIS 付きの PostgreSQL が見つかりません。"
                "「./run」を実行するか、DATABASE_URL を設定してください。",
                en="No PostgreSQL with PostGIS is installed. Run `./run`, or set DATABASE_URL.",
            )
        )


class AccountMissing(Unavailable):
    """Started as root, and the machine has no user `postgres` to run the server as."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                ja="利用者「postgres」がないため、root では PostgreSQL を開始できません。"
                "「./run」で導入してください。",
                en="PostgreSQL never runs as root and there is no user `postgres`. Install it with `./run`.",
            )
        )


class FolderRefused(Unavailable):
    """The cluster's folder cannot be used by whoever runs Machizu."""

    def __init__(self, folder: Path, detail: str | None = None) -> None:
        super().__init__(
            Message(
                ja=f"{folder} を使えません。前回と同じ利用者で実行するか、"
                "MACHIZU_HOME に書き込めるフォルダを指定してください。",
                en=f"{folder} cannot be used. Run as the same user as before, "
                "or set MACHIZU_HOME to a folder you can write to.",
            ),
            detail,
        )


class StartFailed(Unavailable):
    """PostgreSQL refused to start; `detail` holds what it said."""

    def __init__(self, logs: Path, detail: str) -> None:
        reason = detail.strip().splitlines()[-1:] or ["?"]
        super().__init__(
            Message(
                ja=f"データベースを開始できません({reason[0]})。"
                f"ディスクの空きと {logs} の記録を確認してください。",
                en=f"The database cannot start ({reason[0]}). "
                f"Check the free disk space and the log in {logs}.",
            ),
            detail,
        )


class StopFailed(Unavailable):
    """PostgreSQL did not stop within its time."""

    def __init__(self, logs: Path, detail: str) -> None:
        super().__init__(
            Message(
                ja=f"データベースが停止しません。{logs} の記録を確認し、"
                "もう一度「machizu db stop」を実行してください。",
                en=f"The database does not stop. Check the log in {logs}, then run `machizu db stop` again.",
            ),
            detail,
        )


class Busy(Unavailable):
    """Another process has been starting or stopping the cluster for too long."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Message(
                ja=f"別の処理が {folder} のデータベースを操作中です。"
                "終わるのを待って、もう一度実行してください。",
                en=f"Another process is starting or stopping the database in {folder}. "
                "Wait for it, then try again.",
            )
        )

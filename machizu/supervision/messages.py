"""What `machizu up` says and refuses, in Japanese and English."""

from __future__ import annotations

import sys
from pathlib import Path

from gis_core.errors import Conflict, Message, Unavailable


def say(ja: str, en: str) -> None:
    """Write one line for the person who started Machizu."""
    say_exactly(f"{ja} / {en}")


def say_exactly(line: str) -> None:
    """Write one line as it is; scripts wait for some of them."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class AlreadyUp(Conflict):
    """Another `machizu up` runs over the same `MACHIZU_HOME`."""

    def __init__(self, home: Path, pid: str) -> None:
        super().__init__(
            Message(
                ja=f"{home} の Machizu はすでに動いています(プロセス {pid})。"
                "先に停止するか、MACHIZU_HOME に別のフォルダを指定してください。",
                en=f"Machizu is already running in {home} (process {pid}). "
                "Stop it first, or set MACHIZU_HOME to another folder.",
            )
        )


class PortRefused(Unavailable):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            Message(
                ja=f"{host} のポート {port} は使えません({reason})。"
                f"「PORT={port + 1} ./run」のように別の番号を指定してください。",
                en=f"Port {port} of {host} cannot be used ({reason}). "
                f"Choose another, for example `PORT={port + 1} ./run`.",
            )
        )


class DatabaseUnreachable(Unavailable):
    """The database which `DATABASE_URL` names does not answer."""

    def __init__(self, detail: str) -> None:
        reason = detail.strip().splitlines()[0] if detail.strip() else "?"
        super().__init__(
            Message(
                ja=f"DATABASE_URL のデータベースに接続できません({reason})。"
                "URL とサーバーを確認するか、DATABASE_URL を外してください。",
                en=f"The database of DATABASE_URL does not answer ({reason}). "
                "Check the URL and the server, or unset DATABASE_URL.",
            ),
            detail,
        )


class StepFailed(Unavailable):
    """A step before the start ended with an error, which it has printed itself."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(
            Message(
                ja=f"{ja}に失敗しました。上の表示を確認し、もう一度「./run」を実行してください。",
                en=f"{en} failed. See the lines above, then run `./run` again.",
            )
        )


class KeepsDying(Unavailable):
    """A process cannot stay alive."""

    def __init__(self, name: str, deaths: int) -> None:
        super().__init__(
            Message(
                ja=f"{name} が続けて {deaths} 回終了したため、停止します。上の表示を確認してください。",
                en=f"{name} ended {deaths} times in a row, so everything stops. See the lines above.",
            )
        )


class NeverReady(Unavailable):
    """The server runs but never reported itself ready."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            Message(
                ja=f"{seconds:.0f} 秒待ってもサーバーの準備が整いません。上の表示を確認してください。",
                en=f"The server was not ready after {seconds:.0f} s. See the lines above.",
            )
        )

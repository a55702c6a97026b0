"""What is asked for and is not there, told the same way by reads and writes."""

from __future__ import annotations

from gis_core.errors import Message, NotFound


def no_layer(layer_id: str) -> NotFound:
    """Return the error for a layer that does not exist, or that the asker may not know of."""
    return NotFound(
        Message(
            ja=f"レイヤ「{layer_id}」はありません。一覧（/api/collections または machizu layer list）で ID を確かめてください。",
            en=f"There is no layer “{layer_id}”. See the list (/api/collections or machizu layer list) for its id.",
        )
    )


def no_load(load_id: int) -> NotFound:
    """Return the error for a load that does not exist."""
    return NotFound(
        Message(
            ja=f"取り込み {load_id} はありません。machizu load list で番号を確かめてください。",
            en=f"There is no load {load_id}. See: machizu load list",
        )
    )

"""Rules that look up a value in another layer."""

from __future__ import annotations

from typing import Any

from gis_core.definition import Rule
from gis_core.errors import Message
from layers.rules.stage import Breach, Stage, column, fetch
from layers.tables import table


def reference(cursor: Any, stage: Stage, rule: Rule) -> list[Breach]:
    """Find rows whose value does not occur in the `target` field of the published layer."""
    field, layer, target = rule.options["field"], rule.options["layer"], rule.options["target"]
    if not stage.feeds(field):
        return []
    found = fetch(
        cursor,
        """
        SELECT stage_order, {field}::text FROM {stage} AS staged
        WHERE {field} IS NOT NULL
          AND NOT EXISTS (SELECT FROM {layer} AS other WHERE other.{target}::text = staged.{field}::text)
        ORDER BY stage_order""",
        {},
        field=column(field),
        target=column(target),
        stage=stage.table,
        layer=table(layer),
    )
    header = stage.header(field)
    return [
        Breach(
            row,
            "reference.unknown",
            field,
            value,
            Message(
                ja=f"列「{header}」の「{value}」はレイヤ「{layer}」の {target} にありません。値を直すか、先にそのレイヤへ登録してください。",
                en=f"“{value}” in column “{header}” does not occur in {target} of the layer “{layer}”. Mend it, or register it there first.",
            ),
        )
        for row, value in found
    ]

"""Keys of the API: made, revoked, listed, and their use noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection, transaction
from django.utils import timezone

from gis_core.errors import BadInput, Conflict, Message, NotFound
from layers import keys
from layers.absent import no_layer
from layers.key_models import ApiKey
from layers.models import Layer
from layers.services import audit
from layers.services.people import check_department


@transaction.atomic
def create_key(
    name: str,
    role: str,
    *,
    department: str | None = None,
    layers: Sequence[str] | None = None,
    expires_at: datetime | None = None,
    rate: int | None = None,
    quota: int | None = None,
    actor: str,
) -> str:
    """Make a key and return it: it is told this once, for only its digest is kept.

    `rate` is requests a minute, `quota` requests a day. Raises `BadInput` for a bad department or term,
    `NotFound` for an unknown layer, `Conflict` for a name that is taken.
    """
    check_department(role, department)
    _check_term(expires_at)
    _check_layers(layers)
    if ApiKey.objects.filter(name=name).exists():
        raise Conflict(
            Message(
                ja=f"「{name}」という名前の鍵がもうあります（失効したものも含みます）。別の名前にしてください。",
                en=f"There is a key named “{name}” already, or was one. Choose another name.",
            )
        )
    key = keys.new_key()
    ApiKey.objects.create(
        name=name,
        digest=keys.digest(key),
        role=role,
        department_id=department,
        layers=None if layers is None else list(layers),
        expires_at=expires_at,
        rate=rate,
        quota=quota,
        created_by=actor,
    )
    audit.record(actor, "key.create", subject=name, role=role, department=department, layers=layers)
    return key


@transaction.atomic
def revoke_key(name: str, *, actor: str) -> None:
    """End a key at once; its name stays taken, for the audit. Raises `NotFound`."""
    if not ApiKey.objects.filter(name=name, revoked_at=None).update(revoked_at=timezone.now()):
        raise NotFound(
            Message(
                ja=f"使える鍵「{name}」はありません。machizu apikey list で名前を確かめてください。",
                en=f"There is no key “{name}” in use. See: machizu apikey list",
            )
        )
    audit.record(actor, "key.revoke", subject=name)


def all_keys() -> list[dict[str, Any]]:
    """Return all keys by name, also those that were revoked; never the keys themselves."""
    names = (
        "name", "role", "department", "layers", "expires_at", "rate", "quota", "created_at", "created_by",
        "revoked_at", "last_used_at",
    )  # fmt: skip
    return list(cast(Any, ApiKey.objects.values(*names)))


def note_use(requests: Mapping[int, int]) -> dict[int, int]:
    """Add requests to the keys' counts of today, by number; return each key's count, all processes together."""
    if not requests:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"keys": [*requests.keys()], "requests": [*requests.values()]})
        return dict(cursor.fetchall())


# In the order of the numbers, so that two processes cannot wait for each other.
_NOTE = """
    WITH used AS (SELECT k.id, u.requests
                  FROM unnest(%(keys)s::bigint[], %(requests)s::bigint[]) AS u (id, requests)
                       JOIN layers_apikey AS k USING (id) ORDER BY k.id FOR UPDATE OF k)
    UPDATE layers_apikey AS key
    SET last_used_at = now(), used_on = current_date,
        used_today = CASE WHEN key.used_on = current_date THEN key.used_today ELSE 0 END + used.requests
    FROM used WHERE key.id = used.id RETURNING key.id, key.used_today"""


def _check_term(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise BadInput(
            Message(
                ja=f"有効期限 {expires_at:%Y-%m-%d %H:%M} はもう過ぎています。先の日時にしてください。",
                en=f"The term {expires_at:%Y-%m-%d %H:%M} is over already. Give one that lies ahead.",
            )
        )


def _check_layers(layers: Sequence[str] | None) -> None:
    known = set(Layer.objects.filter(retired_at=None).values_list("pk", flat=True))
    for layer_id in layers or ():
        if layer_id not in known:
            raise no_layer(layer_id)

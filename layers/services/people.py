"""People: their roles, and the emergency elevation that opens and closes with a situation."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from gis_core.errors import BadInput, Conflict, Message, NotFound
from layers.models import Department, Elevation, Membership, Situation
from layers.services import audit
from layers.visibility import Role

_NEEDS_DEPARTMENT = {"editor", "approver"}


def check_department(role: str, department: str | None) -> None:
    """Raise `BadInput` for a department that is unknown, or missing where the role belongs to one."""
    if department is None and role in _NEEDS_DEPARTMENT:
        raise BadInput(
            Message(
                ja=f"役割 {role} には課が必要です。--department で指定してください。",
                en=f"The role {role} belongs to a department. Name it with --department.",
            )
        )
    if department is not None and not Department.objects.filter(pk=department).exists():
        known = ", ".join(Department.objects.order_by("pk").values_list("pk", flat=True))
        raise BadInput(
            Message(
                ja=f"課「{department}」はありません。ある課：{known}",
                en=f"No department “{department}”. Known: {known}",
            )
        )


@transaction.atomic
def set_role(
    username: str, role: Role, department: str | None, *, actor: str, password: str | None = None
) -> None:
    """Create the user if needed and give him a role. Raises `BadInput` for an unknown or missing department."""
    check_department(role, department)
    user, created = get_user_model().objects.get_or_create(username=username)
    if password is not None:
        user.set_password(password)
        user.save()
    elif created:
        user.set_unusable_password()
        user.save()
    Membership.objects.update_or_create(user=user, defaults={"role": role, "department_id": department})
    audit.record(actor, "role.set", subject=username, role=role, department=department)


@transaction.atomic
def open_situation(name: str, *, actor: str) -> int:
    """Declare a situation; returns its number."""
    situation = Situation.objects.create(name=name, opened_by=actor)
    audit.record(actor, "situation.open", subject=str(situation.pk), name=name)
    return situation.pk


@transaction.atomic
def close_situation(number: int, *, actor: str) -> None:
    """Close a situation, and with it every elevation it opened. Raises `NotFound` or `Conflict`."""
    situation = _open_situation(number)
    situation.closed_at, situation.closed_by = timezone.now(), actor
    situation.save()
    audit.record(actor, "situation.close", subject=str(number), elevated=situation.elevations.count())


@transaction.atomic
def elevate(username: str, situation: int, *, actor: str) -> None:
    """Let a user of the headquarters see what departments see, as long as the situation is open."""
    user = get_user_model().objects.filter(username=username, membership__role="headquarters").first()
    if user is None:
        raise NotFound(
            Message(
                ja=f"災害対策本部の利用者「{username}」はいません。machizu user create で登録してください。",
                en=f"There is no headquarters user “{username}”. Create one with: machizu user create",
            )
        )
    Elevation.objects.get_or_create(
        situation=_open_situation(situation), user=user, defaults={"granted_by": actor}
    )
    audit.record(actor, "elevation.open", subject=username, situation=situation)


def _open_situation(number: int) -> Situation:
    situation = Situation.objects.select_for_update().filter(pk=number).first()
    if situation is None:
        raise NotFound(Message(ja=f"事態 {number} はありません。", en=f"There is no situation {number}."))
    if situation.closed_at is not None:
        raise Conflict(Message(ja=f"事態 {number} は終わっています。", en=f"Situation {number} is closed."))
    return situation

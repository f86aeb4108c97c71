"""What administrators do beyond tables: each on the record, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import AdminRole, User
from accounts.refusals import Refused
from journal import actions as journal
from journal.models import ActorKind, Visibility

ACCOUNT: Final = "account"
DIRECTORY: Final = "directory"


class CannotAdminister(Refused):
    """This administrator may not do this, or the reason is missing."""


@transaction.atomic
def lift_lockout(*, user: User, reason: str, by: User, now: datetime) -> None:
    """Let a locked account try again at once. The security administrator's alone, with a reason (MLPS level 3).

    Raises CannotAdminister; nobody lifts a lock of one's own.
    """
    _require(by, AdminRole.Kind.SECURITY)
    if user.pk == by.pk:
        raise CannotAdminister(_("Nobody lifts a lock-out of one’s own."))
    if not reason.strip():
        raise CannotAdminister(_("Please give the reason: it goes on the record."), field="reason")
    accounts.lift_lockout(user=user)
    _record(ACCOUNT, user.pk, "lockout_lifted", by, now, note=reason.strip())


@transaction.atomic
def end_sessions(*, user: User, by: User, now: datetime) -> int:
    """End every session and API token of a person; return how many sessions there were. Security administrator only."""
    _require(by, AdminRole.Kind.SECURITY)
    ended = accounts.end_sessions(user=user)
    _record(ACCOUNT, user.pk, "sessions_ended", by, now, data={"sessions": ended})
    return ended


@transaction.atomic
def record_master_data(*, what: str, data: Mapping[str, Any], by: User, now: datetime) -> None:
    """Put on record that master data were loaded from files; `data` holds numbers of rows only."""
    _require(by, AdminRole.Kind.SYSTEM)
    _record(DIRECTORY, 0, what, by, now, data=data)


def _require(by: User, kind: str) -> None:
    if not AdminRole.objects.filter(user=by, kind=kind).exists():
        raise CannotAdminister(_("This is another administrator’s to do."))


def _record(
    matter: str,
    number: int,
    action: str,
    by: User,
    now: datetime,
    *,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    journal.write(
        matter_type=matter,
        matter_id=number,
        action=action,
        at=now,
        actor=by,
        actor_kind=ActorKind.ADMINISTRATOR,
        note=note,
        data=data,
        visibility=Visibility.STAFF,
        silent=True,
    )

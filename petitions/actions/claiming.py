"""What a deputy does with a matter: claim it, leave it, write to the timeline, ask for supervision.

A deputy raises and supervises, and never assigns or answers (Deputies Law 2025 art 31, 59): no move here changes the
state of a matter or of an order. Urging is a move on the order.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from deputies.queries import policy
from directory import queries
from dispatch.access import Actor
from dispatch.lifecycle import DEPUTY
from journal.models import Entry, Visibility
from journal.refusals import Refused
from petitions.access import By, forget_scope, scope_of
from petitions.actions.step import CannotMove, Step, begin, lock, require_reason
from petitions.claimable import claimable
from petitions.lifecycle import ENDED, MATTER
from petitions.models import Claim, Petition


class CannotClaim(Refused):
    """The matter is not open to be claimed, or the deputy follows as many as allowed."""


class CannotPress(Refused):
    """The deputy urged it not long ago."""


@transaction.atomic
def claim(*, petition: Petition, by: User, now: datetime) -> Petition:
    """Follow a matter from now on. Raises CannotClaim when it is not, or not any more, one of `claimable`."""
    lock(petition.pk)
    deputy = scope_of(by).deputy
    if deputy is None or not claimable(by).filter(pk=petition.pk).exists():
        raise CannotClaim(_("This matter cannot be claimed any more: perhaps somebody else follows it by now."))
    most = policy().claims_at_once
    held = Claim.objects.filter(deputy_id=deputy, ended_at=None).exclude(petition__state__in=ENDED)
    if held.count() >= most:
        raise CannotClaim(_("You follow %(most)d matters already. Leave one first.") % {"most": most})
    step = begin(petition, "claim", by=Actor(by, frozenset({DEPUTY})), now=now)
    try:
        with transaction.atomic():
            Claim.objects.create(petition=step.petition, deputy_id=deputy, at=now)
    except IntegrityError:
        raise CannotClaim(_("Somebody else follows this matter by now.")) from None
    forget_scope(by)
    return step.finish(data={"deputies": [deputy]}, visibility=Visibility.PETITIONER)


@transaction.atomic
def unclaim(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """Leave a matter that one claimed, with the reason: others may claim it."""
    step = begin(petition, "unclaim", by=by, now=now)
    user = step.actor.user
    ended = Claim.objects.filter(petition=step.petition, deputy__user=user, ended_at=None)
    if not ended.update(ended_at=now, reason=require_reason(reason)):
        raise CannotClaim(_("You did not claim this matter."))
    forget_scope(user)
    return step.finish(note=reason.strip(), visibility=Visibility.STAFF)


@transaction.atomic
def remark(*, petition: Petition, by: By, now: datetime, text: str) -> Petition:
    """A deputy's note on the timeline, which the resident reads as well. It is no answer, and changes nothing."""
    step = begin(petition, "remark", by=by, now=now)
    return step.finish(note=require_reason(text, field="text"), data=_deputy(step), visibility=Visibility.PETITIONER)


@transaction.atomic
def ask_supervision(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """A deputy asks the supervisors to put a matter under supervision (提请督办); they decide."""
    step = begin(petition, "ask_supervision", by=by, now=now)
    if step.petition.supervised_at or step.petition.supervision_asked_at:
        raise CannotMove(_("Supervision was asked for, or ordered, already."))
    step.change(supervision_asked_at=now)
    return step.finish(note=require_reason(reason), data=_deputy(step), visibility=Visibility.STAFF)


def _deputy(step: Step) -> dict[str, list[int]]:
    deputy = scope_of(step.actor.user).deputy if step.actor.user else None
    return {"deputies": [deputy]} if deputy else {}


def may_press(petition: Petition, now: datetime) -> None:
    """Raise CannotPress while the pause between two urgings of a matter by deputies is not over (5 working days)."""
    urged = Entry.objects.filter(matter_type=MATTER, matter_id=petition.pk, action="urge", actor_kind=DEPUTY)
    last = urged.order_by("-id").values_list("at", flat=True).first()
    days = policy().urge_pause_wd
    if last is not None and now < queries.calendar().add_working_days(last, days):
        raise CannotPress(
            _("A deputy urged this matter less than %(days)d working days ago. Please give it the time.")
            % {"days": days}
        )

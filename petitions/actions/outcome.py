"""From the reply to the end: the station's check, the resident's judgement, rework, supervision, archive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory.calendar import local_day
from dispatch import actions as dispatch
from dispatch.access import Actor
from dispatch.lifecycle import OrderState
from dispatch.models import OrderKind, Reply, ReplyState, WorkOrder
from journal.models import Visibility
from journal.refusals import Refused
from petitions.access import PORTAL, By
from petitions.actions import answer_files
from petitions.actions.step import CannotMove, Step, begin, orders_of, require_reason
from petitions.actions.triage import cancel_orders, open_order
from petitions.claimable import duty_of
from petitions.lifecycle import Rating, State
from petitions.models import Evaluation, Petition


class CannotEvaluate(Refused):
    """The rating is incomplete."""


@transaction.atomic
def answer_on_spot(*, petition: Petition, by: By, now: datetime, text: str) -> Petition:
    """Answer at the station, without a unit (现场答复); the resident judges it like any other reply."""
    step = begin(petition, "answer_on_spot", by=by, now=now)
    step.change(
        registered_at=step.petition.registered_at or now,
        replied_at=now,
        routed_at=step.petition.routed_at or now,
    )
    return step.finish(note=require_reason(text, field="text"), visibility=Visibility.PUBLIC)


@transaction.atomic
def approve_reply(*, petition: Petition, by: By, now: datetime, note: str = "") -> Petition:
    """The station has checked the reply: the resident reads it, with its files, and may judge."""
    step = begin(petition, "approve_reply", by=by, now=now)
    replies = _replies(step)
    answer_files.pass_on(replies=replies, petition=step.petition, actor=step.actor, capacity=step.capacity, now=now)
    return step.finish(
        note=note.strip(),
        data={"replies": [reply.pk for reply in replies]},
        visibility=Visibility.PUBLIC,
    )


def _replies(step: Step) -> list[Reply]:
    """The signed replies of the present round."""
    orders = [order.pk for order in _answered(step)]
    return list(Reply.objects.filter(order__in=orders, state=ReplyState.SIGNED))


def _answered(step: Step) -> list[WorkOrder]:
    """The leading orders that answered, of the last hand-out that was answered.

    Orders handed out together share their instant; a unit that answered before the matter was given to others
    is not asked again.
    """
    answered = list(orders_of(step.petition).filter(state=OrderState.REPLIED).exclude(kind=OrderKind.CO))
    last = max((order.assigned_at for order in answered), default=None)
    return [order for order in answered if order.assigned_at == last]


@transaction.atomic
def send_back(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """The station sends the reply back to the unit, with reasons; handling goes on where it was."""
    step = begin(petition, "send_back", by=by, now=now)
    orders, actor = _answered(step), Actor(step.actor.user, frozenset({step.capacity}))
    state = State.REWORK if step.petition.failures else State.IN_PROGRESS
    step.go(state, due_at=orders[0].internal_due_at)
    for order in orders:
        moved = dispatch.send_back(
            order=order, reason=reason, actor=actor, now=now, matter_move=(step.from_state, state)
        )
        step.change(due_at=moved.internal_due_at)
    step.save()
    return step.petition


@transaction.atomic
def evaluate(*, petition: Petition, by: By, now: datetime, process: str, result: str, comment: str = "") -> Petition:
    """The resident judges process and result. Dissatisfied with the result: handled again, the second time under
    supervision (DOMAIN.md "rework"). Words are asked for when dissatisfied.
    """
    for name, value in {"process": process, "result": result}.items():
        if value not in Rating.values:
            raise CannotEvaluate(_("Choose satisfied, basically satisfied or dissatisfied."), field=name)
    if Rating.DISSATISFIED in (process, result) and not comment.strip():
        raise CannotEvaluate(
            _("Tell us in a few words what is not right, so that it can be put right."), field="comment"
        )
    step = begin(petition, "evaluate", by=by, now=now)
    Evaluation.objects.create(
        petition=step.petition,
        round=step.petition.evaluations.count() + 1,
        process=process,
        result=result,
        comment=comment.strip(),
        at=now,
    )
    step.change(result=result)
    data: dict[str, Any] = {"process": process, "result": result}
    if result == Rating.DISSATISFIED:
        _again(step)
    else:
        step.go(State.CONCLUDED)
        if solved_by := duty_of(step.petition):  # a fact of their duty
            data |= {"deputies": solved_by, "station": step.petition.station_id}
    return step.finish(note=comment.strip(), data=data)


def _again(step: Step) -> None:
    """Open the next round with the units that answered; from the second failure on under supervision (督办)."""
    petition = step.petition
    step.change(failures=petition.failures + 1)
    if petition.failures > 1 and petition.supervised_at is None:
        step.change(supervised_at=step.now)
    _reopen_orders(step)


def _reopen_orders(step: Step) -> None:
    """Give the units that answered a further order.

    Without any (answered on the spot), or when one of them was dissolved since, it goes to triage: a resident's
    judgement must not fail because a unit is gone.
    """
    answered = _answered(step)
    if not answered or not all(order.department.is_in_force(local_day(step.now)) for order in answered):
        step.change(routed_at=step.now, lead_unit=None)
        step.go(State.REGISTERED)
        return
    again = [open_order(step, order.department, order.kind, round=order.round + 1) for order in answered]
    step.go(State.REWORK, due_at=again[0].internal_due_at)


@transaction.atomic
def supervise(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """Put a matter under supervision before its time (督办)."""
    step = begin(petition, "supervise", by=by, now=now)
    if step.petition.supervised_at:
        raise CannotMove(_("This petition is under supervision already."))
    step.change(supervised_at=now)
    return step.finish(note=require_reason(reason))


@transaction.atomic
def conclude(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """End a matter under supervision although the resident is not satisfied, with reasons the resident reads."""
    step = begin(petition, "conclude", by=by, now=now)
    if step.petition.supervised_at is None:
        raise CannotMove(_("Only a petition under supervision can be concluded without the resident."))
    cancel_orders(step, "concluded")
    return step.finish(note=require_reason(reason))


@transaction.atomic
def reopen(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """A look-back (回头看) found that it was not solved after all: the units handle it again, under supervision."""
    step = begin(petition, "reopen", by=by, now=now)
    step.change(supervised_at=step.petition.supervised_at or now)
    _reopen_orders(step)
    return step.finish(note=require_reason(reason))


@transaction.atomic
def lapse(*, petition: Petition, now: datetime) -> Petition:
    """The time to evaluate has passed: concluded, unrated (DOMAIN.md: silence is no satisfaction)."""
    step = begin(petition, "lapse", by=PORTAL, now=now)
    step.change(result="")  # the judgement of an earlier round is not one of this one
    return step.finish()


@transaction.atomic
def archive(*, petition: Petition, now: datetime) -> Petition:
    """Concluded long enough: archived."""
    return begin(petition, "archive", by=PORTAL, now=now).finish(visibility=Visibility.STAFF)

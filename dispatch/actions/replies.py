"""A unit's answer: drafted by a handler, signed by the head, sent back by the station when it will not do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.prepared import Prepared, insert, update
from directory import queries
from directory.calendar import local_day
from dispatch.access import PORTAL, Actor
from dispatch.actions.step import begin, level_of, require_text
from dispatch.models import OrderKind, Reply, ReplyState, RequestState, ResultClass, WorkOrder
from dispatch.queries import requests_of
from journal.models import Visibility
from journal.refusals import Refused

DRAFTS = Prepared(lambda order: Reply.objects.filter(order=order, state=ReplyState.DRAFT).order_by("pk"), int)


class CannotReply(Refused):
    """The reply lacks something, or another request about the order is still open."""


@transaction.atomic(savepoint=False)
def draft_reply(
    *,
    order: WorkOrder,
    text: str,
    result_class: str = "",
    promised_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> Reply:
    """Store or replace the order's draft; return it. Raises CannotReply when something is missing."""
    said = _checked(order, text, result_class, promised_on, now)
    step = begin(order, "draft_reply", actor=actor, now=now)
    draft, _created = Reply.objects.update_or_create(
        order=step.order,
        state=ReplyState.DRAFT,
        defaults={
            **said,
            "drafted_by": step.person,
            "drafted_at": now,
        },
    )
    step.finish(fields=[], visibility=Visibility.STAFF)
    return draft


@transaction.atomic(savepoint=False)
def reply(
    *,
    order: WorkOrder,
    text: str,
    result_class: str = "",
    promised_on: date | None = None,
    actor: Actor,
    now: datetime,
    matter_move: tuple[str, str] = ("", ""),
) -> WorkOrder:
    """The unit's head signs and sends the reply (class B needs a promised date). The draft, if any, becomes it.

    A co-unit's is an opinion, of words alone: a class and a promise are the answer's to the resident.
    Raises CannotReply where something is missing, and while a request about the order waits for its ruling.
    """
    said = _checked(order, text, result_class, promised_on, now)
    step = begin(order, "reply", actor=actor, now=now)
    if any(request.state == RequestState.OPEN for request in requests_of(step.order)):
        raise CannotReply(_("A request about this work order still waits for its ruling; the reply comes after it."))
    draft = DRAFTS.first(step.order.pk)
    signed = draft or Reply(order=step.order, drafted_by=actor.user, drafted_at=now)
    signed.state = ReplyState.SIGNED
    for name, value in said.items():
        setattr(signed, name, value)
    signed.signed_by, signed.signed_at = actor.user, now
    if draft is None:
        insert(signed)
    else:
        update(draft, ["state", *said, "signed_by", "signed_at"])
    step.order.replied_at = now
    return step.finish(
        fields=["state", "replied_at"],
        # A co-unit's is an opinion for the unit that leads, not the matter's answer.
        data={"reply": signed.pk, **({"opinion": True} if signed.opinion else {"class": signed.result_class})},
        # The resident reads a reply once the station has checked it (petitions.actions.approve_reply).
        visibility=Visibility.STAFF,
        matter_move=matter_move,
    )


@transaction.atomic(savepoint=False)
def send_back(
    *, order: WorkOrder, reason: str, actor: Actor, now: datetime, matter_move: tuple[str, str] = ("", "")
) -> WorkOrder:
    """The station sends a reply back: the unit answers again within the station's check limit, at least."""
    step = begin(order, "send_back", actor=PORTAL, now=now)
    step.actor, step.capacity = actor, matter_capacity(actor)
    step.order.replies.filter(state=ReplyState.SIGNED).update(state=ReplyState.SENT_BACK)
    step.order.replied_at = None
    again = queries.calendar().add_working_days(now, level_of(step.order).check_wd)
    step.order.internal_due_at = max(step.order.internal_due_at, again)
    return step.finish(
        fields=["state", "replied_at", "internal_due_at"],
        note=require_text(reason, field="reason", error=CannotReply),
        visibility=Visibility.STAFF,
        matter_move=matter_move,
    )


def matter_capacity(actor: Actor) -> str:
    """The capacity to record for a move whose permission the matter itself has checked."""
    return min(actor.capacities, default="system")


def _checked(order: WorkOrder, text: str, result_class: str, promised_on: date | None, now: datetime) -> dict[str, Any]:
    """The fields of a reply to this order; of an opinion the words alone (an order never changes its kind)."""
    text = require_text(text, field="text", error=CannotReply)
    if order.kind == OrderKind.CO:
        return {"opinion": True, "text": text, "result_class": "", "promised_on": None}
    if result_class not in ResultClass.values:
        raise CannotReply(_("Choose the class of the result: A, B, C or D."), field="result_class")
    if result_class == ResultClass.B:
        if promised_on is None:
            raise CannotReply(_("Class B is a promise: say by which date."), field="promised_on")
        if promised_on < local_day(now):
            raise CannotReply(_("The promised date has passed already."), field="promised_on")
    else:
        promised_on = None
    return {"opinion": False, "text": text, "result_class": result_class, "promised_on": promised_on}

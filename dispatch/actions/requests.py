"""What a unit may ask for about its order: to return it, more time, the pending ledger. And the rulings."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from directory import queries
from directory.models import Department
from dispatch.access import Actor
from dispatch.actions.orders import sign_due
from dispatch.actions.step import Step, begin, level_of, require_text
from dispatch.clock import later
from dispatch.lifecycle import OrderState
from dispatch.models import Request, RequestKind, RequestState, WorkOrder
from journal.models import Visibility
from journal.refusals import Refused


class CannotAsk(Refused):
    """The unit may not ask for this, or not any more."""


class CannotRule(Refused):
    """There is nothing to rule on, or the ruling lacks its reason."""


@transaction.atomic(savepoint=False)
def request_return(
    *, order: WorkOrder, reason: str, proposed_unit: Department | None, actor: Actor, now: datetime
) -> WorkOrder:
    """Ask to return the order: once, within its limit, with reasons; never after a ruling (DOMAIN.md).

    Raises CannotAsk when it is final or too late, or was asked before.
    """
    reason = require_text(reason, field="reason", error=CannotAsk)
    step = begin(order, "request_return", actor=actor, now=now)
    if step.order.is_final or step.order.requests.filter(kind=RequestKind.RETURN).exists():
        raise CannotAsk(_("The dispatcher has ruled on this work order: it cannot be returned again."))
    if now >= step.order.return_until:
        raise CannotAsk(_("The time for a return has passed: it had to be asked for within the first days."))
    if proposed_unit is not None and proposed_unit.pk == step.order.department_id:
        raise CannotAsk(_("Propose another unit than your own."), field="proposed_unit")
    level = level_of(step.order)
    return _ask(
        step,
        RequestKind.RETURN,
        reason,
        queries.calendar().add_working_days(now, level.ruling_wd),
        proposed_unit=proposed_unit,
        visibility=Visibility.STAFF,
    )


@transaction.atomic(savepoint=False)
def request_extension(*, order: WorkOrder, reason: str, working_days: int, actor: Actor, now: datetime) -> WorkOrder:
    """Ask for more time: before due, once, at most the service level's working days (DOMAIN.md: 10)."""
    reason = require_text(reason, field="reason", error=CannotAsk)
    step = begin(order, "request_extension", actor=actor, now=now)
    level = level_of(step.order)
    if not 1 <= working_days <= level.extension_wd:
        raise CannotAsk(
            _("An extension is 1 to %(most)d working days.") % {"most": level.extension_wd},
            field="working_days",
        )
    if now >= step.order.internal_due_at:
        raise CannotAsk(_("An extension has to be asked for before the work order is due."))
    if step.order.requests.filter(kind=RequestKind.EXTENSION).exists():
        raise CannotAsk(_("An extension was asked for before: there is only one."))
    rule_due = queries.calendar().add_working_days(now, level.ruling_wd)
    return _ask(step, RequestKind.EXTENSION, reason, rule_due, working_days=working_days, visibility=Visibility.STAFF)


@transaction.atomic(savepoint=False)
def propose_ledger(*, order: WorkOrder, reason: str, actor: Actor, now: datetime) -> WorkOrder:
    """Propose that the matter cannot be solved for now and is kept on the pending ledger (挂账)."""
    reason = require_text(reason, field="reason", error=CannotAsk)
    step = begin(order, "propose_ledger", actor=actor, now=now)
    rule_due = queries.calendar().add_working_days(now, level_of(step.order).ruling_wd)
    return _ask(step, RequestKind.LEDGER, reason, rule_due, visibility=Visibility.STAFF)


def _ask(step: Step, kind: str, reason: str, rule_due: datetime, *, visibility: str, **extra: object) -> WorkOrder:
    """Store the request; one may be open at a time."""
    if step.order.requests.filter(state=RequestState.OPEN).exists():
        raise CannotAsk(_("Another request about this work order is still waiting for its ruling."))
    Request.objects.create(
        order=step.order,
        kind=kind,
        reason=reason,
        asked_by=step.actor.user,
        asked_at=step.now,
        rule_due_at=rule_due,
        **extra,  # type: ignore[misc]
    )
    data = {"rule_due_at": rule_due.isoformat()}
    if extra.get("working_days"):
        data["working_days"] = extra["working_days"]  # type: ignore[assignment]
    return step.finish(fields=["state"], note=reason, data=data, visibility=visibility)


@transaction.atomic(savepoint=False)
def rule(
    *,
    order: WorkOrder,
    kind: str,
    granted: bool,
    ruling: str,
    actor: Actor,
    now: datetime,
    matter_move: tuple[str, str] = ("", ""),
) -> WorkOrder:
    """Rule on the open request of `kind`. A refusal needs its reason; so does an extension, for the resident.

    return granted: the order ends as returned. Refused: it stays and is final.
    extension granted: due moves by the days asked. ledger granted: the clock only rechecks.
    Raises CannotRule when no such request is open.
    """
    step = begin(order, f"{'grant' if granted else 'refuse'}_{kind}", actor=actor, now=now)
    request = step.order.requests.select_for_update().filter(kind=kind, state=RequestState.OPEN).first()
    if request is None:
        raise CannotRule(_("No such request is waiting for a ruling on this work order."))
    if not granted or kind != RequestKind.RETURN:
        ruling = require_text(ruling, field="ruling", error=CannotRule)
    request.state = RequestState.GRANTED if granted else RequestState.REFUSED
    request.ruled_by, request.ruled_at, request.ruling = actor.user, now, ruling.strip()
    fields = _consequence(step, request, granted)
    request.save(update_fields=["state", "ruled_by", "ruled_at", "ruling", "rule_due_at"])
    told = granted and kind != RequestKind.RETURN  # a new date is the resident's business, a refusal is not
    return step.finish(
        fields=["state", *fields],
        note=ruling.strip(),
        data=_new_date(step.order, request) if told else None,
        visibility=Visibility.PETITIONER if told else Visibility.STAFF,
        matter_move=matter_move,
    )


def _new_date(order: WorkOrder, request: Request) -> dict[str, str]:
    """What a granted request means for the waiting: a later answer, or the next look at the ledger."""
    if request.kind == RequestKind.LEDGER:
        return {"recheck_due_at": request.rule_due_at.isoformat()}
    return {"due_at": order.internal_due_at.isoformat()}


def _consequence(step: Step, request: Request, granted: bool) -> list[str]:
    """Change the order as the ruling says; return the names of the changed fields."""
    order, calendar, level = step.order, queries.calendar(), level_of(step.order)
    if request.kind == RequestKind.RETURN:
        if granted:
            order.closed_at = step.now
            return ["closed_at"]
        order.is_final = True
        order.state = OrderState.SIGNED if order.signed_at else OrderState.ASSIGNED
        order.sign_due_at = max(order.sign_due_at, sign_due(level, calendar, step.now))
        return ["is_final", "sign_due_at"]
    if request.kind == RequestKind.EXTENSION and granted:
        order.internal_due_at = later(order.internal_due_at, request.working_days or 0, calendar)
        return ["internal_due_at"]
    if request.kind == RequestKind.LEDGER and granted:
        request.rule_due_at = calendar.add_working_days(step.now, level.ledger_recheck_wd)
    return []


@transaction.atomic(savepoint=False)
def recheck_ledger(*, order: WorkOrder, note: str, actor: Actor, now: datetime) -> WorkOrder:
    """The supervisor looked at a ledgered matter and it stays: the next recheck is set."""
    step = begin(order, "recheck_ledger", actor=actor, now=now)
    entry = _ledger_entry(step.order)
    entry.rule_due_at = queries.calendar().add_working_days(now, level_of(step.order).ledger_recheck_wd)
    entry.save(update_fields=["rule_due_at"])
    return step.finish(
        fields=[],
        note=require_text(note, field="note", error=CannotRule),
        data={"recheck_due_at": entry.rule_due_at.isoformat()},
    )


@transaction.atomic(savepoint=False)
def clear_ledger(
    *, order: WorkOrder, note: str, actor: Actor, now: datetime, matter_move: tuple[str, str] = ("", "")
) -> WorkOrder:
    """Take the matter off the ledger (销号): the unit answers within its ordinary limit from now."""
    step = begin(order, "clear_ledger", actor=actor, now=now)
    entry = _ledger_entry(step.order)
    entry.state = RequestState.CLEARED
    entry.save(update_fields=["state"])
    step.order.internal_due_at = queries.calendar().add_working_days(now, level_of(step.order).reply_wd)
    return step.finish(
        fields=["state", "internal_due_at"],
        note=require_text(note, field="note", error=CannotRule),
        matter_move=matter_move,
    )


def _ledger_entry(order: WorkOrder) -> Request:
    """The granted ledger entry of a ledgered order; exactly one is current."""
    return order.requests.select_for_update().filter(kind=RequestKind.LEDGER, state=RequestState.GRANTED).latest("id")

"""What units do with their orders, and what it means for the petition. Each calls the order's own action,
which writes the one journal entry of the move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.prepared import Prepared
from directory.models import Department
from dispatch import actions as dispatch
from dispatch import lifecycle as orders
from dispatch.access import Actor
from dispatch.lifecycle import DEPUTY, OrderState
from dispatch.models import OrderKind, RequestKind, WorkOrder
from petitions.access import By, resolve, scope_of
from petitions.actions import answer_files
from petitions.actions.claiming import may_press
from petitions.actions.step import CannotMove, Step, check, lock, nudge_tell, orders_of, wind
from petitions.lifecycle import MATTER, State
from petitions.models import Petition

OPEN_ORDERS = Prepared(lambda petition: WorkOrder.objects.of(MATTER, petition).open(), int)


def _petition_of(order: WorkOrder) -> Petition:
    """The order's petition, locked: always before the order, so that two moves cannot wait for each other."""
    return lock(order.matter_id)


def _plain(action: Any, order: WorkOrder, by: By, now: datetime, **values: Any) -> WorkOrder:
    """Make a move that concerns the order alone; the petition is locked, told about, and left as it is."""
    petition = _petition_of(order)
    moved: WorkOrder = action(order=order, actor=resolve(by, petition, order), now=now, **values)
    nudge_tell(petition)
    return moved


@transaction.atomic
def sign(*, order: WorkOrder, by: By, now: datetime) -> WorkOrder:
    """The unit signs for its order; the first leading unit to do so takes the petition to `in_progress`."""
    petition = _petition_of(order)
    actor = resolve(by, petition, order)
    if order.kind == OrderKind.CO or petition.state != State.ASSIGNED:
        return _plain(dispatch.sign, order, by, now)
    step = check(petition, "sign", by=actor, now=now, order=order)
    step.go(State.IN_PROGRESS, due_at=order.internal_due_at)
    moved = dispatch.sign(order=order, actor=actor, now=now, matter_move=step.matter_move)
    step.save()
    return moved


@transaction.atomic
def hand_to(*, order: WorkOrder, handler: User, by: By, now: datetime) -> WorkOrder:
    """Give the order to a member of its unit."""
    return _plain(dispatch.hand_to, order, by, now, handler=handler)


@transaction.atomic
def contact(*, order: WorkOrder, by: By, now: datetime, note: str = "") -> WorkOrder:
    """Record that the unit has spoken with the resident."""
    return _plain(dispatch.contact, order, by, now, note=note)


@transaction.atomic
def urge(*, order: WorkOrder, by: By, now: datetime, note: str) -> WorkOrder:
    """Press the unit. A deputy does so at most once in so many working days (`DutyPolicy.urge_pause_wd`)."""
    petition = _petition_of(order)
    actor = resolve(by, petition, order)
    if actor.capacity(orders.MOVES["urge"].who) != DEPUTY:
        return _plain(dispatch.urge, order, by, now, note=note)
    may_press(petition, now)
    deputy = scope_of(actor.user).deputy if actor.user else None
    return _plain(dispatch.urge, order, by, now, note=note, data={"deputies": [deputy]} if deputy else None)


@transaction.atomic
def request_return(
    *, order: WorkOrder, by: By, now: datetime, reason: str, proposed_unit: Department | None = None
) -> WorkOrder:
    """The unit says it is not responsible, with reasons; the dispatcher rules."""
    return _plain(dispatch.request_return, order, by, now, reason=reason, proposed_unit=proposed_unit)


@transaction.atomic
def request_extension(*, order: WorkOrder, by: By, now: datetime, reason: str, working_days: int) -> WorkOrder:
    """The unit asks for more time."""
    return _plain(dispatch.request_extension, order, by, now, reason=reason, working_days=working_days)


@transaction.atomic
def propose_ledger(*, order: WorkOrder, by: By, now: datetime, reason: str) -> WorkOrder:
    """The unit proposes the pending ledger."""
    return _plain(dispatch.propose_ledger, order, by, now, reason=reason)


def draft_reply(
    *,
    order: WorkOrder,
    by: By,
    now: datetime,
    text: str,
    result_class: str = "",
    promised_on: date | None = None,
    files: Sequence[File[bytes]] = (),
    take_off: Sequence[int] = (),
) -> WorkOrder:
    """A handler drafts the reply that the head will sign; a co-unit's, an opinion, has no class.

    `files` are kept with the draft, those numbered in `take_off` with it no longer. Raises WrongFiles.
    """
    with answer_files.change_of(files, take_off) as change:
        petition = _petition_of(order)
        nudge_tell(petition)
        actor = resolve(by, petition, order)
        draft = dispatch.draft_reply(
            order=order, actor=actor, now=now, text=text, result_class=result_class, promised_on=promised_on
        )
        answer_files.apply(change, reply=draft, petition=petition, actor=actor, now=now)
    return draft.order


@transaction.atomic
def rule(*, order: WorkOrder, kind: str, granted: bool, by: By, now: datetime, ruling: str = "") -> WorkOrder:
    """Rule on a unit's request. A granted return takes the petition back to triage once no unit leads it."""
    if kind == RequestKind.RETURN and granted:
        return _grant_return(order, by, now, ruling)
    petition = _petition_of(order)
    actor = resolve(by, petition, order)
    moved = dispatch.rule(order=order, kind=kind, granted=granted, ruling=ruling, actor=actor, now=now)
    _follow(petition, moved)
    return moved


def _grant_return(order: WorkOrder, by: By, now: datetime, ruling: str) -> WorkOrder:
    petition = _petition_of(order)
    actor = resolve(by, petition, order)
    if _leads_elsewhere(petition, order):
        moved = dispatch.rule(order=order, kind="return", granted=True, ruling=ruling, actor=actor, now=now)
        nudge_tell(petition)
        return moved
    step = check(petition, "grant_return", by=actor, now=now, order=order)
    end = "returned"
    if rest := _others(petition, order).filter(state=OrderState.REPLIED).first():
        # The last of several units that was awaited: what the others have answered is the reply.
        step.go(State.REPLIED)
        step.change(replied_at=now, lead_unit=rest.department)
        end = "answered"
    else:
        step.change(lead_unit=None)
    moved = dispatch.rule(
        order=order,
        kind="return",
        granted=True,
        ruling=ruling,
        actor=actor,
        now=now,
        matter_move=(step.from_state, step.petition.state),
    )
    for other in orders_of(petition).open():
        dispatch.cancel(order=other, now=now, reason=end, actor=actor)
    step.save()
    return moved


def _leads_elsewhere(petition: Petition, order: WorkOrder) -> bool:
    """Whether the petition stays with units when this order goes: it is a co-unit's, or one of several."""
    return bool(order.kind == OrderKind.CO or _others(petition, order).open().exists())


def _others(petition: Petition, order: WorkOrder) -> Any:
    """The leading orders that were handed out together with this one (分别办理)."""
    together = orders_of(petition).filter(assigned_at=order.assigned_at)
    return together.exclude(pk=order.pk).exclude(kind=OrderKind.CO)


@transaction.atomic
def recheck_ledger(*, order: WorkOrder, by: By, now: datetime, note: str) -> WorkOrder:
    """The supervisor looked again and the matter stays on the ledger."""
    return _plain(dispatch.recheck_ledger, order, by, now, note=note)


@transaction.atomic
def clear_ledger(*, order: WorkOrder, by: By, now: datetime, note: str) -> WorkOrder:
    """The matter comes off the ledger and the unit answers within its ordinary limit."""
    moved = _plain(dispatch.clear_ledger, order, by, now, note=note)
    _follow(lock(order.matter_id), moved)
    return moved


def _follow(petition: Petition, order: WorkOrder) -> None:
    """While a unit leads, the petition is due when its order is; on the pending ledger nothing is."""
    due = None if order.state == OrderState.PENDING_LEDGER else order.internal_due_at
    if order.kind != OrderKind.CO and order.is_open and petition.due_at != due:
        petition.due_at = due
        wind(petition)
        petition.save(update_fields=["due_at", "alert_at"])
    nudge_tell(petition)


def reply(
    *,
    order: WorkOrder,
    by: By,
    now: datetime,
    text: str,
    result_class: str = "",
    promised_on: date | None = None,
    files: Sequence[File[bytes]] = (),
    take_off: Sequence[int] = (),
) -> WorkOrder:
    """The head signs the reply; the last leading unit's takes the petition to `replied`.

    A co-unit's is an opinion: it has neither class nor promise, and moves nothing. Any other needs its class.
    The files of the draft, as `files` and `take_off` change them, become the reply's. Raises WrongFiles.
    """
    values: dict[str, Any] = {"text": text, "result_class": result_class, "promised_on": promised_on}
    with answer_files.change_of(files, take_off) as change:
        petition = _petition_of(order)
        actor = resolve(by, petition, order)
        moved = _sign_reply(order, petition, actor, now, values)
        answer_files.sign(change, order=moved, petition=petition, actor=actor, now=now)
    return moved


def _sign_reply(order: WorkOrder, petition: Petition, actor: Actor, now: datetime, values: dict[str, Any]) -> WorkOrder:
    """Sign on the order, and take the petition along where no other leading unit is awaited."""
    others = [each for each in OPEN_ORDERS.rows(petition.pk) if each.pk != order.pk]
    # Units that handle it separately, and still owe their reply, are waited for.
    if order.kind == OrderKind.CO or any(each.kind != OrderKind.CO for each in others):
        moved = dispatch.reply(order=order, actor=actor, now=now, **values)
        nudge_tell(petition)
        return moved
    step = _begin_reply(petition, actor, now, order)
    moved = dispatch.reply(order=order, actor=actor, now=now, matter_move=step.matter_move, **values)
    for opinion in others:
        dispatch.cancel(order=opinion, now=now, reason="answered", actor=actor)
    step.save()
    return moved


def _begin_reply(petition: Petition, actor: Actor, now: datetime, order: WorkOrder) -> Step:
    """Enter `replied`; an order still to be signed for cannot answer, and says so itself."""
    if petition.state == State.ASSIGNED:
        raise CannotMove(_("Sign for the work order before replying."))
    step = check(petition, "reply", by=actor, now=now, order=order)
    step.change(replied_at=now)
    return step

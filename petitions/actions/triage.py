"""From submission to a unit: registration, correction, the router's look, assignment, or another way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deputies.models import Deputy
from directory import queries
from directory.calendar import local_day
from directory.models import Area, Category, Department, PetitionKind
from dispatch import actions as dispatch
from dispatch.models import OrderKind, WorkOrder
from journal.models import Visibility
from journal.refusals import Refused
from petitions.access import PORTAL, By
from petitions.actions.intake import station_for
from petitions.actions.step import (
    NotYours,
    Step,
    begin,
    check,
    level_of,
    lock,
    nudge_tell,
    orders_of,
    require_reason,
)
from petitions.deadlines import state_due
from petitions.lifecycle import TRIAGE, State
from petitions.models import Conversion, Petition, Routing
from petitions.routing import View, view_of


class CannotAssign(Refused):
    """The assignment lacks something or names a unit that may not have it."""


class CannotConvert(NotYours):
    """The deputy is not the one named on the petition."""


class CannotDecline(Refused):
    """The reason or the lawful channel is missing."""


@transaction.atomic
def register(*, petition: Petition, by: By, now: datetime) -> Petition:
    """Take a submitted petition on the books (登记); its triage limit starts."""
    return _register(lock(petition.pk), by, now)


def _register(locked: Petition, by: By, now: datetime) -> Petition:
    step = check(locked, "register", by=by, now=now)
    step.change(registered_at=now)
    return step.finish()


@transaction.atomic
def classify(
    *,
    petition: Petition,
    by: By,
    now: datetime,
    category: Category | None = None,
    area: Area | None = None,
    urgency: str = "",
    kind: str = "",
) -> Petition:
    """Correct what the resident or the router got wrong; only what is given changes. The place moves the station.

    What turns out to be an accusation takes the restricted route at once (DOMAIN.md).
    """
    step = begin(petition, "classify", by=by, now=now)
    changed: dict[str, list[Any]] = {}
    given: dict[str, Any] = {"category": category, "area": area, "urgency": urgency, "kind": kind}
    for name, value in given.items():
        old = getattr(step.petition, name)
        if value and value != old:
            changed[name] = [getattr(old, "code", old or ""), getattr(value, "code", value)]
            step.change(**{name: value})
    if "area" in changed and area is not None:
        step.change(station=station_for(area))
    if {"urgency", "kind"} & changed.keys():
        _count_anew(step)
    classified = step.finish(data={"changed": changed}, visibility=Visibility.STAFF)
    if ("kind" in changed and kind == PetitionKind.ACCUSATION) or ("category" in changed and category.restricted):  # type: ignore[union-attr]
        return restrict(petition=classified, by=by, now=now)
    return classified


def _count_anew(step: Step) -> None:
    """Other limits hold; they run from when they began, so that correcting a petition buys nobody time."""
    petition, level = step.petition, level_of(step.petition)
    law = level.statutory_days
    step.change(
        due_at=state_due(petition, level=level, calendar=queries.calendar(), now=petition.state_since),
        statutory_due_at=petition.submitted_at + timedelta(days=law) if law else None,
    )


@transaction.atomic
def restrict(*, petition: Petition, by: By, now: datetime, reason: str = "") -> Petition:
    """Put an accusation on the restricted route: open orders end, deputies and units read it no longer."""
    step = begin(petition, "restrict", by=by, now=now)
    cancel_orders(step, "restricted")
    step.change(restricted=True, lead_unit=None, routed_at=now, registered_at=step.petition.registered_at or now)
    _private_again(step)
    return step.finish(note=reason.strip(), visibility=Visibility.STAFF)


@transaction.atomic
def release(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """A supervisor finds that it is no accusation: back to triage, with the router's candidates for a person.

    Never assigned by the router itself: it would see the same words again.
    """
    step = begin(petition, "release", by=by, now=now)
    step.change(restricted=False, routed_at=now)
    _keep(step.petition, view_of(step.petition), now, assigned=False)
    return step.finish(note=require_reason(reason), visibility=Visibility.STAFF)


@transaction.atomic
def propose_decline(*, petition: Petition, by: By, now: datetime, reason: str, channel: str) -> Petition:
    """The officer proposes not to accept; the commission decides (`decline` or `refuse_decline`)."""
    reason, channel = _declining(reason, channel)
    step = begin(petition, "propose_decline", by=by, now=now)
    limit = queries.calendar().add_working_days(now, level_of(step.petition).decline_wd)
    step.change(
        decline_reason=reason,
        decline_channel=channel,
        decline_proposed_at=now,
        due_at=limit,
        registered_at=step.petition.registered_at or now,
    )
    return step.finish(note=reason, data={"channel": channel}, visibility=Visibility.STAFF)


@transaction.atomic
def refuse_decline(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """The commission does not agree: the petition stays in triage."""
    step = begin(petition, "refuse_decline", by=by, now=now)
    if step.petition.decline_proposed_at is None:
        raise CannotDecline(_("Nobody has proposed not to accept this petition."))
    step.change(decline_reason="", decline_channel="", decline_proposed_at=None)
    return step.finish(note=require_reason(reason), visibility=Visibility.STAFF)


@transaction.atomic
def decline(*, petition: Petition, by: By, now: datetime, reason: str = "", channel: str = "") -> Petition:
    """Do not accept (不予受理). Reason and lawful channel are mandatory; those proposed serve when none is given.

    Source: Regulations on Petitions 2022; DOMAIN.md "declined".
    """
    proposed = lock(petition.pk)
    reason, channel = _declining(reason or proposed.decline_reason, channel or proposed.decline_channel)
    step = begin(petition, "decline", by=by, now=now)
    step.change(decline_reason=reason, decline_channel=channel)
    return step.finish(note=reason, data={"channel": channel})


def _declining(reason: str, channel: str) -> tuple[str, str]:
    if not reason.strip():
        raise CannotDecline(_("Say why the petition is not accepted."), field="reason")
    if not channel.strip():
        raise CannotDecline(_("Name the lawful channel where the resident can turn instead."), field="channel")
    return reason.strip(), channel.strip()


@transaction.atomic
def convert(*, petition: Petition, by: By, now: datetime, title: str, reason: str) -> Petition:
    """The petition's deputy takes it up as a suggestion (转代表建议); the link is kept, open orders end.

    Raises CannotConvert for a deputy who only follows it: that would end the units' work on a matter that the resident
    did not bring to this deputy.
    """
    step = begin(petition, "convert", by=by, now=now)
    deputy = Deputy.objects.get(user=step.actor.user)
    if deputy.pk != step.petition.deputy_id:
        raise CannotConvert(_("You follow this matter; only the deputy named on it turns it into a suggestion."))
    cancel_orders(step, "converted")
    Conversion.objects.create(
        petition=step.petition,
        deputy=deputy,
        title=title.strip() or step.petition.title,
        reason=require_reason(reason),
        at=now,
    )
    return step.finish(note=reason.strip(), data={"deputy": deputy.code})


@transaction.atomic
def assign(
    *,
    petition: Petition,
    units: Sequence[Department],
    by: By,
    now: datetime,
    co_units: Sequence[Department] = (),
    note: str = "",
) -> Petition:
    """Assign to one lead unit and its co-units, or to several units separately (分别办理).

    A petition that nobody registered is registered by it. Raises CannotAssign without a unit, with one named
    twice, or with co-units beside separate handling.
    """
    _check_units(units, co_units)
    step = begin(petition, "assign", by=by, now=now)
    step.change(registered_at=step.petition.registered_at or now, decline_proposed_at=None)
    return _hand_out(step, units, co_units, note)


@transaction.atomic
def reassign(
    *,
    petition: Petition,
    units: Sequence[Department],
    by: By,
    now: datetime,
    note: str,
    co_units: Sequence[Department] = (),
) -> Petition:
    """Take the petition from the units that have it and give it to others (改办); the reason goes on record."""
    _check_units(units, co_units)
    step = begin(petition, "reassign", by=by, now=now)
    cancel_orders(step, "reassigned")
    return _hand_out(step, units, co_units, require_reason(note))


def _check_units(units: Sequence[Department], co_units: Sequence[Department]) -> None:
    everyone = [unit.pk for unit in (*units, *co_units)]
    if not units:
        raise CannotAssign(_("Choose the unit that is to handle it."), field="units")
    if len(set(everyone)) < len(everyone):
        raise CannotAssign(_("A unit is named twice."), field="units")
    if len(units) > 1 and co_units:
        raise CannotAssign(_("With separate handling there are no co-units."), field="co_units")


def _hand_out(step: Step, units: Sequence[Department], co_units: Sequence[Department], note: str) -> Petition:
    """Open the orders, enter `assigned`, record."""
    kind = OrderKind.LEAD if len(units) == 1 else OrderKind.SEPARATE
    lead = [open_order(step, unit, kind) for unit in units]
    for unit in co_units:
        open_order(step, unit, OrderKind.CO)
    step.change(lead_unit=units[0])
    step.go(State.ASSIGNED, due_at=lead[0].internal_due_at)
    return step.finish(
        note=note.strip(),
        data={
            "units": [unit.code for unit in units],
            "co_units": [unit.code for unit in co_units],
            "due_at": lead[0].internal_due_at.isoformat(),
        },
        visibility=Visibility.PUBLIC,
    )


def open_order(step: Step, unit: Department, kind: str, *, round: int = 1) -> WorkOrder:
    """Open one unit's order for the petition of a step."""
    petition = step.petition
    return dispatch.open_order(
        matter_type="petition",
        matter_id=petition.pk,
        reference=petition.reference,
        title=petition.title,
        area=petition.area,
        department=unit,
        kind=kind,
        service=petition.kind,
        urgency=petition.urgency,
        statutory_due_at=petition.statutory_due_at,
        now=step.now,
        round=round,
    )


def cancel_orders(step: Step, reason: str) -> None:
    """End every open order of the petition, because it went elsewhere."""
    for order in orders_of(step.petition).open():
        dispatch.cancel(order=order, now=step.now, reason=reason, actor=step.actor)


def _private_again(step: Step) -> None:
    if step.petition.publication != "private":
        step.change(publication="private", published_at=None)


# --- The router -------------------------------------------------------------------------------------------------


@transaction.atomic
def route(*, petition: Petition, now: datetime) -> Petition:
    """Let the router look at a petition once; assign when it is sure and allowed, else leave its view in triage.

    Idempotent under the row lock: a second call, or one for a petition that somebody has moved on, changes nothing.
    """
    locked = lock(petition.pk)
    if locked.routed_at is not None or locked.state not in TRIAGE:
        return locked
    if locked.restricted:
        return _leave(locked, None, now)
    view = view_of(locked)
    if view.accusation:
        return restrict(petition=locked, by=PORTAL, now=now)
    unit = view.unit(local_day(now)) if view.automatic and not locked.by_person else None
    _keep(locked, view, now, assigned=unit is not None)
    if unit is None:
        return _leave(locked, view, now)
    return _assign_automatically(locked, view, unit, now)


def _keep(petition: Petition, view: View, now: datetime, *, assigned: bool) -> None:
    """Store the router's view for the dispatcher."""
    Routing.objects.update_or_create(
        petition=petition,
        defaults={
            "at": now,
            "version": view.version,
            "categories": view.categories,
            "departments": view.departments,
            "assigned": assigned,
        },
    )


def _leave(petition: Petition, view: View | None, now: datetime) -> Petition:
    """The router is done and a person decides; nothing but the mark and the category changes."""
    petition.routed_at = now
    fields = ["routed_at"]
    if view is not None and petition.category is None and view.category is not None:
        petition.category = view.category
        fields.append("category")
    petition.save(update_fields=fields)
    nudge_tell(petition)  # that it was received: no move of the router's tells it
    return petition


def _assign_automatically(petition: Petition, view: View, unit: Department, now: datetime) -> Petition:
    """Register and assign in the portal's name; a person may overrule it at any time (PIPL art 24)."""
    if petition.state == State.SUBMITTED:
        _register(petition, PORTAL, now)
    step = check(petition, "assign", by=PORTAL, now=now)
    step.change(routed_at=now, category=step.petition.category or view.category)
    return _hand_out(step, [unit], view.co_units(local_day(now)), "")

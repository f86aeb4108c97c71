"""Two petitions about one matter made one (并案), and parted again within the hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from dispatch import actions as dispatch
from journal.models import Entry, Visibility
from journal.refusals import Refused
from petitions.access import By
from petitions.actions.step import Step, begin, lock, nudge_route, orders_of
from petitions.actions.triage import cancel_orders
from petitions.lifecycle import MATTER, TRIAGE, State
from petitions.models import Petition

UNDO_WITHIN: Final = timedelta(hours=1)  # long enough to notice a slip, too short for anybody to have relied on it


class CannotMerge(Refused):
    """The two petitions cannot be made one, or not be parted again."""


@transaction.atomic
def merge(*, petition: Petition, into: Petition, by: By, now: datetime) -> Petition:
    """Make a petition part of another open one (并案); every petitioner is told and follows the main one.

    Its open orders end. The journal keeps how things stood, so that `unmerge` can put them back.
    """
    if petition.pk == into.pk:
        raise CannotMerge(_("A petition cannot be merged with itself."), field="into")
    main = _lock_both(petition.pk, into.pk)
    if not main.is_open or main.restricted:
        raise CannotMerge(_("Choose an open petition as the main one."), field="into")
    was = _as_it_stands(lock(petition.pk))
    step = begin(petition, "merge", by=by, now=now)
    if step.petition.merged.exists():
        raise CannotMerge(_("Others were merged into this petition: merge the other way round."), field="into")
    cancel_orders(step, "merged")
    step.change(merged_into=main)
    merged = step.finish(data={"into": main.reference, "was": was})
    _note_on_main(main, step, "merged_from")
    return merged


@transaction.atomic
def unmerge(*, petition: Petition, by: By, now: datetime) -> Petition:
    """Part a petition from its main one again, within the hour: state, limits and orders as they were before.

    The petitioner is told. Raises CannotMerge when the hour is over.
    """
    main_id = lock(petition.pk).merged_into_id
    main = _lock_both(petition.pk, main_id) if main_id else None
    step = begin(petition, "unmerge", by=by, now=now)
    merging = Entry.objects.filter(matter_type=MATTER, matter_id=petition.pk, action="merge").latest("id")
    was = merging.data.get("was")
    if main is None or was is None or now > merging.at + UNDO_WITHIN:
        raise CannotMerge(_("A merging can be undone within one hour only."))
    step.change(
        state=was["state"],
        state_since=parse_datetime(was["since"]),
        due_at=parse_datetime(was["due_at"]) if was["due_at"] else None,
        ended_at=None,
        merged_into=None,
    )
    _take_up_orders(step, was["orders"])
    parted = step.finish(data={"from": main.reference})
    _note_on_main(main, step, "unmerged_from")
    if parted.state in TRIAGE and parted.routed_at is None:
        nudge_route(parted)
    return parted


def _lock_both(one: int, main: int) -> Petition:
    """Lock two petitions, always in the same order, so that two mergers cannot wait for each other; return the main."""
    for pk in sorted((one, main)):
        lock(pk)
    return lock(main)


def _as_it_stands(petition: Petition) -> dict[str, Any]:
    """State, limit, open orders and what their units wait for: codes, numbers and times only."""
    orders = orders_of(petition).open().prefetch_related("requests")
    return {
        "state": petition.state,
        "since": petition.state_since.isoformat(),
        "due_at": petition.due_at.isoformat() if petition.due_at else "",
        "orders": [
            {
                "order": order.pk,
                "state": order.state,
                "asked": [r.pk for r in order.requests.all() if r.state == "open"],
            }
            for order in orders
        ],
    }


def _take_up_orders(step: Step, kept: list[dict[str, Any]]) -> None:
    orders = orders_of(step.petition).in_bulk([each["order"] for each in kept])
    for each in kept:
        dispatch.take_up(
            order=orders[each["order"]], state=each["state"], asked=each["asked"], now=step.now, actor=step.actor
        )


def _note_on_main(main: Petition, step: Step, action: str) -> None:
    other = Step(main, action, step.actor, step.capacity, step.now, from_state=main.state)
    other.finish(data={"from": step.petition.reference}, visibility=Visibility.STAFF)


def may_unmerge(petition: Petition, now: datetime) -> bool:
    """Whether the hour is not over yet; a merged petition has been in its state since the merging."""
    return petition.state == State.MERGED and now <= petition.state_since + UNDO_WITHIN

"""The only writer here: moves made from a page at the version it showed, and what desks keep for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from desks.models import KeySupervision, SavedFilter
from desks.rows import helpers_of
from desks.versions import changed_since, version_of
from directory.calendar import local_day
from directory.models import Department
from dispatch.lifecycle import SUPERVISOR
from dispatch.models import WorkOrder
from journal import actions as journal
from journal.models import Entry, Visibility
from journal.refusals import Refused
from petitions import actions
from petitions.access import resolve
from petitions.actions.answer_files import WrongFiles
from petitions.actions.attachments import none_left_behind
from petitions.actions.step import NotYours, lock
from petitions.api.commands import ORDER_COMMANDS, Command
from petitions.lifecycle import MATTER
from petitions.models import Petition, Routing

MOST_FILTERS = 20


class Changed(Refused):
    """Somebody else moved the matter after this page was shown; `entries` say what happened."""

    status = 409

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(_("Meanwhile somebody else has worked on this matter. Nothing you typed is lost."))
        self.entries = entries


class CannotSave(Refused):
    """The saved filter lacks a name, or there are too many."""


class CannotWatch(Refused):
    """Key supervision is not possible as asked."""


def make_move(
    *,
    petition: Petition,
    command: Command,
    subject: Petition | WorkOrder,
    values: dict[str, Any],
    version: int,
    by: User,
    now: datetime,
) -> None:
    """Make one move on a petition or its order, if the matter is still as the page showed it (`version`).

    The petition is locked before the comparison, so that of two people exactly one wins. Raises Changed, and
    whatever the move's own action raises; then nothing is done, the files included.
    """
    with none_left_behind(), transaction.atomic():
        lock(petition.pk)
        if entries := changed_since(petition, version):
            raise Changed(entries)
        target = "order" if isinstance(subject, WorkOrder) else "petition"
        command.action(**{target: subject}, by=by, now=now, **values)


def keep_the_good(
    *,
    order: WorkOrder,
    petition: Petition,
    values: dict[str, Any],
    wrong: WrongFiles,
    version: int,
    by: User,
    now: datetime,
) -> None:
    """Keep an answer as its draft with those of its files that can be taken: a browser would not keep them.

    `values` are those of the move that `wrong` refused, whether it was to save or to sign. Raises as `make_move`.
    """
    good = [file for place, file in enumerate(values["files"]) if place not in wrong.wrong]
    for file in good:
        file.seek(0)
    make_move(
        petition=petition,
        command=ORDER_COMMANDS["draft_reply"],
        subject=order,
        values={**values, "files": good},
        version=version,
        by=by,
        now=now,
    )


def assign_first(*, petition: Petition, unit: Department, version: int, by: User, now: datetime) -> Petition:
    """Assign to the router's first candidate, as the list showed it, with the co-units the router names with it."""
    with transaction.atomic():
        locked = lock(petition.pk)
        if entries := changed_since(petition, version):
            raise Changed(entries)
        routing = Routing.objects.filter(petition=locked).first()
        row: dict[str, Any] = (
            next((row for row in routing.departments if row["code"] == unit.code), {}) if routing else {}
        )
        return actions.assign(petition=locked, units=[unit], co_units=helpers_of(row, unit, now), by=by, now=now)


@transaction.atomic
def save_filter(*, user: User, name: str, query: str) -> SavedFilter:
    """Keep a view of the worklist under a name; the same name again replaces it."""
    name = name.strip()[:40]
    if not name:
        raise CannotSave(_("Give the view a name."), field="name")
    if user.saved_filters.exclude(name=name).count() >= MOST_FILTERS:
        raise CannotSave(_("At most %(most)d views can be kept. Remove one first.") % {"most": MOST_FILTERS})
    saved, _new = SavedFilter.objects.update_or_create(user=user, name=name, defaults={"query": query[:500]})
    return saved


@transaction.atomic
def prefer_filter(*, user: User, pk: int) -> None:
    """Make one of one's own saved views the one the workbench opens with; asked again, none is."""
    mine = list(user.saved_filters.select_for_update())
    chosen = next((each for each in mine if each.pk == pk), None)
    if chosen is None:
        return
    preferred = not chosen.is_default
    user.saved_filters.filter(is_default=True).update(is_default=False)
    user.saved_filters.filter(pk=pk).update(is_default=preferred)


def remove_filter(*, user: User, pk: int) -> None:
    """Forget one of one's own saved filters."""
    SavedFilter.objects.filter(user=user, pk=pk).delete()


@transaction.atomic
def watch(*, petition: Petition, supervisor: User, look_back_on: date, by: User, now: datetime) -> KeySupervision:
    """Put a matter under key supervision by a named supervisor, to be looked at again on a day (重点督办)."""
    locked = lock(petition.pk)
    capacity = resolve(by, locked).capacity(frozenset({SUPERVISOR}))
    if capacity is None:
        raise NotYours(_("Only a supervisor puts a matter under key supervision."))
    if resolve(supervisor, locked).capacity(frozenset({SUPERVISOR})) is None:
        raise CannotWatch(_("The person named is no supervisor of this area."), field="supervisor")
    _require_future(look_back_on, now, "look_back_on")
    values: dict[str, Any] = {"supervisor": supervisor, "look_back_on": look_back_on}
    if not KeySupervision.objects.filter(petition=locked, looked_back_at=None).exists():  # else it only changes
        values |= {"opened_at": now, "looked_back_at": None, "finding": ""}
    found, _new = KeySupervision.objects.update_or_create(petition=locked, defaults=values)
    data = {"look_back_on": str(look_back_on), "supervisor": supervisor.pk}
    _record(locked, "key_supervision", by, capacity, now, str(supervisor), data)
    return found


def _require_future(chosen: date, now: datetime, field: str) -> None:
    if chosen <= local_day(now):
        raise CannotWatch(_("Choose a day in the future for the look-back."), field=field)


@transaction.atomic
def look_back(*, petition: Petition, finding: str, by: User, now: datetime, again_on: date | None = None) -> None:
    """Record what the look-back found; with `again_on` the matter stays under key supervision until then.

    Without it, key supervision is lifted. Raises CannotWatch where there is none to look back at.
    """
    locked = lock(petition.pk)
    capacity = resolve(by, locked).capacity(frozenset({SUPERVISOR}))
    if capacity is None:
        raise NotYours(_("Only a supervisor looks back at a matter under key supervision."))
    held = KeySupervision.objects.filter(petition=locked, looked_back_at=None).first()
    if held is None:
        raise CannotWatch(_("This matter is not under key supervision."))
    if not finding.strip():
        raise CannotWatch(_("Say what you found."), field="finding")
    if again_on is not None:
        _require_future(again_on, now, "again_on")
    held.finding, held.looked_back_at = finding.strip(), None if again_on else now
    held.look_back_on = again_on or held.look_back_on
    held.save(update_fields=["finding", "looked_back_at", "look_back_on"])
    _record(locked, "look_back", by, capacity, now, finding.strip(), {"again_on": str(again_on) if again_on else ""})


def _record(
    petition: Petition, action: str, by: User, capacity: str, now: datetime, note: str, data: dict[str, Any]
) -> None:
    journal.write(
        matter_type=MATTER,
        matter_id=petition.pk,
        action=action,
        at=now,
        actor=by,
        actor_kind=capacity,
        note=note,
        from_state=petition.state,
        to_state=petition.state,
        data=data,
        visibility=Visibility.STAFF,
    )


__all__ = ["Changed", "assign_first", "keep_the_good", "look_back", "make_move", "save_filter", "version_of", "watch"]

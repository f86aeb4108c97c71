"""The rows of a bulk move: what it would do to each, by the rules that the move's own action goes by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from desks.listing import filtered, shown
from desks.meanwhile import sentence
from desks.queries import last_proposals
from desks.rows import first_candidate, give_views, helpers_of
from desks.versions import changed_since, give
from directory import queries
from directory.calendar import local_day
from directory.models import Department
from dispatch import lifecycle as orders
from dispatch.actions.orders import urged_lately
from dispatch.lifecycle import DEPUTY, OPEN
from dispatch.models import OrderKind, WorkOrder
from journal.refusals import Refused
from petitions import timeline
from petitions.access import resolve
from petitions.actions.claiming import may_press
from petitions.lifecycle import MATTER, MOVES, Publication
from petitions.models import Petition
from petitions.moves import may_move, order_moves
from petitions.orders import visible_orders

MOST = 100


@dataclass(frozen=True)
class Chosen:
    """A row as the page sent it: `reference:version`, from the preview on also the units it showed, the lead first.

    Without a version it is taken as it is now.
    """

    reference: str
    version: int | None = None
    units: tuple[str, ...] = ()


@dataclass
class Line:
    """One petition of the bulk: what will happen, or why not; afterwards what did.

    `version` is the one that was chosen, `told` what others have done since.
    """

    petition: Petition
    version: int
    ok: bool = False
    words: str = ""
    unit: Department | None = None
    units: tuple[str, ...] = ()
    orders: list[WorkOrder] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def row(self) -> str:
        """What a form sends for this row: the version just shown and, where some were named, the units."""
        units = ":" + ",".join(self.units) if self.units else ""
        return f"{self.petition.reference}:{self.petition.version}{units}"  # type: ignore[attr-defined]


def chosen_of(rows: Iterable[str]) -> list[Chosen]:
    """Return the rows a form sent, each petition once."""
    found: dict[str, Chosen] = {}
    for row in list(rows)[:MOST]:
        reference, version, units = [*row.split(":", 2), "", ""][:3]
        number = int(version) if version.isdecimal() and len(version) < 19 else 0
        found[reference] = Chosen(reference, number, tuple(units[:500].split(",")) if units else ())
    return list(found.values())


class Lines:
    """Makes the lines of one page: one move, one reader, one instant."""

    def __init__(self, move: str, user: User, now: datetime) -> None:
        self.move, self.user, self.now = move, user, now

    def of(self, chosen: Iterable[Chosen], *, run: bool = False) -> list[Line]:
        """Return those that the user may read, in the order chosen. A run takes the units that the preview showed."""
        wanted = {each.reference: each for each in chosen}
        found = list(shown(filtered(self.user, {})[0]).filter(reference__in=list(wanted)))
        give(found)
        give_views(found)
        by_reference = {petition.reference: petition for petition in found}
        here = [(by_reference[name], each) for name, each in wanted.items() if name in by_reference]
        held = self._orders([petition.pk for petition in found]) if self.move == "urge" else {}
        lines = [self._line(petition, each, held.get(petition.pk, []), run) for petition, each in here]
        if self.move == "publish" and not run:
            _say_whose(lines)
        return lines

    def _orders(self, petitions: list[int]) -> dict[int, list[WorkOrder]]:
        """The open leading orders of each, several where units handle it separately; one SELECT."""
        found = visible_orders(self.user).filter(matter_type=MATTER, matter_id__in=petitions, state__in=OPEN)
        by_petition: dict[int, list[WorkOrder]] = {}
        for order in found.exclude(kind=OrderKind.CO).order_by("id"):
            by_petition.setdefault(order.matter_id, []).append(order)
        return by_petition

    def _line(self, petition: Petition, chosen: Chosen, held: list[WorkOrder], run: bool) -> Line:
        now_at: int = petition.version  # type: ignore[attr-defined]
        line = Line(petition, now_at if chosen.version is None else chosen.version)
        if line.version < now_at:
            line.told = [sentence(entry, self.now) for entry in changed_since(petition, line.version)]
        if self.move == "urge":
            self._urging(line, held)
        elif self.move == "assign_first":
            self._candidate(line, chosen, run)
        else:
            line.ok = may_move(petition, self.user, self.move)
            line.words = "" if line.ok else self._why_not(petition, self.move)
        return line

    def _candidate(self, line: Line, chosen: Chosen, run: bool) -> None:
        if not may_move(line.petition, self.user, "assign"):
            line.words = self._why_not(line.petition, "assign")
            return
        shown = chosen.units if run else self._first(line.petition)
        if not shown:
            line.words = (
                _("No unit was shown for it yet. Look at the preview first.")
                if run
                else _("The router has no candidate.")
            )
            return
        lead, helpers = shown[0], timeline.listed(timeline.unit_label(code) for code in shown[1:])
        words = {"lead": timeline.unit_label(lead), "helpers": helpers}
        line.words = _("%(lead)s, with %(helpers)s") % words if helpers else words["lead"]
        line.ok = not run or shown == self._named(line.petition, lead)
        if line.ok:
            line.units, line.unit = shown, queries.department_by_code(lead)
        else:
            line.words = _("The router does not propose this any more: %(units)s.") % {"units": line.words}

    def _first(self, petition: Petition) -> tuple[str, ...]:
        """The router's first candidate and the co-units it names with it, by code."""
        first = first_candidate(petition, self.now)
        return self._named(petition, first["unit"].code) if first else ()

    def _named(self, petition: Petition, lead: str) -> tuple[str, ...]:
        """This unit and its co-units as the router names them now, by code; nothing where it is not in force."""
        view: Any = getattr(petition, "routing", None)
        unit = queries.department_by_code(lead)
        row = next((row for row in view.departments if row["code"] == lead), None) if view else None
        if unit is None or row is None or not unit.is_in_force(local_day(self.now)):
            return ()
        return (lead, *(each.code for each in helpers_of(row, unit, self.now)))

    def _urging(self, line: Line, held: list[WorkOrder]) -> None:
        """Which of its units would be urged; of the others why not."""
        refusals = []
        for order in held:
            if why := self._not_urged(order, line):
                refusals.append(f"{order.department.label}: {why}")
            else:
                line.orders.append(order)
        line.ok = bool(line.orders)
        urged = timeline.listed(order.department.label for order in line.orders)
        said = [words for words in (urged, *refusals) if words]
        line.words = " · ".join(said) or _("Not with a unit: there is nobody to urge.")

    def _not_urged(self, order: WorkOrder, line: Line) -> str:
        """Why this order cannot be urged now, as `petitions.actions.urge` would say it; nothing where it can."""
        rule, petition = orders.MOVES["urge"], line.petition
        said = {"move": rule.label, "state": order.get_state_display()}
        if order.state not in rule.sources:
            return _("“%(move)s” is not possible now: the work order is “%(state)s”.") % said
        if not any(offer.name == "urge" for offer in order_moves(order, petition, self.user, self.now, ())):
            return _("“%(move)s” is not yours to do on this work order.") % said
        if resolve(self.user, petition, order).capacity(rule.who) == DEPUTY:
            if line.orders:  # the first urging begins the deputies' pause
                return _("A deputy urges one unit of a matter at a time.")
            try:
                may_press(petition, self.now)
            except Refused as refusal:
                return str(refusal)
        return urged_lately(order, self.now)

    def _why_not(self, petition: Petition, move: str) -> str:
        """Why the move is not open, in the words of its action."""
        rule = MOVES[move]
        if petition.state not in rule.sources:
            return _("Not possible now: it is “%(state)s”.") % {"state": petition.get_state_display()}
        if resolve(self.user, petition).capacity(rule.who) is None:
            return _("“%(move)s” is not yours to do on this petition.") % {"move": rule.label}
        if petition.restricted and not rule.restricted:
            return _("This petition takes the restricted route: “%(move)s” is not possible.") % {"move": rule.label}
        if petition.publication == Publication.PRIVATE:
            return _("The resident has not agreed to publication.")
        return _("Propose a public text first.")


def _say_whose(lines: list[Line]) -> None:
    """Whose texts they are that would be published: one person may do both, and should know it. One SELECT."""
    proposals = last_proposals([line.petition.pk for line in lines if line.ok])
    for line in lines:
        if entry := proposals.get(line.petition.pk):
            at = date_format(localtime(entry.at), "DATETIME_FORMAT")
            line.words = f"{_('Public text proposed by:')} {entry.actor} · {entry.get_actor_kind_display()} · {at}"

"""The rows of the supervisor's lists with every text ready: the templates only put them down (see `desks.rows`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common.references import spoken
from common.skeleton import put_down
from desks.rows import PLACE, due, state_chip
from dispatch.models import WorkOrder
from petitions.models import Petition


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """One overdue order in the list of those to be urged."""

    number: int
    choose: str
    to: str
    title: str
    spoken: str
    unit: str
    due: SafeString
    urged: int
    chosen: str  # something where it was chosen before and the form came back


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One order on the pending ledger, or proposed for it: `next` is the recheck, or the limit of the ruling."""

    to: str
    title: str
    reason: str
    unit: str
    since_label: str
    since: str
    next_label: str
    next: SafeString


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One matter that waits for the supervisor."""

    to: str
    title: str
    state: SafeString
    unit: str
    due: SafeString


class OversightRows:
    """Makes the rows of one page in the language now active."""

    def __init__(self, now: datetime) -> None:
        self._choose, self._matter = _("Choose %(reference)s"), reverse("desks:matter", args=[PLACE])
        self._due: Callable[[datetime | None], SafeString] = cache(lambda at: due(at, now))
        self._state: Callable[[str], SafeString] = cache(state_chip)
        self._label: Callable[[Any], str] = cache(lambda unit: str(unit.label) if unit else "")

    def overdue(self, orders: Iterable[WorkOrder], chosen: Collection[int]) -> list[SafeString]:
        """The orders to be urged; those `chosen` before stay chosen."""
        return [
            put_down(
                "desks/_overdue_row.html",
                OverdueRow(
                    number=order.pk,
                    choose=self._choose % {"reference": spoken(order.reference)},
                    to=self._to(order.reference),
                    title=order.title,
                    spoken=spoken(order.reference),
                    unit=self._label(order.department),
                    due=self._due(order.internal_due_at),
                    urged=order.urged_count,
                    chosen="chosen" if order.pk in chosen else "",
                ),
            )
            for order in orders
        ]

    def ledger(self, rows: Iterable[dict[str, Any]]) -> list[SafeString]:
        """The pending ledger (`Oversight.ledger`)."""
        labels = _("On the ledger since"), _("Recheck")
        return [self._ledger(row, row["recheck"], *labels) for row in rows]

    def proposals(self, rows: Iterable[dict[str, Any]]) -> list[SafeString]:
        """What is proposed for the ledger (`Oversight.proposals`), with the unit's reasons."""
        labels = _("Proposed on"), _("Rule by")
        return [self._ledger(row, row["rule"], *labels) for row in rows]

    def _ledger(self, row: dict[str, Any], due_at: datetime | None, since: str, following: str) -> SafeString:
        shown = LedgerRow(
            to=self._to(row["order"].reference),
            title=row["order"].title,
            reason=row.get("reason", ""),
            unit=self._label(row["order"].department),
            since_label=since,
            since=date_format(localtime(row["since"]), "DATE_FORMAT") if row["since"] else "",
            next_label=following,
            next=self._due(due_at),
        )
        return put_down("desks/_ledger_row.html", shown)

    def matters(self, petitions: Iterable[Petition]) -> list[SafeString]:
        """Matters in a list, each with its state, unit and limit."""
        return [
            put_down(
                "desks/_matter_line.html",
                MatterRow(
                    to=self._to(petition.reference),
                    title=petition.title,
                    state=self._state(petition.state),
                    unit=self._label(petition.lead_unit),
                    due=self._due(petition.due_at),
                ),
            )
            for petition in petitions
        ]

    def _to(self, reference: str) -> str:
        return self._matter.replace(PLACE, reference)

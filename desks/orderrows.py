"""A row of a unit's inbox with every text ready: the template only puts it down (see `desks.rows`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.design import chip
from desks.rows import due
from dispatch.lifecycle import OrderState
from dispatch.models import WorkOrder


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. `sign`, `contact` and `answer` are the addresses of what can be done from the list, empty if not."""

    order: WorkOrder
    to: str
    chips: SafeString
    facts: str
    state: SafeString
    dues: SafeString
    sign: str
    contact: str
    answer: str
    heads: bool


class OrderRows:
    """Makes the rows of one page in the language now active. `heads`: the units whose head the reader is."""

    def __init__(self, heads: set[int], now: datetime) -> None:
        self.heads, self.now = heads, now
        self._state: Callable[[str], SafeString] = cache(_state)
        self._kind: Callable[[str], str] = cache(_kind)
        self._chips: Callable[[bool, bool, bool], SafeString] = cache(_chips)

    def row(self, order: WorkOrder) -> OrderRow:
        """Return what the list shows of an order."""
        heads = order.department_id in self.heads
        held = order.state in (OrderState.ASSIGNED, OrderState.SIGNED)
        to_contact = held and order.contacted_at is None and order.contact_due_at is not None
        to = reverse("desks:matter", args=[order.reference])
        return OrderRow(
            order=order,
            to=to,
            chips=self._chips(order.urgency == "urgent", order.urged_count > 0, order.round > 1),
            facts=f"{order.area.label} · {self._kind(order.kind)}",
            state=self._state(order.state),
            dues=self._dues(order),
            sign=_quick(order, "sign") if order.state == OrderState.ASSIGNED else "",
            contact=_quick(order, "contact") if to_contact else "",
            answer=_answer(to, order, heads) if order.state == OrderState.SIGNED else "",
            heads=heads,
        )

    def _dues(self, order: WorkOrder) -> SafeString:
        """Every limit that runs, or when it was answered."""
        if not order.is_open:
            at = order.replied_at
            return format_html("{} {}", _("replied"), _day(at)) if at else mark_safe("")
        limits = []
        if order.state == OrderState.ASSIGNED:
            limits.append((pgettext("deadline", "sign"), order.sign_due_at))
        if order.contact_due_at and not order.contacted_at:
            limits.append((pgettext("deadline", "contact"), order.contact_due_at))
        limits.append((pgettext("deadline", "reply"), order.internal_due_at))
        return format_html_join(mark_safe("<br>"), "{} {}", ((words, due(at, self.now)) for words, at in limits))


def _quick(order: WorkOrder, name: str) -> str:
    return reverse("desks:quick", args=[order.pk, name])


def _answer(to: str, order: WorkOrder, heads: bool) -> str:
    """Where the reply is written: the head's own, or the handler's draft."""
    form = f"{'reply' if heads else 'draft_reply'}-{order.pk}"
    return f"{to}?open={form}#m-{form}"


def _day(at: Any) -> str:
    return date_format(localtime(at), "MONTH_DAY_FORMAT")


def _state(state: str) -> SafeString:
    return chip(WorkOrder(state=state).get_state_display(), state=state)


def _kind(kind: str) -> str:
    return str(WorkOrder(kind=kind).get_kind_display())


def _chips(urgent: bool, urged: bool, again: bool) -> SafeString:
    """What sets an order apart, as chips."""
    found = []
    if urgent:
        found.append(chip(_("Urgent"), tone="bad", icon_name="lightning-charge"))
    if urged:
        found.append(chip(_("Urged"), tone="ask", icon_name="bell"))
    if again:
        found.append(chip(_("Again"), tone="ask", icon_name="arrow-repeat"))
    return mark_safe(" ".join(found))  # noqa: S308, chips escape what they say

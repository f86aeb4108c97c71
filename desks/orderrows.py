"""A row of a unit's inbox with every text ready: the template only puts it down (see `desks.rows`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.design import chip, day_words
from common.references import spoken
from desks.ledger import waits_for
from desks.rows import PLACE, due
from dispatch.lifecycle import OrderState
from dispatch.models import OrderKind, Request, WorkOrder
from petitions.lifecycle import Rating

FACES = {"satisfied": ("good", "emoji-smile"), "basically_satisfied": ("ask", "emoji-neutral")}
NUMBER = 2**62  # stands in an address for an order's number; no order has it
NOTHING_SAID: dict[str, Any] = {"said": SafeString(), "said_process": "", "said_comment": ""}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. `sign`, `contact` and `answer` are the addresses of what can be done from the list, empty if not.

    `after` it was answered, `said` and what follows it tell what the resident thought of it.
    """

    number: int
    version: int
    title: str
    reference: str
    handler: str
    to: str
    chips: SafeString
    facts: str
    state: SafeString
    dues: SafeString
    sign: str
    contact: str
    answer: str
    heads: bool
    after: bool
    rest: str  # what is waited for, where it is not the unit that has to act
    said: SafeString
    said_process: str
    said_comment: str


class OrderRows:
    """Makes the rows of one page in the language now active.

    `heads`: the units whose head the reader is; `after`: the orders are answered, and `inbox.with_judgement`.
    """

    def __init__(self, heads: set[int], now: datetime, *, after: bool = False) -> None:
        self.heads, self.now, self.after = heads, now, after
        self._ratings = {str(code): str(words) for code, words in Rating.choices}
        self._state: Callable[[str], SafeString] = cache(_state)
        self._kind: Callable[[str], str] = cache(_kind)
        self._chips: Callable[[bool, bool, bool, bool, bool], SafeString] = cache(_chips)
        self._due: Callable[[datetime], SafeString] = cache(lambda at: due(at, now))
        self._label = cache(lambda area: str(area.label))
        # Addresses are made once and differ by a reference or a number alone.
        self._matter = reverse("desks:matter", args=[PLACE])
        self._quick = {name: reverse("desks:quick", args=[NUMBER, name]) for name in ("sign", "contact")}

    def row(self, order: WorkOrder, asked: Sequence[Request] = ()) -> OrderRow:
        """Return what the list shows of an order; `asked` is what its unit has asked for."""
        waits = waits_for(order, asked) if order.is_open else None
        ruled = waits is not None and order.state == OrderState.SIGNED  # a ruling is waited for, and no reply taken
        heads = order.department_id in self.heads
        held = order.state in (OrderState.ASSIGNED, OrderState.SIGNED)
        to_contact = held and order.contacted_at is None and order.contact_due_at is not None
        to = self._matter.replace(PLACE, order.reference)
        return OrderRow(
            number=order.pk,
            version=order.version,  # type: ignore[attr-defined]
            title=order.title,
            reference=spoken(order.reference),
            handler=str(order.handler) if order.handler else "—",
            to=to,
            chips=self._chips(
                order.urgency == "urgent",
                order.urged_count > 0,
                order.round > 1,
                heads and getattr(order, "drafted", False),
                ruled,
            ),
            facts=f"{self._label(order.area)} · {self._kind(order.kind)}",
            state=self._state(order.state),
            dues=self._dues(order, waits),
            sign=self._to("sign", order) if order.state == OrderState.ASSIGNED else "",
            contact=self._to("contact", order) if to_contact else "",
            answer=answer_address(to, order, heads) if order.state == OrderState.SIGNED and not ruled else "",
            heads=heads,
            after=self.after,
            rest=self._rest(order, waits),
            **(self._said(order) if self.after else NOTHING_SAID),
        )

    def _to(self, move: str, order: WorkOrder) -> str:
        return self._quick[move].replace(str(NUMBER), str(order.pk))

    def _said(self, order: Any) -> dict[str, Any]:
        """The resident's judgement: of the result as a chip, of how it was handled, and in words."""
        if not order.said_result:
            return NOTHING_SAID
        tone, face = FACES.get(order.said_result, ("bad", "emoji-frown"))
        return {
            "said": chip(self._ratings.get(order.said_result, ""), tone=tone, icon_name=face),
            "said_process": self._ratings.get(order.said_process, ""),
            "said_comment": order.said_comment,
        }

    @staticmethod
    def _rest(order: WorkOrder, waits: Request | None) -> str:
        if order.state == OrderState.PENDING_LEDGER:
            return _("rests until the supervisor looks at it again")
        return _("waits for the ruling") if waits else ""

    def _dues(self, order: WorkOrder, waits: Request | None) -> SafeString:
        """Every limit that runs, or when it was answered. On the pending ledger only the next look at it is due."""
        if not order.is_open:
            at = order.replied_at
            return format_html("{} {}", _("replied"), day_words(localtime(at))) if at else mark_safe("")
        limits: list[tuple[str, datetime]] = []
        if order.state == OrderState.PENDING_LEDGER and waits:
            return format_html("{} {}", pgettext("deadline", "recheck"), self._due(waits.rule_due_at))
        if order.state == OrderState.ASSIGNED:
            limits.append((pgettext("deadline", "sign"), order.sign_due_at))
        if order.contact_due_at and not order.contacted_at:
            limits.append((pgettext("deadline", "contact"), order.contact_due_at))
        if waits:
            limits.append((pgettext("deadline", "ruling"), waits.rule_due_at))
        limits.append((pgettext("deadline", "reply"), order.internal_due_at))
        return format_html_join(mark_safe("<br>"), "{} {}", ((words, self._due(at)) for words, at in limits))


def answer_address(to: str, order: WorkOrder, heads: bool) -> str:
    """Where the reply is written: the head's own, or the handler's draft."""
    form = f"{'reply' if heads else 'draft_reply'}-{order.pk}"
    return f"{to}?open={form}#m-{form}"


def _state(state: str) -> SafeString:
    return chip(OrderState(state).label, state=state)


def _kind(kind: str) -> str:
    return str(OrderKind(kind).label)


def _chips(urgent: bool, urged: bool, again: bool, drafted: bool, ruled: bool) -> SafeString:
    """What sets an order apart, as chips."""
    found = []
    if drafted:
        found.append(chip(_("Draft to sign"), tone="ask", icon_name="pen"))
    if urgent:
        found.append(chip(_("Urgent"), tone="bad", icon_name="lightning-charge"))
    if urged:
        found.append(chip(_("Urged"), tone="ask", icon_name="bell"))
    if again:
        found.append(chip(_("Again"), tone="ask", icon_name="arrow-repeat"))
    if ruled:
        found.append(chip(_("Waiting for a ruling"), tone="ask", icon_name="hourglass-split"))
    return mark_safe(" ".join(found))  # noqa: S308, chips escape what they say

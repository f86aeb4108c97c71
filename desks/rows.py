"""A row of the workbench with every text ready: the template only puts it down.

A page has fifty of them. What repeats (labels, chips, days) is worded once a page, not once a row: rendering, not
SQL, was what a page of the desk took its time with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince, timeuntil
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.design import chip, day_words, due_day, icon
from directory import queries
from directory.calendar import local_day
from directory.models import Department
from petitions.lifecycle import MOVES, State
from petitions.models import Channel, Petition, Routing
from petitions.moves import may_move
from petitions.reasons import sentences
from petitions.timeline import listed

SOON = timedelta(hours=24)
LATE, NEAR, FAR = (
    f'<span class="due due-{tone}">{{}}<{weight}>{{}}</{weight}> <time datetime="{{}}">{{}}</time></span>'
    for tone, weight in (("late", "b"), ("soon", "b"), ("fine", "span"))
)
PLACE = "A2" * 5  # stands in an address for a reference; by its check digit it can be none


@dataclass(frozen=True, slots=True)
class First:
    """The router's first candidate: what one key assigns."""

    code: str
    label: str
    share: str
    helpers: str  # the co-units that get work orders with it
    why: str
    to: str


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in the list. `open`: somebody still has to act, so that a missing unit is worth a word."""

    reference: str
    spoken: str
    version: int
    title: str
    to: str
    choose: str
    chips: SafeString
    came_at: str
    came: str
    channel: str
    category: str
    area: str
    state: SafeString
    due: SafeString
    unit: str
    first: First | None
    open: bool
    done: str = ""
    problem: str = ""


class Rows:
    """Makes the rows of one page, for one reader, in the language now active."""

    def __init__(self, user: Any, now: datetime, rechecks: Mapping[int, datetime] | None = None) -> None:
        """`rechecks`: of those on the pending ledger, when they are looked at again; nothing else is due there."""
        self.user, self.now, self.rechecks = user, now, rechecks or {}
        self._choose = _("Choose %(reference)s")
        # Addresses are made once and differ by their reference alone.
        self._matter = reverse("desks:matter", args=[PLACE])
        self._assign = reverse("desks:assign_first", args=[PLACE])
        # Many are due at the same end of a day, and many have no limit any more.
        self._due: Callable[[datetime | None], SafeString] = cache(lambda at: due(at, now))
        self._state, self._channel, self._day = cache(state_chip), cache(_channel), cache(day_words)
        self._zone = get_current_timezone()
        self._chips, self._label = cache(_chips), cache(_label)

    def row(self, petition: Petition, *, done: str = "", problem: str = "") -> Row:
        """Return what the list shows of a petition that `versions.give` has been over."""
        came, spoken = petition.submitted_at.astimezone(self._zone), petition.spoken_reference
        return Row(
            reference=petition.reference,
            spoken=spoken,
            version=petition.version,  # type: ignore[attr-defined]
            title=petition.title,
            to=self._matter.replace(PLACE, petition.reference),
            choose=self._choose % {"reference": spoken},
            chips=self._chips(
                petition.urgency == "urgent",
                petition.restricted,
                petition.supervised_at is not None,
                petition.failures > 0,
            ),
            came_at=came.isoformat(timespec="seconds"),
            came=self._day(came.date()),
            channel=self._channel(petition.channel),
            category=self._label(petition.category) if petition.category else "",
            area=self._label(petition.area),
            state=self._state(petition.state),
            due=self._next(petition),
            unit=self._label(petition.lead_unit) if petition.lead_unit else "",
            first=self._first(petition) if may_move(petition, self.user, "assign") else None,
            open=petition.is_open,
            done=done,
            problem=problem,
        )

    def _next(self, petition: Petition) -> SafeString:
        """The limit that runs; where none does, the next look at the pending ledger."""
        recheck = self.rechecks.get(petition.pk) if petition.due_at is None else None
        if recheck is None:
            return self._due(petition.due_at)
        return format_html("{} {}", pgettext("deadline", "recheck"), self._due(recheck))

    def _first(self, petition: Petition) -> First | None:
        found = first_candidate(petition, self.now)
        if found is None:
            return None
        unit, to = found["unit"], self._assign.replace(PLACE, petition.reference)
        return First(
            code=unit.code,
            label=self._label(unit),
            share=f"{round(found['score'] * 100)} %",
            helpers=listed(self._label(each) for each in found["co_units"]),
            why=" ".join(found["why"]),
            to=to,
        )


def give_views(petitions: Iterable[Petition]) -> None:
    """Give those that could be assigned now the router's view of them, or none; one SELECT, if there are any."""
    waiting = {each.pk: each for each in petitions if each.state in MOVES["assign"].sources}
    found = Routing.objects.defer("categories").in_bulk(list(waiting)) if waiting else {}
    for number, petition in waiting.items():
        petition._state.fields_cache["routing"] = found.get(number)


def first_candidate(petition: Petition, now: datetime) -> dict[str, Any] | None:
    """The router's first candidate that may be assigned today, with reasons; None without one."""
    if not hasattr(petition, "routing"):
        return None
    for row in petition.routing.departments:
        unit = queries.department_by_code(row["code"])
        if unit is not None and unit.is_in_force(local_day(now)):
            return {"unit": unit, "score": row["score"], "why": _why(row), "co_units": helpers_of(row, unit, now)}
    return None


def helpers_of(row: dict[str, Any], unit: Department, now: datetime) -> list[Department]:
    """The co-units that the router names with a candidate, those in force; they get work orders with it."""
    found = [queries.department_by_code(code) for code in row.get("co_units", ())]
    return [each for each in found if each is not None and each != unit and each.is_in_force(local_day(now))]


def _why(row: dict[str, Any]) -> list[str]:
    """Two reasons for a hint; cases it resembles are for the matter's page, which checks who may read them."""
    return sentences(reason for reason in row["reasons"] if reason.get("code") != "similar")[:2]


def state_chip(state: str) -> SafeString:
    """The chip of a petition's state."""
    return chip(State(state).label, state=state)


def _channel(channel: str) -> str:
    return str(Channel(channel).label)


def _label(row: Any) -> str:
    return str(row.label)


def _chips(urgent: bool, restricted: bool, supervised: bool, dissatisfied: bool) -> SafeString:
    """What sets a matter apart, as chips."""
    found = []
    if urgent:
        found.append(chip(_("Urgent"), tone="bad", icon_name="lightning-charge"))
    if restricted:
        found.append(chip(_("Restricted"), tone="bad", icon_name="shield-lock"))
    if supervised:
        found.append(chip(_("Supervised"), state="supervised"))
    if dissatisfied:
        found.append(chip(_("Dissatisfied"), tone="ask", icon_name="emoji-frown"))
    return mark_safe("".join(found))  # noqa: S308, chips escape what they say


def due(at: datetime | None, now: datetime) -> SafeString:
    """A deadline in a row: icon, words and colour; never colour alone."""
    if at is None:
        return format_html('<span class="due">{}</span>', _("no limit"))
    left = at - now
    if left <= timedelta():
        line, sign, words = LATE, "exclamation-triangle", _("Overdue %(since)s") % {"since": timesince(at, now)}
    elif left <= SOON:
        line, sign, words = NEAR, "hourglass-split", _("%(left)s left") % {"left": timeuntil(at, now)}
    else:
        line, sign, words = FAR, "clock", _("%(left)s left") % {"left": timeuntil(at, now)}
    return format_html(line, icon(sign), words, localtime(at).isoformat(timespec="seconds"), due_day(at))

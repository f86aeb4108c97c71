"""The desk's navigation: what is used every day in one row, the rest behind “More”."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import second_factor
from accounts.models import User
from common.addresses import address_of
from desks.access import Desk, desk_of

# So many entries have room in one row: on a phone, and on a wide screen.
ON_A_PHONE, ON_A_WIDE_SCREEN = 4, 8


@dataclass(frozen=True)
class Link:
    """One entry. `also`: names of further addresses at which it is the current one."""

    name: str
    icon: str
    words: Any
    also: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        return address_of(self.name)


@dataclass(frozen=True)
class Place:
    """An entry on a page: where it stands, and whether the reader is there."""

    link: Link
    here: bool
    number: int

    @property
    def always(self) -> bool:
        return self.number < ON_A_PHONE

    @property
    def wide(self) -> bool:
        return self.number < ON_A_WIDE_SCREEN


def shown(request: HttpRequest) -> dict[str, Any]:
    """Return the entries, those of the row, those of “More”, and whether the reader is at one of the latter."""
    places = [Place(link, _is_here(request, link), number) for number, link in enumerate(_links(desk_of(request.user)))]
    more = [place for place in places if not place.always]
    return {
        "row": [place for place in places if place.wide],
        "more": more,
        # Where the messages are: while they stand behind “More”, its summary says how many are unread.
        "told": next((place for place in places if place.link.name == "desks:told"), None),
        "here_narrow": any(place.here for place in more),
        "here_wide": any(place.here for place in more if not place.wide),
    }


def is_seated(request: HttpRequest) -> bool:
    """Whether the reader has a desk and has finished signing in, so that its navigation leads somewhere."""
    user = request.user
    if not isinstance(user, User) or not desk_of(user).any:
        return False
    return second_factor.has_passed(request.session) or not second_factor.required(user)


def _is_here(request: HttpRequest, link: Link) -> bool:
    match = request.resolver_match
    return request.path == link.href or (match is not None and match.view_name in link.also)


def _links(desk: Desk) -> Iterator[Link]:
    """The entries open to a person, the most used first."""
    yield from _daily(desk)
    if desk.any:
        yield Link("desks:told", "bell", _("Messages"))
    yield from _now_and_then(desk)


def _daily(desk: Desk) -> Iterator[Link]:
    if desk.workbench:
        yield Link("desks:home", "inbox", _("Workbench"))
    if desk.unit:
        yield Link("desks:unit", "building", _("Unit inbox"))
    if desk.reads_visits:
        yield Link("desks:visits", "chat-quote", _("Visits"), ("desks:visit_new",))
    if desk.appointments:
        yield Link("desks:appointments", "calendar-check", _("Appointments"))
    if desk.deputy:
        yield Link("desks:deputy", "person-badge", _("Deputy’s desk"))
    elif desk.verifies:
        yield Link("desks:duty_queue", "journal-check", _("Duty"))
    if desk.supervision:
        yield Link("desks:supervision", "binoculars", _("Supervision"))
    if desk.figures:
        yield Link("insights:home", "bar-chart", _("Figures"))
    if desk.entry:
        yield Link("desks:new", "pencil-square", _("Enter for a resident"))


def _now_and_then(desk: Desk) -> Iterator[Link]:
    if desk.stations:
        yield Link("desks:receptions", "calendar3", _("Receptions"))
        yield Link("desks:stations", "geo-alt", pgettext_lazy("navigation", "Stations"))
    elif desk.workbench:
        yield Link("desks:calendar", "calendar3", _("My receptions"))
    if desk.dispatches or desk.supervision:
        yield Link("desks:topics", "megaphone", _("Hot topics"))
        yield Link("desks:router", "signpost-split", _("Router"))
    if desk.workbench:
        yield Link("appraisals:desk_reports", "journal-text", _("Duty reports"))
        yield Link("cases:desk_rounds", "award", _("Outstanding cases"))
    if desk.runs:
        yield Link("status", "tools", _("Running"))

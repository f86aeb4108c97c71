"""What somebody else did while a page was open, one sentence for each thing done."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from journal.models import ActorKind, Entry
from journal.refusals import Refused
from petitions import timeline

ASSIGNS = frozenset({"assign", "reassign"})


def sentence(entry: Entry, now: datetime) -> str:
    """Return who did what and when; of an assignment also to whom. The day is said where it is not today."""
    told = {"who": _who(entry), "time": _time(entry.at, now)}
    units = [timeline.unit_label(code) for code in entry.data.get("units") or ()]
    if entry.action in ASSIGNS and units:
        return _("%(who)s assigned it to %(units)s (%(time)s).") % {**told, "units": timeline.listed(units)}
    what = timeline.label(timeline.name_of(entry), entry.to_state)
    return _("%(who)s, %(time)s: %(what)s.") % {**told, "what": what}


def refused(refusal: Refused, now: datetime) -> str:
    """Return why a move was refused; where somebody was quicker, with what was done first."""
    entries = getattr(refusal, "entries", ())
    return " ".join([str(refusal), *(sentence(entry, now) for entry in entries[:1])])


def _who(entry: Entry) -> str:
    """Colleagues by office and name. A resident by no name: not everybody here may read it."""
    kind = str(entry.get_actor_kind_display())
    return kind if entry.actor is None or entry.actor_kind == ActorKind.RESIDENT else f"{kind} {entry.actor}"


def _time(at: datetime, now: datetime) -> str:
    here = localtime(at)
    return date_format(here, "H:i" if here.date() == localtime(now).date() else "DATETIME_FORMAT")

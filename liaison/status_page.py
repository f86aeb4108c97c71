"""What is wrong with the portal's running, in words for the people who answer for it, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AdminRole, User
from liaison.celery import QUEUES
from liaison.health import HEARTBEAT_LIMIT, JOURNAL_LIMIT
from liaison.watching import MANY, Facts
from notifications.reasons import sentence
from petitions import router_page
from petitions.timeline import listed

BAD, ASK, GOOD = "bad", "ask", "good"
SLOW_ROUTING = 30.0  # seconds: beyond, messages are lost or workers too few
LONG_QUEUE = 500  # messages
ROUTING_WAIT = timedelta(minutes=2)  # the timetable picks up what is older than half a minute


@dataclass(frozen=True)
class Finding:
    """One matter: how it stands, in a sentence, and what to do where something is wrong."""

    level: str
    title: str
    text: str
    advice: str = ""


def may_read(user: Any) -> bool:
    """Who answers for the dispatching of all, and the system administrator."""
    if not isinstance(user, User):
        return False
    return router_page.may_roll_back(user) or AdminRole.objects.filter(user=user, kind=AdminRole.Kind.SYSTEM).exists()


def findings(facts: Facts) -> list[Finding]:
    """Everything that was looked at, the worst first."""
    looks: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
        _broker, _workers, _routing, _journal, _clock, _deliveries, _router, _deadlines,
    )  # fmt: skip
    found = [finding for look in looks for finding in look(facts)]
    return sorted(found, key=lambda finding: (BAD, ASK, GOOD).index(finding.level))


def _broker(facts: Facts) -> Iterator[Finding]:
    title = _("Queue")
    if facts.queues is None:
        yield Finding(
            BAD,
            title,
            _("The message queue does not answer."),
            _("Petitions are still taken in and nothing is lost; routing and messages wait. Start it again: what "
              "waits is then done by itself."),
        )  # fmt: skip
        return
    waiting = sum(facts.queues.values())
    if waiting > LONG_QUEUE:
        text = _("%(count)s messages wait in the queue.") % {"count": waiting}
        yield Finding(ASK, title, text, _("The workers are too few or stand still: look at them, start more."))
    else:
        yield Finding(GOOD, title, _("It answers; %(count)s messages wait.") % {"count": waiting})


def _workers(facts: Facts) -> Iterator[Finding]:
    title = _("Workers")
    names = {
        "routing": _("routing"), "clock": _("the clock"), "notices": _("messages"), "learning": _("learning"),
    }  # fmt: skip
    silent = [
        names[queue]
        for queue in QUEUES
        if queue not in facts.beats or facts.seconds_since(facts.beats[queue]) > HEARTBEAT_LIMIT
    ]
    if silent:
        text = _("No sign of life from the worker for: %(names)s.") % {"names": listed(silent)}
        advice = _("Start the worker, and the timetable (beat). What was left undone is caught up, in order.")
        yield Finding(BAD, title, text, advice)
    else:
        oldest = min(facts.beats.values())
        yield Finding(GOOD, title, _("All are at work; last sign of life %(ago)s ago.") % {"ago": _ago(facts, oldest)})


def _routing(facts: Facts) -> Iterator[Finding]:
    title = _("Routing")
    if facts.unrouted_oldest is not None and facts.now - facts.unrouted_oldest > ROUTING_WAIT:
        text = ngettext(
            "%(count)s petition waits for the router, for %(ago)s already.",
            "%(count)s petitions wait for the router, the oldest for %(ago)s.",
            facts.unrouted,
        ) % {"count": _many(facts.unrouted), "ago": _ago(facts, facts.unrouted_oldest)}
        yield Finding(BAD, title, text, _("Dispatchers see them in triage and can assign them without it."))
        return
    slow = facts.routing_quantile(0.95)
    level = ASK if slow > SLOW_ROUTING else GOOD
    text = _("Of the last hour’s petitions, half were looked at within %(half)s s, 95 of 100 within %(most)s s.") % {
        "half": round(facts.routing_quantile(0.5), 1), "most": round(slow, 1),
    }  # fmt: skip
    yield Finding(level, title, text if facts.routing_seconds else _("No petition came in within the last hour."))


def _journal(facts: Facts) -> Iterator[Finding]:
    title = _("Telling people")
    if facts.journal_failing:
        text = ngettext(
            "%(count)s entry of the journal could not be worked off.",
            "%(count)s entries of the journal could not be worked off.",
            facts.journal_failing,
        ) % {"count": _many(facts.journal_failing)}
        yield Finding(BAD, title, text, _("They are tried again by themselves; the table below says why they fail."))
    elif facts.seconds_since(facts.journal_oldest) > JOURNAL_LIMIT:
        ago = _ago(facts, facts.journal_oldest)
        text = _("The oldest entry of the journal has waited for %(ago)s to be told of.") % {"ago": ago}
        yield Finding(BAD, title, text, _("Look at the worker for messages and at the timetable (beat)."))
    else:
        waiting = _many(facts.journal_waiting)
        yield Finding(GOOD, title, _("Up to date; %(count)s entries wait.") % {"count": waiting})


def _clock(facts: Facts) -> Iterator[Finding]:
    title, aside = _("Clock"), facts.put_aside["orders"] + facts.put_aside["petitions"]
    if aside:
        text = ngettext(
            "%(count)s matter was put aside: its alerts could not be worked out.",
            "%(count)s matters were put aside: their alerts could not be worked out.",
            aside,
        ) % {"count": _many(aside)}
        yield Finding(BAD, title, text, _("They are tried again by themselves, ever less often. Mend their data."))
    else:
        yield Finding(GOOD, title, _("No matter is put aside."))


def _deliveries(facts: Facts) -> Iterator[Finding]:
    title, failed = _("Messages to people"), facts.deliveries["failed"]
    if failed:
        text = ngettext(
            "%(count)s message could not be delivered and waits for a decision.",
            "%(count)s messages could not be delivered and wait for a decision.",
            failed,
        ) % {"count": _many(failed)}
        yield Finding(ASK, title, text, _("Send them again or give them up on the page of deliveries."))
    for code, count in facts.delivery_faults.items():
        text = ngettext(
            "%(count)s message could not be sent so far. %(reason)s",
            "%(count)s messages could not be sent so far. %(reason)s",
            count,
        ) % {"count": _many(count), "reason": sentence(code)}
        yield Finding(ASK, title, text, _("They are tried again by themselves. If it lasts, speak to the provider."))
    if not failed and not facts.delivery_faults:
        waiting = facts.deliveries["pending"] + facts.deliveries["sending"]
        yield Finding(GOOD, title, _("None has failed; %(count)s are on their way.") % {"count": _many(waiting)})


def _router(facts: Facts) -> Iterator[Finding]:
    title = _("Trained router")
    if facts.router_problem:
        text = _("The file of version %(version)s cannot be used.") % {"version": facts.router_version}
        yield Finding(
            BAD, title, text, _("Petitions go to triage. Go back to an earlier version on the router’s page.")
        )
    elif facts.router_version:
        yield Finding(GOOD, title, _("Version %(version)s is in use.") % {"version": facts.router_version})
    else:
        yield Finding(GOOD, title, _("Nothing was trained yet: the responsibility list routes alone."))


def _deadlines(facts: Facts) -> Iterator[Finding]:
    text = ngettext(
        "%(count)s work order is past its limit.", "%(count)s work orders are past their limits.", facts.overdue
    ) % {"count": _many(facts.overdue)}
    yield Finding(ASK if facts.overdue else GOOD, _("Limits"), text)


def _ago(facts: Facts, at: Any) -> str:
    return timesince(at, facts.now)


def _many(count: int) -> str:
    return _("more than %(count)s") % {"count": MANY} if count > MANY else str(count)

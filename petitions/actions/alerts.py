"""The petition's own clock: what the sweep says, and the two moves it makes (lapse, archive)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from common.prepared import update_all
from directory import queries
from dispatch.actions.alerts import Sweep, collect, put_aside
from dispatch.clock import Alert
from journal.actions import write_many
from journal.models import ActorKind, Entry, Visibility
from petitions.actions.outcome import archive, lapse
from petitions.actions.step import level_of
from petitions.deadlines import petition_alerts
from petitions.lifecycle import MATTER
from petitions.models import Petition

MOVES_OF_THE_CLOCK = {"lapse": lapse, "archive": archive}


def give_alerts(petitions: Sequence[Petition], now: datetime) -> Sweep:
    """Give every alert that the locked petitions owe by `now`, and make the moves that are due.

    Words of the clock take two statements however many they are; each move is its own.
    """
    sweep = Sweep(seen=len(petitions))
    moves: list[tuple[Petition, str]] = []
    for petition in petitions:
        try:
            entries = collect(petition, now, alerts=_alerts_of, entry=lambda p, a: _entry(p, a, now))
            moves += [(petition, entry.action) for entry in entries if entry.action in MOVES_OF_THE_CLOCK]
            sweep.entries += [entry for entry in entries if entry.action not in MOVES_OF_THE_CLOCK]
        except Exception as error:  # a poisoned row must not stop the clock of the others
            put_aside(petition, error, now)
            sweep.failed += 1
    update_all(petitions, ["alert_at", "alerts_given", "alert_failures", "alert_error"])
    write_many(sweep.entries)
    sweep.given = len(sweep.entries)
    for petition, move in moves:
        if _made(petition, move, now):
            sweep.given += 1
        else:
            sweep.failed += 1
    return sweep


def _made(petition: Petition, move: str, now: datetime) -> bool:
    """Make a move of the clock; one that fails is tried again later and does not stop the others."""
    try:
        with transaction.atomic():
            MOVES_OF_THE_CLOCK[move](petition=petition, now=now)
    except Exception as error:
        petition.alerts_given = [key for key in petition.alerts_given if not key.startswith(f"{move}:")]
        put_aside(petition, error, now)
        petition.save(update_fields=["alert_at", "alerts_given", "alert_failures", "alert_error"])
        return False
    return True


def _alerts_of(petition: Petition) -> list[Alert]:
    return petition_alerts(petition, level=level_of(petition), calendar=queries.calendar())


def _entry(petition: Petition, alert: Alert, now: datetime) -> Entry:
    told = alert.code == "evaluation_reminder"
    return Entry(
        matter_type=MATTER,
        matter_id=petition.pk,
        action=alert.code,
        at=now,
        actor_kind=ActorKind.SYSTEM,
        data={"level": alert.level, "due_at": alert.at.isoformat(), "state": petition.state},
        visibility=Visibility.PETITIONER if told else Visibility.STAFF,
    )

"""Training the router, putting better versions into use, and telling staff when it cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from directory.models import Office
from dispatch import versions
from dispatch.actions import router as records
from dispatch.lifecycle import DISPATCHER, SUPERVISOR
from dispatch.models import RouterVersion, VersionState
from dispatch.router.model import CannotTrain, Closing, RouterModel, train
from dispatch.router.storage import ModelUnusable
from journal.refusals import Refused
from notifications.actions import Message, enqueue
from notifications.models import Channel
from petitions import routing
from petitions.learning import closings as history
from petitions.learning import report
from petitions.learning.judging import FEWEST_JUDGED, Judgement, judge
from petitions.models import RouterReport

logger = logging.getLogger(__name__)
FEWEST_CLOSINGS = 50


class CannotTrainRouter(Refused):
    """There is not enough to learn from yet."""


@dataclass(frozen=True)
class Trained:
    """What came of a training: the version, and the two judgements on the same unseen weeks."""

    version: RouterVersion
    judged: Judgement
    before: Judgement
    promoted: bool


def train_router(*, now: datetime, promote: bool = True) -> Trained:
    """Train on closings, judge old and new on the latest weeks that neither has seen, promote the better.

    What is put into use has afterwards followed those weeks as well. Raises CannotTrainRouter (too little to learn
    from), OSError (MODEL_DIR cannot be written). Not one transaction: it takes minutes and writes once.
    """
    since = now - timedelta(days=settings.ROUTER_TRAINING_DAYS)
    border = now - timedelta(days=settings.ROUTER_JUDGED_DAYS)
    seen, unseen = _split(history.latest(since, now), border)
    directory = routing.directory()
    try:
        model = train(seen, directory, now=now)
    except CannotTrain as error:
        raise CannotTrainRouter(str(error)) from None
    file = f"router-{now:%Y%m%d-%H%M%S}.zip"
    model.save(versions.path_of(records.base_name(file)))
    judged = judge(model, seen, unseen, directory)
    before = _before(seen, unseen)
    window = (min(c.closed for c in seen), max(c.closed for c in (*seen, *unseen)))
    figures = {"judged": judged.as_dict(), "before": before.as_dict(), "unseen_from": border.isoformat()}
    described = {"window": [each.isoformat() for each in window], "closings": len(seen) + len(unseen)}
    manifest = model.save(versions.path_of(file), {**described, "figures": figures})
    version = records.keep_version(file=file, manifest=manifest, window=window, figures=figures, now=now)
    better = promote and _is_better(judged, before)
    if better:
        records.promote(version=version, now=now)
    elif promote:
        records.reject(version=version)
    records.clear_away()
    return Trained(version, judged, before, better)


def _split(known: Sequence[Closing], border: datetime) -> tuple[list[Closing], list[Closing]]:
    """What to learn from, and the latest weeks; without enough before those weeks, a fifth is kept unseen."""
    seen = [closing for closing in known if closing.closed < border]
    if len(seen) < FEWEST_CLOSINGS:
        seen = list(known[: int(len(known) * 0.8)])
    if len(seen) < FEWEST_CLOSINGS:
        raise CannotTrainRouter(
            _("There are %(count)d closed matters; the router learns from %(fewest)d on.")
            % {"count": len(known), "fewest": FEWEST_CLOSINGS}
        )
    return seen, list(known[len(seen) :])


def _before(seen: Sequence[Closing], unseen: Sequence[Closing]) -> Judgement:
    """Judge what is in use on the same weeks: the version as it was before it had seen them, or the list alone."""
    model = _as_it_was(seen)
    return judge(model, seen, unseen, routing.directory())


def _as_it_was(seen: Sequence[Closing]) -> RouterModel | None:
    row = RouterVersion.objects.filter(state=VersionState.IN_USE).first()
    if row is None:
        return None
    try:
        model = RouterModel.load(versions.path_of(records.base_name(row.file)))
    except ModelUnusable as error:
        logger.error("router version %s cannot be compared: %s", row.version, error)
        return None
    learned_until = datetime.fromisoformat(model.manifest["window"][1])
    directory = routing.directory()
    for closing in seen:
        if closing.closed > learned_until:
            model.observe(closing, directory)
    return model


def _is_better(judged: Judgement, before: Judgement) -> bool:
    """Only a better one is promoted. Before anything was ever in use, the list may not be worse than it was."""
    in_use = RouterVersion.objects.filter(state=VersionState.IN_USE).exists()
    if judged.asked < FEWEST_JUDGED:
        return False
    return judged.better_than(before) or (in_use and versions.problem_on_disk()[1] != "")


def keep_report(*, now: datetime) -> RouterReport:
    """Reckon how the router did lately and keep it for the page of staff; older reports than a year go."""
    RouterReport.objects.filter(at__lt=now - timedelta(days=366)).delete()
    return RouterReport.objects.create(at=now, figures=report.reckon(now))


# --- Telling staff ----------------------------------------------------------------------------------------------


def tell_of_problem(*, now: datetime) -> int:
    """Tell dispatchers and supervisors, once a day, that the router in use cannot be used; return how many."""
    row, problem = versions.in_use().row, versions.in_use().problem
    if row is None or not problem:
        return 0
    return tell_offices(
        event=f"router:{row.pk}:{problem}:{now:%Y%m%d}",
        people=offices(),
        subject=lambda: _("The router cannot be used: new petitions wait for a person"),
        body=lambda: (
            _(
                "The file of router version %(version)s is missing or damaged. Nothing is lost: new petitions are in "
                "triage. Go back to an earlier version, or have the file restored."
            )
            % {"version": row.version}
        ),
        url="/desk/router/",
        now=now,
    )


def offices(lineage: Sequence[str] | None = None) -> list[User]:
    """Dispatchers and supervisors, of these areas or of all."""
    found = Office.objects.filter(role__in=[DISPATCHER, SUPERVISOR], user__is_active=True).select_related("user")
    if lineage is not None:
        found = found.filter(area__code__in=lineage)
    return list({office.user_id: office.user for office in found}.values())


def tell_offices(*, event: str, people: Iterable[User], subject: Any, body: Any, url: str, now: datetime) -> int:
    """Put one message into each one's inbox, in the language of each; told once however often it is called."""
    messages = []
    for user in people:
        with override(user.language):
            messages.append(
                Message(
                    event=event,
                    channel=Channel.INBOX,
                    user_id=user.pk,
                    language=user.language,
                    subject=subject(),
                    body=body(),
                    url=url,
                )
            )
    return enqueue(messages=messages, now=now)

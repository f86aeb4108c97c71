"""Leaving a matter out of the rates: one person proposes it with reasons, another rules; both are on the record.

Source: DOMAIN.md, "Figures everyone here uses": an exclusion needs two people and is counted in public.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Visibility
from journal.refusals import Refused
from petitions.access import By
from petitions.actions.step import begin, require_reason
from petitions.lifecycle import Exclusion
from petitions.models import Petition


class CannotExclude(Refused):
    """Nothing was proposed, or the same person would propose and rule."""


@transaction.atomic
def propose_exclusion(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """Propose to leave it out of the rates, with reasons; until somebody else has ruled it counts."""
    step = begin(petition, "propose_exclusion", by=by, now=now)
    if step.petition.exclusion != Exclusion.COUNTED:
        raise CannotExclude(str(Exclusion(step.petition.exclusion).label))
    step.change(exclusion=Exclusion.PROPOSED, exclusion_by=step.actor.user)
    return step.finish(note=require_reason(reason), visibility=Visibility.STAFF)


@transaction.atomic
def grant_exclusion(*, petition: Petition, by: By, now: datetime, ruling: str) -> Petition:
    """Leave it out of the rates; the petitioner reads why. Raises CannotExclude for who proposed it."""
    step = begin(petition, "grant_exclusion", by=by, now=now)
    _require_proposal(step.petition)
    if step.actor.user is None or step.petition.exclusion_by_id == step.actor.user.pk:
        raise CannotExclude(_("You proposed it: somebody else must rule."))
    step.change(exclusion=Exclusion.EXCLUDED)
    return step.finish(note=require_reason(ruling, field="ruling"))


@transaction.atomic
def refuse_exclusion(*, petition: Petition, by: By, now: datetime, ruling: str) -> Petition:
    """Keep it in the rates, with reasons; who proposed it may take it back so."""
    step = begin(petition, "refuse_exclusion", by=by, now=now)
    _require_proposal(step.petition)
    step.change(exclusion=Exclusion.COUNTED, exclusion_by=None)
    return step.finish(note=require_reason(ruling, field="ruling"), visibility=Visibility.STAFF)


@transaction.atomic
def count_again(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """Count it in the rates again, with reasons."""
    step = begin(petition, "count_again", by=by, now=now)
    if step.petition.exclusion != Exclusion.EXCLUDED:
        raise CannotExclude(str(Exclusion(step.petition.exclusion).label))
    step.change(exclusion=Exclusion.COUNTED, exclusion_by=None)
    return step.finish(note=require_reason(reason))


def _require_proposal(petition: Petition) -> None:
    if petition.exclusion != Exclusion.PROPOSED:
        raise CannotExclude(_("Nobody has proposed to leave it out of the rates."))

"""Opening a selection, nominating, and the shortlist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cases.actions.step import CannotMove, NotYours, Step, begin
from cases.lifecycle import CaseState, Voters
from cases.models import Case, Round
from deputies.access import COMMISSION, DEPUTY, scope_of
from deputies.models import Deputy
from directory.models import Area
from journal.refusals import Refused
from petitions.lifecycle import State
from petitions.models import Petition
from stations.access import managed_filter
from stations.lifecycle import ReceptionState
from stations.models import Reception

SOLVED = (State.CONCLUDED, State.ARCHIVED)


class CannotOpen(Refused):
    """The selection cannot be held like that."""


class CannotNominate(Refused):
    """The matter is not solved, not published, or not within one's reach."""


@transaction.atomic
def open_round(
    *,
    title: str,
    area: Area,
    voters: str,
    by: User,
    now: datetime,
    title_en: str = "",
    places: int = 3,
    most: int = 3,
    minimum: int = 20,
) -> Round:
    """Open a selection in an area; only for the commission of that area or of one above it."""
    offices = {role for path, role in scope_of(by).offices if area.path.startswith(path)}
    if not offices:
        raise NotYours(_("Only the commission of this area opens a selection."))
    if not title.strip():
        raise CannotOpen(_("Give the selection a title."), field="title")
    if voters not in Voters.values:
        raise CannotOpen(_("Say who votes."), field="voters")
    round_ = Round.objects.create(
        title=title.strip(),
        title_en=title_en.strip(),
        area=area,
        voters=voters,
        places=places,
        most=most,
        minimum=minimum,
        state_since=now,
        opened_by=by,
    )
    return Step(round_, by, min(offices), now, "").finish("opened", data={"voters": voters})


@transaction.atomic
def nominate(
    *,
    round: Round,
    title: str,
    problem: str,
    solution: str,
    by: User,
    now: datetime,
    petition: Petition | None = None,
    reception: Reception | None = None,
    deputies: Sequence[Deputy] = (),
) -> Case:
    """Nominate a solved matter: a concluded petition that is published, or a reception that was held.

    A deputy nominates what he or she took part in, a station what happened there, the commission anything of the area.
    Raises NotYours, CannotMove, CannotNominate.
    """
    step = begin(round, "nominate", by=by, now=now)
    if (petition is None) == (reception is None):
        raise CannotNominate(_("Name one published petition, or one reception."), field="petition")
    took_part = _of_petition(step, petition) if petition else _of_reception(step, reception)
    named = list(dict.fromkeys([*deputies, *took_part]))
    for field, text in (("title", title), ("problem", problem), ("solution", solution)):
        if not text.strip():
            raise CannotNominate(_("Please fill this in: the case is told to everybody."), field=field)
    if not named:
        raise CannotNominate(_("Name the deputies who took part."), field="deputies")
    try:
        with transaction.atomic():
            case = Case.objects.create(
                round=step.round,
                petition=petition,
                reception=reception,
                title=title.strip()[:120],
                problem=problem.strip(),
                solution=solution.strip(),
                nominated_by=by,
                nominated_at=now,
            )
    except IntegrityError:
        raise CannotNominate(_("This matter has been nominated already."), field="petition") from None
    case.deputies.set(named)
    step.finish("nominated", data={"case": case.pk})
    return case


def _of_petition(step: Step, petition: Petition) -> list[Deputy]:
    """The deputy on the petition; raises CannotNominate where it cannot be told in public or is out of reach."""
    if not Petition.objects.published().filter(pk=petition.pk).exists():
        raise CannotNominate(_("Only a published petition can be told as a case."), field="petition")
    if petition.state not in SOLVED:
        raise CannotNominate(_("Only a concluded petition is a solved matter."), field="petition")
    reach = petition.area.path.startswith(step.round.area.path)
    if step.capacity not in COMMISSION:
        reach = reach and Petition.objects.visible_to(step.by).filter(pk=petition.pk).exists()
    if not reach:
        raise CannotNominate(_("This petition is not within your reach."), field="petition")
    return [petition.deputy] if petition.deputy else []


def _of_reception(step: Step, reception: Reception | None) -> list[Deputy]:
    """The deputies who attended; raises CannotNominate for one not held or out of reach."""
    if reception is None or reception.state != ReceptionState.CLOSED:
        raise CannotNominate(_("Only a reception that was held can be told as a case."), field="reception")
    attended = [duty.deputy for duty in reception.duties.filter(attended=True).select_related("deputy")]
    if step.capacity == DEPUTY:
        reach = scope_of(step.by).deputy in {deputy.pk for deputy in attended}
    else:
        reach = Reception.objects.filter(managed_filter(step.by, "station__"), pk=reception.pk).exists()
    if not (reach and reception.station.area.path.startswith(step.round.area.path)):
        raise CannotNominate(_("This reception is not within your reach."), field="reception")
    return attended


@transaction.atomic
def shortlist(*, round: Round, cases: Sequence[Case], by: User, now: datetime) -> Round:
    """Put these cases on the shortlist and leave out the others; again, as often as needed before the vote."""
    step = begin(round, "shortlist", by=by, now=now)
    chosen = {case.pk for case in cases}
    known = set(step.round.cases.still_public().values_list("pk", flat=True))
    if not chosen <= known:
        raise CannotMove(
            _("One of these cases does not belong to this selection, or is no longer public."), field="cases"
        )
    if len(chosen) <= step.round.places:
        sentence = _("Put at least %(number)d cases on the shortlist: more than are honoured.")
        raise CannotMove(sentence % {"number": step.round.places + 1}, field="cases")
    step.round.cases.filter(pk__in=chosen).update(state=CaseState.SHORTLISTED)
    step.round.cases.exclude(pk__in=chosen).update(state=CaseState.LEFT_OUT)
    return step.finish("shortlisted", data={"cases": sorted(chosen)})

"""What the resident may do besides judging: withdraw, add, take it out of the public eye."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.search import CombinedSearchVector
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actions import withdraw_consent
from accounts.models import ConsentKind
from journal.models import Visibility
from journal.refusals import Refused
from petitions import search
from petitions.access import By
from petitions.actions.step import begin, require_reason
from petitions.actions.triage import cancel_orders
from petitions.lifecycle import Publication
from petitions.models import Petition

LONGEST_TEXT = 5000  # with every supplement


class CannotSupplement(Refused):
    """Nothing to add, or too much."""


@transaction.atomic
def withdraw(*, petition: Petition, by: By, now: datetime, reason: str = "") -> Petition:
    """The resident takes the petition back, before the reply (撤回). Open orders end; nobody reads it in public."""
    step = begin(petition, "withdraw", by=by, now=now)
    cancel_orders(step, "withdrawn")
    if step.petition.publication == Publication.PUBLISHED:
        step.change(publication=Publication.REFUSED, published_at=None, public_search=None)
    return step.finish(note=reason.strip())


@transaction.atomic
def supplement(*, petition: Petition, by: By, now: datetime, text: str) -> Petition:
    """Add to a petition; what was written first stays as it was, the addition is on the timeline."""
    added = require_reason(text, field="text")
    step = begin(petition, "supplement", by=by, now=now)
    if len(added) > LONGEST_TEXT:
        raise CannotSupplement(
            _("An addition may have at most %(most)d characters.") % {"most": LONGEST_TEXT}, field="text"
        )
    step.change(search=CombinedSearchVector(F("search"), "||", search.vector(added), None))
    return step.finish(note=added)


@transaction.atomic
def withdraw_publication(*, petition: Petition, by: By, now: datetime) -> Petition:
    """The resident withdraws the consent to publication (PIPL art 15): at once out of every public list."""
    step = begin(petition, "withdraw_publication", by=by, now=now)
    withdraw_consent(contact=step.petition.contact, kind=ConsentKind.PUBLICATION, now=now)
    step.change(publication=Publication.PRIVATE, published_at=None, public_search=None, public_text="", public_title="")
    return step.finish(visibility=Visibility.PETITIONER)

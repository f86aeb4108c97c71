"""Publication: a separate axis. Only with consent, only through a text that staff have approved."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.models import Visibility
from journal.refusals import Refused
from petitions import search
from petitions.access import By
from petitions.actions.step import Step, begin, require_reason
from petitions.lifecycle import Publication
from petitions.models import Petition


class CannotPublish(Refused):
    """No consent, no approved text, or on the restricted route."""


@transaction.atomic
def propose_publication(*, petition: Petition, by: By, now: datetime, title: str, text: str) -> Petition:
    """Write the public text: the resident's words without what would tell who wrote them."""
    if not title.strip():
        raise CannotPublish(_("Give the public text a title."), field="title")
    if not text.strip():
        raise CannotPublish(_("Write the public text."), field="text")
    step = begin(petition, "propose_publication", by=by, now=now)
    _require_consent(step)
    phone = step.petition.contact.phone
    if phone and phone in _digits(title + text):
        raise CannotPublish(_("The public text contains the resident's telephone number."), field="text")
    step.change(
        publication=Publication.PROPOSED,
        public_title=title.strip()[:120],
        public_text=text.strip(),
        published_at=None,
    )
    return step.finish(visibility=Visibility.STAFF)


@transaction.atomic
def publish(*, petition: Petition, by: By, now: datetime) -> Petition:
    """Approve the public text; from now on everybody can read it."""
    step = begin(petition, "publish", by=by, now=now)
    _require_consent(step)
    if step.petition.publication != Publication.PROPOSED:
        raise CannotPublish(_("Propose a public text first."))
    public = search.vector(step.petition.public_title, step.petition.public_text, step.petition.reference)
    step.change(publication=Publication.PUBLISHED, published_at=now, public_search=public)
    return step.finish()


@transaction.atomic
def refuse_publication(*, petition: Petition, by: By, now: datetime, reason: str) -> Petition:
    """Keep it from the public, or take it back out, with reasons."""
    step = begin(petition, "refuse_publication", by=by, now=now)
    _require_consent(step)  # or REFUSED would pass for a consent that was never given
    step.change(publication=Publication.REFUSED, published_at=None)
    return step.finish(note=require_reason(reason), visibility=Visibility.STAFF)


def _digits(text: str) -> str:
    """All digits of a text in a row, full-width ones included: a number is one however it is written."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdecimal())


def _require_consent(step: Step) -> None:
    """PRIVATE means that consent was never given or was withdrawn."""
    if step.petition.publication == Publication.PRIVATE:
        raise CannotPublish(_("The resident has not agreed to publication."))

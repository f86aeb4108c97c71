"""Standing behind a published petition: one voice a person, taken back as easily as given.

No move of the petition and no entry in its journal: who stands behind it is nobody's business but their own.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from journal.refusals import Refused
from petitions.lifecycle import Publication
from petitions.models import Petition, Support


class CannotSupport(Refused):
    """Not a resident who signed in by telephone, one's own petition, or one that is not published."""


def support(*, petition: Petition, by: User, now: datetime) -> Support:
    """Count this resident among those who stand behind the petition; twice is once. Raises CannotSupport."""
    if not by.phone_index:
        raise CannotSupport(_("Residents support petitions, signed in with their telephone number."))
    if petition.publication != Publication.PUBLISHED:
        raise CannotSupport(_("This petition is not published."))
    if petition.contact.phone_index == by.phone_index:
        raise CannotSupport(_("This petition is yours: you are counted already."))
    return Support.objects.get_or_create(petition=petition, user=by, defaults={"at": now})[0]


def take_back_support(*, petition: Petition, by: User) -> None:
    """Count this resident no longer. Fine where nothing was given."""
    Support.objects.filter(petition=petition, user=by).delete()

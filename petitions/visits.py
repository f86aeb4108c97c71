"""Visits as pages and API read them: with the petitions the reader may open, and no others."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from accounts.crypto import blind_index
from accounts.models import User
from petitions.models import Petition
from stations.models.visits import Visit, VisitQuerySet

OWNER_LENGTH = 24


def visible_visits(user: Any) -> VisitQuerySet:
    """Return the visits this user may read, each with `seen`: the petitions of it that the user may open."""
    seen = Petition.objects.visible_to(user).defer("search", "text")
    return (
        Visit.objects.visible_to(user)
        .with_all()
        .prefetch_related(Prefetch("petitions", queryset=seen, to_attr="seen"), "photos")
    )


def owner_of(user: User) -> str:
    """Return by what name a device keeps this person's unsent visits: the same each time, and nobody's number."""
    return blind_index(str(user.pk), purpose="visit-owner")[:OWNER_LENGTH]

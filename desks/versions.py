"""The version of a matter: the number of its last journal entry. Whoever acts on an older one is told what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from journal.models import ActorKind, Entry
from petitions.lifecycle import MATTER
from petitions.models import Petition


def latest() -> Any:
    """An expression for a queryset of petitions: the version of each row."""
    last = Entry.objects.filter(matter_type=MATTER, matter_id=OuterRef("pk")).order_by().values("matter_id")
    return Coalesce(Subquery(last.annotate(last=Max("id")).values("last")), 0)


def give(petitions: Sequence[Petition]) -> None:
    """Give each of these petitions its version, as `petition.version`; one SELECT."""
    numbers = [petition.pk for petition in petitions]
    last = Entry.objects.filter(matter_type=MATTER, matter_id__in=numbers).order_by().values_list("matter_id")
    found = dict(last.annotate(last=Max("id")))
    for petition in petitions:
        petition.version = found.get(petition.pk, 0)  # type: ignore[attr-defined]


def version_of(petition: Petition) -> int:
    """Return the version of one petition; one SELECT."""
    last = Entry.objects.filter(matter_type=MATTER, matter_id=petition.pk).aggregate(last=Max("id"))
    return last["last"] or 0


def changed_since(petition: Petition, version: int) -> list[Entry]:
    """Return what was done after `version`; the clock's reminders, which change nothing, do not count."""
    later = Entry.objects.filter(matter_type=MATTER, matter_id=petition.pk, id__gt=version)
    reminders = later.filter(actor_kind=ActorKind.SYSTEM, actor=None, from_state=F("to_state"))
    return list(later.exclude(pk__in=reminders.values("pk")).select_related("actor").order_by("id"))

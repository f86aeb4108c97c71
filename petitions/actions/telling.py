"""What a petition's journal entries cause is put into deliveries, each entry once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.conf import settings

from journal.models import Outbox
from journal.outbox import work_off
from notifications.actions import enqueue
from petitions.audience import People, messages_for
from petitions.following import messages_to_followers
from petitions.lifecycle import MATTER
from petitions.models import Petition


def tell(*, now: datetime, petition_ids: Collection[int] | None = None, limit: int = 100) -> int:
    """Turn up to `limit` outbox rows into deliveries and delete them; return how many were taken in hand.

    Deliveries are unique by event, person and channel, so that a row worked off twice tells nobody twice.
    """

    def enqueue_for(rows: Sequence[Outbox]) -> None:
        petitions, people = _petitions(row.entry.matter_id for row in rows), People()
        messages = []
        for row in rows:
            petition = petitions[row.entry.matter_id]
            messages += messages_for(row.entry, petition, site=settings.SITE_URL, people=people)
            messages += messages_to_followers(row.entry, petition, site=settings.SITE_URL)
        enqueue(messages=messages, now=now)

    return work_off([MATTER], enqueue_for, now=now, limit=limit, matter_ids=petition_ids)


def _petitions(ids: Iterable[int]) -> dict[int, Petition]:
    related = ("contact", "area", "station__officer", "station__head", "lead_unit", "deputy__user")
    found = Petition.objects.select_related(*related).prefetch_related("claims__deputy__user")
    return found.defer("search", "text").in_bulk(set(ids))

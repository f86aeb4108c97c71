"""Internal notes: for colleagues, never for the resident or the public."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from journal.models import Visibility
from petitions.access import By
from petitions.actions.step import begin, require_reason
from petitions.models import Petition


@transaction.atomic
def note(*, petition: Petition, by: By, now: datetime, text: str) -> Petition:
    """Add an internal note to the timeline."""
    step = begin(petition, "note", by=by, now=now)
    return step.finish(note=require_reason(text, field="text"), visibility=Visibility.STAFF)

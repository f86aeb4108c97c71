"""The form of a bulk move as a browser sends it, and what comes of it."""

from __future__ import annotations

import re

from desks.versions import version_of
from dispatch.models import WorkOrder


def chosen(petitions, unit: str = "") -> list[str]:
    """The rows as the list sends them; with a unit, as the preview does."""
    return [f"{petition.reference}:{version_of(petition)}{unit and f':{unit}'}" for petition in petitions]


def post(client, move: str, rows: list[str], **typed) -> str:
    """The page after a move was sent: the preview, or with `step="run"` the result."""
    return client.post("/desk/bulk/", {"move": move, "row": rows, **typed}).content.decode()


def kept(page: str) -> list[str]:
    """The rows that the form on the page would send."""
    form = page.partition('class="card bulk-run"')[2]
    return re.findall(r'name="row" value="([^"]+)"', form)


def urged(petition) -> dict[str, int]:
    return {order.department.code: order.urged_count for order in WorkOrder.objects.of("petition", petition.pk)}

"""Placeholders of reply templates."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from dispatch.models import WorkOrder
from petitions.choices import department_label
from petitions.models import Petition


def filled(text: str, petition: Petition, order: WorkOrder | None, user: Any) -> str:
    """Return the template with `{reference}`, `{title}`, `{area}`, `{unit}`, `{person}`, `{received}`, `{due}`.

    Anything else in braces stays as it is: a template is never a program.
    """
    due = petition.due_at
    words = {
        "reference": petition.spoken_reference,
        "title": petition.title,
        "area": petition.area.label,
        "unit": department_label(order.department.code) if order else "",
        "person": str(user),
        "received": date_format(timezone.localtime(petition.submitted_at), "DATE_FORMAT"),
        "due": date_format(timezone.localtime(due), "DATE_FORMAT") if due else "—",
    }
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text

"""Placeholders of reply templates: which there are, which a text uses, and the text filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import WorkOrder
from petitions.choices import department_label
from petitions.models import Petition

# What may stand in braces, and what it becomes.
PLACEHOLDERS: Final[dict[str, str | Promise]] = {
    "reference": gettext_lazy("the petition’s reference"),
    "title": gettext_lazy("its title"),
    "area": gettext_lazy("its place"),
    "unit": gettext_lazy("the unit that answers"),
    "person": gettext_lazy("whoever writes the reply"),
    "received": gettext_lazy("the day it was received"),
    "due": gettext_lazy("the day by which an answer is due"),
}
_BRACED = re.compile(r"\{([^{}]*)\}")


def unknown_in(text: str) -> list[str]:
    """Return what stands in braces and is no placeholder, and lone braces."""
    wrong = [name for name in _BRACED.findall(text) if name not in PLACEHOLDERS]
    rest = _BRACED.sub("", text)
    return list(dict.fromkeys([*wrong, *(brace for brace in "{}" if brace in rest)]))


def filled(text: str, petition: Petition, order: WorkOrder | None, user: Any) -> str:
    """Return the template with its placeholders filled in from a matter.

    Anything else in braces stays as it is: a template is never a program.
    """
    due = petition.due_at
    return _fill(
        text,
        {
            "reference": petition.spoken_reference,
            "title": petition.title,
            "area": petition.area.label,
            "unit": department_label(order.department.code) if order else "",
            "person": str(user),
            "received": date_format(timezone.localtime(petition.submitted_at), "DATE_FORMAT"),
            "due": date_format(timezone.localtime(due), "DATE_FORMAT") if due else "—",
        },
    )


def sample(text: str) -> str:
    """Return the template filled in with an invented matter, for the preview of whoever writes templates."""
    today = timezone.localdate()
    return _fill(
        text,
        {
            "reference": "7K4-MN2-XQ9T",
            "title": _("Street lamp out at the north gate"),
            "area": _("Lotus community"),
            "unit": _("Urban Management Bureau"),
            "person": _("Li Ming"),
            "received": date_format(today - timedelta(days=3), "DATE_FORMAT"),
            "due": date_format(today + timedelta(days=4), "DATE_FORMAT"),
        },
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    """One pass, so that braces in a title are never taken for placeholders."""
    return _BRACED.sub(lambda found: words.get(found[1], found[0]), text)

"""Tags of the desks: compact deadlines, marked changes, counts up to ninety-nine."""

from __future__ import annotations

from typing import Any, Final

from diff_match_patch import diff_match_patch
from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.counting import COUNTED_UP_TO
from desks import ledger, navigation, rows
from desks.options import Options, Pairs
from directory import queries
from dispatch.models import Request, WorkOrder
from petitions import choices

register = template.Library()
LONGEST_LOOK: Final = 0.2  # seconds
LABELS: Final = {
    "category": choices.category_label,
    "area": choices.area_label,
    "department": choices.department_label,
}
MARKS: Final = {
    diff_match_patch.DIFF_EQUAL: "{}",
    diff_match_patch.DIFF_DELETE: "<del>{}</del>",
    diff_match_patch.DIFF_INSERT: "<ins>{}</ins>",
}


register.simple_tag(rows.due)


@register.filter
def up_to(number: int) -> str:
    """A count that stopped counting says so."""
    return f"{COUNTED_UP_TO}+" if number > COUNTED_UP_TO else str(number)


@register.filter
def percent(share: float | None) -> str:
    """A share of one as a percentage, a dash where there is nothing to divide by."""
    return "—" if share is None else f"{round(share * 100)} %"


@register.filter
def waits_for(order: WorkOrder) -> Request | None:
    """What an order waits for (`desks.ledger`), of what was fetched with it."""
    return ledger.waits_for(order, order.requests.all())


@register.simple_tag
def marked(old: str, new: str) -> SafeString:
    """The new text with what was taken out and put in marked, sign for sign.

    Whatever the texts are it takes a moment at most: beyond that the marks are coarser, never wrong.
    """
    differ = diff_match_patch()
    differ.Diff_Timeout = LONGEST_LOOK
    found = differ.diff_main(old, new)
    differ.diff_cleanupSemantic(found)
    return mark_safe("".join(MARKS[what].format(escape(words)) for what, words in found))  # noqa: S308, escaped


@register.inclusion_tag("desks/_nav.html", takes_context=True)
def desk_nav(context: Any) -> dict[str, Any]:
    """The desks open to whoever is signed in: one row, and the rest behind “More”."""
    request = context["request"]
    return {**navigation.shown(request), "request": request, "user": request.user}


@register.simple_tag(takes_context=True)
def seated(context: Any) -> bool:
    """Whether the reader is at a desk: pages that residents use too have the desk's navigation then."""
    return navigation.is_seated(context["request"])


@register.simple_tag
def options(of: Options, value: Any = "") -> SafeString:
    """The options of a select of a form."""
    return of.html(value)


@register.simple_tag
def options_of(name: str, pairs: Pairs, value: str = "") -> SafeString:
    """The options of one of the list's selects, written once a minute and language: they are hundreds, on each page.

    What an address asks for and the select does not offer (a deeper level, a code no longer in use or never known) is
    an option of its own: the next press of the button must neither drop nor hide it.
    """
    kept: Options = queries.keep(f"options {name} {get_language()}", lambda: Options(pairs))
    if not value or value in kept:
        return kept.html(value)
    return format_html('{}<option selected value="{}">{}</option>', kept.html(), value, _unoffered(name, value))


def _unoffered(name: str, code: str) -> str:
    if name not in LABELS:  # a month long ago, say
        return code
    words = LABELS[name](code)
    if words == code:
        return _("%(code)s (not known)") % {"code": code}
    if name == "category" and code not in queries.snapshot().categories:
        return _("%(category)s (no longer in use)") % {"category": words}
    return words

"""The dashboard of the staff, and its tables as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.sheets import csv_lines
from common.skeleton import put_down
from insights.access import for_staff
from insights.lines import DIVIDED, Lines, headings, percent
from insights.question import NotUnderstood, Question, offered, read, usual
from insights.tables import FILES, RATES, TITLES, Dashboard, Row, cells, dashboard
from petitions.figures import FIGURES

# The rates above the tables, each with the figures that it divides.
HEADLINE = {
    "routed": (gettext_lazy("Share routed at once"), ("routed", "received")),
    "overturned": (gettext_lazy("Share overturned"), ("overturned", "routed")),
    "response": (RATES["response"], DIVIDED["response"]),
    "resolution": (RATES["resolution"], DIVIDED["resolution"]),
    "satisfaction": (RATES["satisfaction"], ("satisfied", "basically", "rated")),
    "score": (RATES["score"], ()),
}
NOTES = {
    "received": gettext_lazy("came in these months"),
    "routed": gettext_lazy("given to a unit by the router, without a person"),
    "overturned": gettext_lazy("the unit that the router chose has it no longer"),
    "open": gettext_lazy("of them still open"),
    "overdue": gettext_lazy("of them overdue now"),
    "excluded": gettext_lazy("by two people, with reasons on the record"),
}


@for_staff
def home(request: HttpRequest) -> HttpResponse:
    """Charts, each over its table; every figure leads to the matters behind it."""
    now = timezone.now()
    question, problem = _asked(request)
    found, put = dashboard(request.user, question, now), _putting()
    context = {
        "found": found,
        "problem": problem,
        "choices": offered(now),
        "address": question.address,
        "query": urlencode(question.address),
        "headline": _headline(found),
        "rates": _rates(found),
        "headings": headings(),
        "tables": [_table(found, name, put) for name in TITLES],
        "total": put(found.total),
        "worklist": reverse("desks:home"),
        "places": [_place(row) for row in found.places],
    }
    return render(request, "insights/dashboard.html", context)


@for_staff
def table(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One table as CSV."""
    question, problem = _asked(request)
    if name not in FILES or problem:
        raise Http404
    found = dashboard(request.user, question, timezone.now())
    answer = StreamingHttpResponse(csv_lines(cells(found, name)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{question.since:%Y-%m}.csv"'
    return answer


def _asked(request: HttpRequest) -> tuple[Question, str]:
    """The question of the address; the usual one, with a sentence, where it was not understood."""
    now = timezone.now()
    try:
        return read(request.GET, now), ""
    except NotUnderstood as error:
        return usual(now), str(error)


def _headline(found: Dashboard) -> list[dict[str, Any]]:
    return [
        {"label": FIGURES[name][0], "number": found.total.counts[name], "query": found.total.query(name), "note": note}
        for name, note in NOTES.items()
    ]


def _rates(found: Dashboard) -> list[dict[str, Any]]:
    """The rates of all together, each with the counts behind it and where their matters are listed."""
    row = found.total
    links, shares = row.links, row.rates
    return [
        {
            "name": name,
            "label": label,
            "text": percent(getattr(shares, name)),
            "note": "" if parts else _("30 / 35 / 35 of the three"),
            "parts": [{"label": FIGURES[each][0], "number": row.counts[each], "query": links[each]} for each in parts],
        }
        for name, (label, parts) in HEADLINE.items()
    ]


def _table(found: Dashboard, name: str, put: Callable[[Row], SafeString]) -> dict[str, Any]:
    return {"name": name, "title": TITLES[name], "lines": [put(row) for row in found.tables[name]]}


def _putting() -> Callable[[Row], SafeString]:
    """What writes a row of a table: a page has a hundred of them, with seventeen links each."""
    worded, worklist = Lines(), reverse("desks:home")
    return lambda row: put_down("insights/_line.html", worded.line(row), worklist=worklist)


def _place(row: Row) -> dict[str, Any]:
    """A community on the map, shaded by what came from it."""
    number = row.counts["received"]
    words = ngettext("%(number)d petition", "%(number)d petitions", number) % {"number": number}
    href = f"{reverse('desks:home')}?{row.query('received')}"
    return {"code": row.code, "title": row.label, "value": number, "text": words, "href": href}

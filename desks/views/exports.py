"""Files of the worklist: ask for one, see how far it is, fetch it, take it away. Each person sees their own alone."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from desks import exports
from desks.access import at_desk, desk_of, me
from desks.listing import address, asked
from desks.models import Export
from journal.refusals import Refused

SHOWN = 20
REASONS = {
    "too_many": gettext_lazy("There are too many petitions for one file. Choose narrower filters."),
    "not_allowed": gettext_lazy("You may not read these petitions any more."),
    "not_understood": gettext_lazy("One of the filters was not understood. Clear them and choose again."),
    "broken": gettext_lazy("It could not be written. Please ask again; if it fails again, tell the administrator."),
}
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@at_desk("any")
def index(request: HttpRequest) -> HttpResponse:
    """One's own files, the newest first; a form sent here asks for one more."""
    if request.method == "POST":
        return _ask(request)
    found = list(Export.objects.filter(user=me(request))[:SHOWN])
    context = {
        "exports": [
            {
                "export": each,
                "list": address(asked(dict(parse_qsl(each.query)))),
                "reason": REASONS.get(each.reason, REASONS["broken"]) if each.state == "failed" else "",
            }
            for each in found
        ],
        "unfinished": any(each.unfinished for each in found),
        "desk": desk_of(request.user),
    }
    template = "desks/_exports.html" if request.headers.get("HX-Request") else "desks/exports.html"
    return render(request, template, context)


def _ask(request: HttpRequest) -> HttpResponseRedirect:
    try:
        exports.ask(
            user=me(request),
            query=request.POST.get("query", "")[:1000],
            format=request.POST.get("format", ""),
            personal=request.POST.get("personal") == "on",
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The file is being written. You can go on working; it will be here."))
    return redirect("desks:exports")


@at_desk("any")
@require_GET
def fetch(request: HttpRequest, number: int) -> HttpResponseBase:
    """The file itself, for who asked for it, while they may."""
    export = get_object_or_404(Export.objects.select_related("user"), pk=number, user=me(request))
    try:
        return answer(export, request)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("desks:exports")


def answer(export: Export, request: HttpRequest) -> FileResponse:
    """Return the file as a download. Raises CannotExport."""
    opened = exports.fetch(export=export, by=me(request), now=timezone.now())
    name = f"petitions-{timezone.localtime(export.asked_at):%Y%m%d-%H%M}.{export.format}"
    return FileResponse(opened, as_attachment=True, filename=name, content_type=TYPES[export.format])


@at_desk("any")
@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponseRedirect:
    """Take one's file away."""
    exports.remove(export=get_object_or_404(Export, pk=number, user=me(request)), now=timezone.now())
    return redirect("desks:exports")

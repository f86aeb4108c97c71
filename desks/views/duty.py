"""Duty files: the own one, those of the deputies one looks after, the queue of what waits, and who is behind."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.keyset import NoSuchPlace, page
from common.files import served
from deputies import actions
from deputies.access import COMMISSION, DEPUTY, VERIFIERS, capacities, looked_after, visible_filter
from deputies.file import Line, duty_file, points_of
from deputies.models import Appeal, AppealState, Deputy, DutyEntry, DutyRecord, EntryState, Evidence, Rhythm
from deputies.queries import names_of_items
from deputies.rhythm import behind, span
from desks.access import at_desk, desk_of, me
from desks.duty_forms import DutyForm
from desks.posted import words
from desks.views.deputy import my_deputy
from journal.refusals import Refused
from petitions.lifecycle import MATTER
from petitions.models import Petition

SIZE = 50
MOST = 100
FIRST_YEAR: Final = 2000


def deputies(request: HttpRequest) -> QuerySet[Deputy]:
    """The deputies whose file this user may read."""
    return Deputy.objects.filter(visible_filter(request.user)).select_related("area")


def _year(request: HttpRequest) -> int:
    """The year asked for; this one unless a sensible other is given."""
    raw, this = request.GET.get("year", ""), timezone.localdate().year
    sensible = raw.isascii() and raw.isdecimal() and len(raw) == 4 and FIRST_YEAR <= int(raw) <= this
    return int(raw) if sensible else this


@at_desk("duty")
@require_GET
def mine(request: HttpRequest) -> HttpResponseBase:
    """A deputy's own file; for others the list of those they look after."""
    if desk_of(request.user).deputy:
        return _file(request, my_deputy(request))
    return files(request)


@at_desk("verifies")
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    """The deputies one looks after, with this year's points."""
    found = Deputy.objects.filter(looked_after(request.user), is_active=True).select_related("area")
    asked = request.GET.get("q", "").strip()[:60]
    if asked:
        found = found.filter(name__contains=asked) | found.filter(name_en__icontains=asked)
    try:
        shown = page(found, ("code",), cursor=request.GET.get("cursor", ""), size=SIZE)
    except NoSuchPlace:
        raise Http404 from None
    year = _year(request)
    points = points_of(shown.rows, year)
    rows = [{"deputy": each, "points": points.get(each.pk, 0)} for each in shown.rows]
    context = {"rows": rows, "page": shown, "year": year, "asked": asked, "desk": desk_of(request.user)}
    context["kept"] = f"{urlencode({'q': asked})}&" if asked else ""
    return render(request, "desks/duty_files.html", context)


@at_desk("duty")
@require_GET
def file(request: HttpRequest, code: str) -> HttpResponse:
    """One file."""
    return _file(request, get_object_or_404(deputies(request), code=code))


def _file(request: HttpRequest, deputy: Deputy) -> HttpResponse:
    now, year = timezone.now(), _year(request)
    held = capacities(request.user, deputy)
    shown = duty_file(deputy, year=year, now=now, today=timezone.localdate())
    _link(request, [line for part in shown.parts for line in part.lines])
    context = {
        "file": shown,
        "deputy": deputy,
        "own": DEPUTY in held,
        "verifies": bool(held & VERIFIERS),
        "years": [y for y in (year + 1, year - 1) if y <= timezone.localdate().year],
        "now": now,
        "desk": desk_of(request.user),
    }
    return render(request, "desks/duty_file.html", context)


def _link(request: HttpRequest, lines: list[Line]) -> None:
    """Give each record of a petition its reference, where this reader may open the petition; one SELECT."""
    about = [line for line in lines if line.record.entry.matter_type == MATTER]
    visible = Petition.objects.visible_to(request.user).filter(pk__in=[line.record.entry.matter_id for line in about])
    references = dict(visible.values_list("pk", "reference"))
    for line in about:
        line.reference = references.get(line.record.entry.matter_id, "")


@at_desk("duty")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Enter something into a file: the deputy with evidence, station and commission at once."""
    deputy = get_object_or_404(deputies(request), code=code)
    own = DEPUTY in capacities(request.user, deputy)
    form = DutyForm(request.POST or None, own=own, today=timezone.localdate())
    wrong = ""
    if request.method == "POST" and form.is_valid():
        uploads = request.FILES.getlist("files")
        try:
            actions.enter(deputy=deputy, duty=form.duty(), files=uploads, by=me(request), now=timezone.now())
        except Refused as refusal:
            wrong = str(refusal) if refusal.field == "files" else ""
            if not wrong:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            sent = _("Entered. It counts once the station has verified it.") if own else _("Entered into the file.")
            messages.success(request, sent)
            return redirect("desks:duty_file", deputy.code)
    context = {"form": form, "deputy": deputy, "own": own, "wrong": wrong, "desk": desk_of(request.user)}
    return render(request, "desks/duty_enter.html", context, status=422 if form.errors or wrong else 200)


@at_desk("duty")
@require_GET
def evidence(request: HttpRequest, number: int) -> Any:
    """A file that shows it, for those who may read the duty file."""
    readable = Evidence.objects.filter(entry__deputy__in=deputies(request).values("pk"))
    kept = get_object_or_404(readable, pk=number)
    return served(kept.file, content_type=kept.content_type, name=kept.name)


@at_desk("verifies")
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits: entries to verify, appeals to rule on."""
    names = names_of_items()
    waiting = list(
        DutyEntry.objects.filter(looked_after(request.user, "deputy__"), state=EntryState.WAITING)
        .select_related("deputy__area")
        .prefetch_related("evidence")
        .order_by("id")[:MOST]
    )
    for entry in waiting:
        entry.item_name = names.get(entry.item, entry.item)  # type: ignore[attr-defined]
    appeals = list(
        Appeal.objects.filter(looked_after(request.user, "deputy__"), state=AppealState.OPEN)
        .select_related("deputy__area", "entry", "record")
        .order_by("id")[:MOST]
    )
    rows = [
        {"appeal": each, "may": bool(capacities(request.user, each.deputy) & COMMISSION), "name": _about(each, names)}
        for each in appeals
    ]
    context = {"waiting": waiting, "appeals": rows, "desk": desk_of(request.user)}
    return render(request, "desks/duty_queue.html", context)


def _about(appeal: Appeal, names: dict[str, str]) -> str:
    if appeal.entry is not None:
        return appeal.entry.title
    return names.get(appeal.record.item, appeal.record.item) if appeal.record else ""


DECISIONS: Final = {"verify", "reject", "appeal"}


@at_desk("duty")
@require_POST
def decide(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Verify or reject an entry, or appeal against its rejection."""
    if name not in DECISIONS:
        raise Http404
    entry = get_object_or_404(DutyEntry, pk=number, deputy__in=deputies(request).values("pk"))
    by, now = me(request), timezone.now()
    try:
        if name == "verify":
            actions.verify(entry=entry, by=by, now=now)
        elif name == "reject":
            actions.reject(entry=entry, by=by, now=now, reason=words(request, "reason"))
        else:
            actions.appeal_entry(entry=entry, by=by, now=now, text=words(request, "text"))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("desks:duty") if name == "appeal" else redirect("desks:duty_queue")


@at_desk("duty")
@require_POST
def appeal_record(request: HttpRequest, number: int) -> HttpResponse:
    """Appeal against a record."""
    record = get_object_or_404(DutyRecord, pk=number, deputy__in=deputies(request).values("pk"))
    try:
        actions.appeal_record(record=record, by=me(request), now=timezone.now(), text=words(request, "text"))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your appeal is with the commission."))
    return redirect("desks:duty")


@at_desk("verifies")
@require_POST
def rule(request: HttpRequest, number: int) -> HttpResponse:
    """Rule on an appeal."""
    appeal = get_object_or_404(Appeal, pk=number, deputy__in=deputies(request).values("pk"))
    granted = request.POST.get("granted")
    if granted not in ("yes", "no"):
        raise Http404
    try:
        actions.rule(
            appeal=appeal,
            granted=granted == "yes",
            by=me(request),
            now=timezone.now(),
            ruling=words(request, "ruling"),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("desks:duty_queue")


@at_desk("verifies")
@require_GET
def late(request: HttpRequest) -> HttpResponse:
    """Who is behind with a rhythm, in the present period or the one before."""
    rhythms = list(Rhythm.objects.filter(is_active=True))
    chosen = next((each for each in rhythms if each.code == request.GET.get("rhythm")), rhythms[0] if rhythms else None)
    context: dict[str, Any] = {"rhythms": rhythms, "chosen": chosen, "desk": desk_of(request.user)}
    if chosen is not None:
        within = span(chosen.period, timezone.localdate())
        if request.GET.get("when") == "before":
            within = span(chosen.period, within.before())
        own = Deputy.objects.filter(looked_after(request.user)).select_related("area")
        try:
            shown = page(behind(own, chosen, within), ("code",), cursor=request.GET.get("cursor", ""), size=SIZE)
        except NoSuchPlace:
            raise Http404 from None
        before = request.GET.get("when") == "before"
        kept = f"rhythm={chosen.code}&{'when=before&' if before else ''}"
        context |= {"within": within, "page": shown, "before": before, "kept": kept}
    return render(request, "desks/duty_late.html", context)

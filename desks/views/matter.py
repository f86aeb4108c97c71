"""One matter on one screen, and every move that is open to me from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from desks import ledger
from desks.access import at_desk, desk_of, me
from desks.attempts import NOT_HERE, Sent, attempt, gone
from desks.models import KeySupervision
from desks.moveforms import Maker, MoveForm, flat, takes_files
from desks.presence import others_at
from desks.queries import others_of_resident, similar_matters, templates_for
from desks.rows import first_candidate
from desks.versions import latest
from desks.watchforms import LookBackForm, WatchForm
from desks.wording import filled
from directory import queries
from dispatch.lifecycle import OrderState
from dispatch.models import OrderKind, ReplyState, WorkOrder
from journal.models import Entry, Visibility
from petitions import choices, timeline
from petitions.access import scope_of
from petitions.actions.merging import UNDO_WITHIN
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from petitions.hints import ANSWERS, hints_for
from petitions.lifecycle import MATTER
from petitions.models import Petition
from petitions.moves import order_moves, petition_moves
from petitions.orders import orders_seen, visible_orders
from petitions.reading import answers_on, contact_of, files_in_hand, files_of_answers, shown_files, works_on
from petitions.reasons import sentences
from petitions.routed import explain
from petitions.similar import main_of, on_record

# Which move is most likely wanted comes first.
FIRST = (
    *(
        "sign",
        "reply",
        "draft_reply",
        "contact",
        "grant_return",
        "refuse_return",
        "grant_extension",
        "refuse_extension",
    ),
    *("grant_ledger", "refuse_ledger", "assign", "register", "approve_reply", "send_back", "publish"),
)
LEAST = 0.01  # a candidate that would be shown as 0 % helps nobody
WITH_TEMPLATES = frozenset({"reply", "draft_reply", "answer_on_spot"})


@at_desk("any")
@require_GET
def matter(request: HttpRequest, reference: str) -> HttpResponse:
    """The page. A constant number of statements, whatever it holds."""
    return render(request, "desks/matter.html", context(request, reference, Sent()))


def load(request: HttpRequest, reference: str) -> Petition:
    """Return the petition with its version, if this user may read it; else 404."""
    visible = Petition.objects.with_all().visible_to(request.user).select_related("watch__supervisor", "deputy")
    return get_object_or_404(visible.annotate(version=latest()), reference=reference)


def context(request: HttpRequest, reference: str, sent: Sent) -> dict[str, Any]:
    """Return everything the page shows."""
    user, now, petition = me(request), timezone.now(), load(request, reference)
    orders = _orders(user, petition)
    staff = works_on(petition, user, orders)
    candidates = _candidates(petition, user) if staff else []
    maker = Maker(user, now, [row["code"] for row in candidates])
    replies, opinions = answers_on(orders, user) if staff else ([], [])
    last = {reply.order_id: reply for reply in replies}  # one that was sent back is written on, not written anew
    files = list(petition.attachments.all())
    maker.files = files_in_hand(files, replies)
    maker.drafts = {pk: reply for pk, reply in last.items() if reply.state in (ReplyState.DRAFT, ReplyState.SENT_BACK)}
    forms = _forms(petition, orders, maker, sent, now)
    steps = timeline.timeline(petition, Visibility.STAFF if staff else Visibility.PETITIONER, user=user)[::-1]
    wanted = request.GET.get("open", "")
    for form in forms:
        form.open = form.open or form.key == wanted
    return {
        "petition": petition,
        "version": petition.version,  # type: ignore[attr-defined]
        "now": now,
        "staff": staff,
        "claims": petition.claims.filter(ended_at=None).select_related("deputy"),  # read where it is shown
        "reach": contact_of(petition, user, orders),
        "orders": orders,
        "on_ledger": any(order.state == OrderState.PENDING_LEDGER for order in orders),
        "replies": replies,
        "opinions": opinions,
        "attachments": shown_files(files),
        "answer_files": files_of_answers(files, (*replies, *opinions)),
        "steps": steps,
        # Whoever publishes sees whose text it is. One person may do both: a small station has one officer, and the
        # law asks for consent and for a text that was approved, not for two people (DOMAIN.md, publication).
        "proposed": next((step for step in steps if step.action == "propose_publication"), None),
        "points": _points(petition),
        "candidates": candidates,
        "first": _first(petition, forms, now),
        "forms": forms,
        "templates": _templates(user, petition, orders, forms),
        "sent": sent,
        "lost": _lost(sent, forms),
        "changes": told_of(sent.changes),
        "others": others_at(petition.pk, user, now) if staff else [],
        "undo_until": petition.state_since + UNDO_WITHIN,
        "desk": desk_of(user),
        **(_watching(petition, user) if desk_of(user).supervision else {}),
        "today": timezone.localdate(),
    }


def _watching(petition: Petition, user: User) -> dict[str, Any]:
    """The forms of key supervision: to begin or change it, and to look back where it is held."""
    watch: KeySupervision | None = getattr(petition, "watch", None)
    held = watch if watch and watch.looked_back_at is None else None
    return {
        "may_watch": True,
        "watch_form": WatchForm(petition=petition, user=user, held=held),
        "back_form": LookBackForm(number=petition.pk) if held else None,
    }


def _points(petition: Petition) -> list[dict[str, Any]]:
    """The place on the map, where the resident gave one."""
    if petition.latitude is None or petition.longitude is None:
        return []
    place = {"latitude": petition.latitude, "longitude": petition.longitude}
    return [{**place, "title": petition.title, "text": petition.address or petition.area.label}]


def told_of(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """What others did meanwhile, in words."""
    return [
        {
            "at": entry.at,
            "label": timeline.label(timeline.name_of(entry), entry.to_state),
            "by": entry.actor or entry.get_actor_kind_display(),
            "note": entry.note,
        }
        for entry in entries
    ]


def _orders(user: User, petition: Petition) -> list[WorkOrder]:
    found = orders_seen(petition, user)
    prefetch_related_objects(found, "requests")
    return found


def _candidates(petition: Petition, user: Any) -> list[dict[str, Any]]:
    """The router's candidates with their reasons in words."""
    view, today = explain(petition, user) or {"departments": []}, timezone.localdate()
    return [
        {
            "code": row["code"],
            "label": choices.department_label(row["code"]),
            "score": row["score"],
            # What it resembles is told by links instead.
            "why": sentences(reason for reason in row["reasons"] if reason["code"] != "similar")[:4],
            "cases": [case["reference"] for case in row["cases"]],
            "co": timeline.listed(choices.department_label(code) for code in row["co_units"] if _in_force(code, today)),
        }
        for row in view["departments"]
        if row["score"] >= LEAST and _in_force(row["code"], today)
    ]


def _in_force(code: str, day: date) -> bool:
    """A unit dissolved since the router looked is not offered: the first one listed is the one that one key assigns."""
    unit = queries.department_by_code(code)
    return unit is not None and unit.is_in_force(day)


def _first(petition: Petition, forms: list[MoveForm], now: datetime) -> dict[str, Any] | None:
    """The candidate one key assigns, where assigning is open to me."""
    return first_candidate(petition, now) if any(form.name == "assign" for form in forms) else None


def _forms(petition: Petition, orders: list[WorkOrder], maker: Maker, sent: Sent, now: datetime) -> list[MoveForm]:
    """A form for each move open to me, on the petition and on its orders; only those."""
    made = [
        _form(petition, None, name, label, maker, sent)
        for name, label in petition_moves(petition, maker.user)
        if name not in NOT_HERE
    ]
    for order in orders:
        offers = order_moves(order, petition, maker.user, now, list(order.requests.all()))
        made += [_form(petition, order, name, label, maker, sent) for name, label in offers]
    rank = {name: place for place, name in enumerate(FIRST)}
    return sorted(made, key=lambda form: rank.get(form.name, len(rank)))


def _form(petition: Petition, order: WorkOrder | None, name: str, label: str, maker: Maker, sent: Sent) -> MoveForm:
    key = f"{name}-{order.pk}" if order else name
    mine = sent.key == key
    command = ORDER_COMMANDS[name] if order else PETITION_COMMANDS[name]
    typed = sent.typed if mine else _initial(petition, order, name, maker)
    address = (
        reverse("desks:order_move", args=[petition.reference, order.pk, name])
        if order
        else reverse("desks:move", args=[petition.reference, name])
    )
    return MoveForm(
        name=name,
        label=_label(order, name, label),
        address=address,
        fields=maker.fields(_worded(order, name), command.taken(order), typed, sent.errors if mine else {}),
        key=key,
        order=order.pk if order else None,
        files=takes_files(command.taken(order)),
        kept=maker.kept(order.pk, typed) if order and takes_files(command.taken(order)) else [],
        wrong_files=flat([sent.errors.get(name, ()) for name in ("files", "take_off")]) if mine else [],
        open=mine,
        error=sent.sentence if mine else "",
        files_again=mine and sent.files,
    )


def _worded(order: WorkOrder | None, name: str) -> str:
    """The move by whose words a form speaks: a co-unit gives an opinion where the unit that leads replies."""
    opines = order is not None and order.kind == OrderKind.CO and name in ("reply", "draft_reply")
    return "opinion" if opines else name


def _label(order: WorkOrder | None, name: str, label: str) -> str:
    if order is None:
        return label
    if _worded(order, name) == "opinion":
        return _("Give the opinion") if name == "reply" else _("Draft the opinion")
    return f"{label} · {order.department.label}" if name == "urge" else label


def _initial(petition: Petition, order: WorkOrder | None, move: str, maker: Maker) -> dict[str, Any]:
    """What a form starts with: the draft for a reply, what holds now for a correction."""
    if move == "decline":
        return {"reason": petition.decline_reason, "channel": petition.decline_channel}
    if move == "classify":
        return {
            "category": petition.category.code if petition.category else "",
            "area": petition.area.code,
            "urgency": petition.urgency,
            "kind": petition.kind,
        }
    if move in ("reply", "draft_reply") and order is not None:
        draft = maker.drafts.get(order.pk)
        if draft is not None:
            return {"text": draft.text, "result_class": draft.result_class, "promised_on": draft.promised_on}
    return {}


def _templates(user: Any, petition: Petition, orders: list[WorkOrder], forms: list[MoveForm]) -> list[dict[str, str]]:
    """Reply templates, filled in; loaded only where a reply is open to me."""
    if not any(form.name in WITH_TEMPLATES for form in forms):
        return []
    own = next((order for order in orders if order.department_id in scope_of(user).unit.units), None)
    found = templates_for(own.department_id if own else None)
    return [{"name": each.name, "text": filled(each.text, petition, own, user)} for each in found]


def _lost(sent: Sent, forms: list[MoveForm]) -> str:
    """What was typed into a form that is not open any more: shown to be copied, so that nothing is lost."""
    if not sent.key or any(form.key == sent.key for form in forms):
        return ""
    return "\n\n".join(str(value) for name, value in sent.typed.items() if value and name != "take_off")


@at_desk("any")
@require_POST
def move(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Make a move on the petition."""
    try:
        petition = load(request, reference)
    except Http404:
        return gone(request, reference)
    return _make(request, petition, None, name)


@at_desk("any")
@require_POST
def order_move(request: HttpRequest, reference: str, number: int, name: str) -> HttpResponse:
    """Make a move on one of its work orders."""
    try:
        petition = load(request, reference)
        order = get_object_or_404(visible_orders(me(request)), pk=number, matter_type=MATTER, matter_id=petition.pk)
    except Http404:
        return gone(request, reference)
    return _make(request, petition, order, name)


def _make(request: HttpRequest, petition: Petition, order: WorkOrder | None, name: str) -> HttpResponse:
    sent = attempt(request, petition, order, name)
    if sent.status:
        return again(request, petition, sent)
    done = ledger.said(name, order) if order is not None else ""
    done = done or _("Done: %(move)s.") % {"move": timeline.label(_worded(order, name) if name == "reply" else name)}
    messages.success(request, done)
    if order is not None and name in ANSWERS and order.kind != OrderKind.CO:
        for hint in hints_for(petition, order, sent.values["text"]):
            messages.info(request, hint["text"])
    return HttpResponseRedirect(after(request, petition))


def after(request: HttpRequest, petition: Petition) -> str:
    """Back to the list the move was made from, else to the matter; where it is not mine to read any more, home."""
    to = request.POST.get("next", "")
    if to.startswith("/desk/"):
        return to
    still = Petition.objects.visible_to(request.user).filter(pk=petition.pk).exists()
    return reverse("desks:matter", args=[petition.reference]) if still else reverse("desks:home")


def again(request: HttpRequest, petition: Petition, sent: Sent) -> HttpResponse:
    """Show the matter as it is now, with the form as it was typed."""
    shown = context(request, petition.reference, sent)
    return render(request, "desks/matter.html", shown, status=sent.status)


@at_desk("any")
@require_GET
def related(request: HttpRequest, reference: str) -> HttpResponse:
    """Similar matters and the resident's others: fetched when the page is there, because a search takes longer."""
    petition, user = load(request, reference), me(request)
    staff = works_on(petition, user, _orders(user, petition))
    likes = on_record(petition, user) if staff else []
    may_merge = any(offer.name == "merge" for offer in petition_moves(petition, user))
    shown = {
        "petition": petition,
        "same": [like for like in likes if like.same_matter],
        "merge_into": main_of(petition, likes) if may_merge else None,
        "similar": similar_matters(petition, user) if staff else [],
        "others": others_of_resident(petition, user) if staff else [],
        "now": timezone.now(),
        "staff": staff,
    }
    partial = request.headers.get("HX-Request")
    return render(request, "desks/_related.html" if partial else "desks/related.html", shown)


@at_desk("any")
@require_GET
def form_on_paper(request: HttpRequest, reference: str) -> HttpResponse:
    """The official work-order form, for printing and signing."""
    shown = context(request, reference, Sent())
    if not shown["staff"]:
        raise Http404
    petition = shown["petition"]
    # A title made of the first words would say on the sheet what stands right below it.
    own_title = not petition.text.startswith(petition.title.removesuffix("…"))
    return render(request, "desks/paper.html", {**shown, "own_title": own_title})

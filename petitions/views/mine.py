"""My petitions and my data, after a one-time code: see, export, correct, delete (PIPL art 44 to 47)."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import correct_contact, erase_contact
from journal.refusals import Refused
from petitions import own_data, timeline
from petitions.actions.following import stop_following_own
from petitions.followers import Follower, FollowerQuerySet
from petitions.forms import NameForm
from petitions.lifecycle import Publication
from petitions.models import Petition, PetitionQuerySet
from petitions.reading import shown_files

MOST = 100


def _signed_in(view: Any) -> Any:
    """Residents who are not signed in are asked for a code and come back."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_code')}?next={request.path}")
        answer: HttpResponse = view(request)
        return answer

    return never_cache(checked)


def _own(request: HttpRequest) -> PetitionQuerySet:
    """The petitions given with the telephone number the resident has proved to hold."""
    own = getattr(request.user, "phone_index", "")
    if not own:
        return Petition.objects.none()
    return Petition.objects.filter(contact__phone_index=own).select_related("contact").order_by("-id")


def _index(request: HttpRequest) -> str:
    """By which the number the resident has proved to hold is looked up."""
    return str(getattr(request.user, "phone_index", ""))


@_signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All of the resident's petitions."""
    petitions = _own(request).select_related("lead_unit", "area").defer("search", "text")[:MOST]
    context = {"petitions": petitions, "followed": _followed(request), "now": timezone.now()}
    context["appointments"] = own_data.appointments_with(_index(request))
    return render(request, "petitions/mine.html", context)


def _followed(request: HttpRequest) -> FollowerQuerySet:
    """Other people's published petitions that are followed with the resident's telephone number."""
    own = getattr(request.user, "phone_index", "")
    if not own:
        return Follower.objects.none()
    found = Follower.objects.confirmed().filter(address_index=own, petition__publication=Publication.PUBLISHED)
    return found.select_related("petition").defer("petition__search", "petition__text").order_by("-pk")[:MOST]


@_signed_in
@require_POST
def stop_following(request: HttpRequest) -> HttpResponse:
    """Stop following one of them; another person's is as unknown as none."""
    number = request.POST.get("follower", "")
    number = number if number.isascii() and number.isdigit() and len(number) < 19 else "0"
    if not stop_following_own(phone_index=getattr(request.user, "phone_index", ""), follower_id=int(number)):
        raise Http404
    messages.success(request, _("Stopped. Your number has been deleted from this petition."))
    return redirect("petitions:mine")


@_signed_in
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What the portal holds about the resident."""
    petitions = list(_own(request).prefetch_related("contact__consents").defer("search", "text")[:MOST])
    name = next((each.contact.name for each in petitions if each.contact.name), "")
    context = {"petitions": petitions, "form": NameForm(initial={"name": name})}
    context["visits"] = own_data.visits_with(_index(request))
    context["appointments"] = own_data.appointments_with(_index(request))
    return render(request, "petitions/data.html", context)


@_signed_in
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same as a file, with everything that was written (PIPL art 45)."""
    petitions = _own(request).select_related("area", "category").prefetch_related("contact__consents", "attachments")
    found = [_exported(each) for each in petitions.defer("search")[:MOST]]
    followed = [each.petition.reference for each in _followed(request)]
    response = JsonResponse(
        {"petitions": found, "followed": followed, **own_data.exported(_index(request))},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


def _exported(petition: Petition) -> dict[str, Any]:
    contact = petition.contact
    return {
        "reference": petition.reference,
        "submitted_at": petition.submitted_at,
        "state": petition.state,
        "title": petition.title,
        "text": petition.text,
        "address": petition.address,
        "area": petition.area.code,
        "category": petition.category.code if petition.category else None,
        "name": contact.name,
        "phone": contact.phone,
        "consents": [
            {"kind": c.kind, "version": c.version, "given": c.given, "at": c.at, "withdrawn_at": c.withdrawn_at}
            for c in contact.consents.all()
        ],
        "files": [each.name for each in shown_files(petition.attachments.all())],
        "timeline": [
            {"at": step.at, "label": step.label, "by": step.by, "note": step.note}
            for step in timeline.timeline(petition)
        ],
    }


@_signed_in
@require_POST
def correct(request: HttpRequest) -> HttpResponse:
    """Correct the name on every petition."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return render(request, "petitions/data.html", {"petitions": _own(request)[:MOST], "form": form}, status=422)
    try:
        own = [petition.contact for petition in _own(request)[:MOST] if petition.contact.erased_at is None]
        for contact in [*own, *own_data.contacts_with(_index(request))]:
            name = form.cleaned_data["name"]
            correct_contact(contact=contact, name=name, phone=contact.phone, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your name has been corrected."))
    return redirect("petitions:data")


@_signed_in
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Blank name and number where the matter is closed; an open one needs them until it is withdrawn or answered."""
    ended = [petition for petition in _own(request).defer("search")[:MOST] if not petition.is_open]
    for petition in ended:
        erase_contact(contact=petition.contact, now=timezone.now())
    count = len(ended)
    others = own_data.erasable(_index(request))
    for contact in others:
        erase_contact(contact=contact, now=timezone.now())
    if others:
        messages.success(request, _("Your details were deleted from visits and past appointments."))
    if count:
        said = ngettext(
            "Your details were deleted from %(count)d petition. It can no longer be opened with your number.",
            "Your details were deleted from %(count)d petitions. They can no longer be opened with your number.",
            count,
        )
        messages.success(request, said % {"count": count})
    elif not others:
        messages.info(request, _("Nothing to delete: there is no closed petition with your details."))
    return redirect("petitions:data")

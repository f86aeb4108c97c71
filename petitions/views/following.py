"""Following a published petition by e-mail or text message, and stopping. No account; no address names anybody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import attempts, passwords
from accounts.flood import too_many_codes
from journal.refusals import Refused
from petitions.actions import following as actions
from petitions.forms_following import ConfirmForm, FollowPublishedForm, StopForm
from petitions.models import Petition


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def follow_published(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an address, then for the code that went there. Both are one address of the portal."""
    petition = get_object_or_404(
        Petition.objects.published().only("id", "reference", "public_title"), reference=reference
    )
    if request.method == "POST" and "code" in request.POST:
        return _confirm(request, petition)
    form = FollowPublishedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            if too_many_codes(request, now):
                raise actions.CannotFollow(passwords.locked_sentence())
            actions.ask_to_follow(petition=petition, address=form.cleaned_data["address"], now=now)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _show(request, petition, ConfirmForm(initial=form.cleaned_data))
    return _show(request, petition, form)


def _confirm(request: HttpRequest, petition: Petition) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            actions.confirm_follow(petition=petition, **form.cleaned_data, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field == "code" else None, str(refusal))
        else:
            messages.success(request, _("You follow this petition. Each message says how to stop."))
            return redirect("petitions:published_one", petition.reference)
    return _show(request, petition, form)


def _show(request: HttpRequest, petition: Petition, form: ConfirmForm | FollowPublishedForm) -> HttpResponse:
    context = {"petition": petition, "form": form, "confirming": isinstance(form, ConfirmForm)}
    return render(request, "petitions/follow_published.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Enter the stop code of a message; static/js/stop.js takes it from behind the address's #."""
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        here = passwords.address(request)
        if here and not attempts.attempt(actions.STOPS_SCOPE, here, timezone.now(), limit=actions.MOST_STOPS):
            form.add_error(None, passwords.locked_sentence())
        else:
            try:
                petition = actions.stop_following(stop_code=form.cleaned_data["code"])
            except Refused as refusal:
                form.add_error("code", str(refusal))
            else:
                said = _("You no longer follow “%(title)s”. Your address has been deleted.")
                messages.success(request, said % {"title": petition.public_title or petition.reference})
                return redirect("petitions:published")
    return render(request, "petitions/stop_following.html", {"form": form}, status=422 if form.errors else 200)

"""Entering a petition for a resident who called, wrote a letter or came in person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.queries import consent_texts
from desks.access import at_desk, desk_of, me
from desks.forms import EntryForm
from journal.refusals import Refused
from petitions import actions
from petitions.models import Petition


@at_desk("entry")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form, and what becomes of it."""
    offered = not desk_of(request.user).deputy  # a deputy raises a matter and does not add to its files
    form = EntryForm(request.POST or None, request.FILES or None, initial=EntryForm.fresh(), files_offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            petition = actions.submit(
                intake=form.intake(), by=me(request), now=timezone.now(), idempotency_key=str(form.cleaned_data["key"])
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            _attach(request, form, petition)
            said = _("Entered under %(reference)s. Tell the resident this reference.")
            messages.success(request, said % {"reference": petition.spoken_reference})
            if not form.cleaned_data["phone"]:
                messages.info(request, _("Without a telephone number it cannot be followed online: answer by letter."))
            readable = Petition.objects.visible_to(request.user).filter(pk=petition.pk).exists()
            return redirect("desks:matter", petition.reference) if readable else redirect("desks:home")
    context = {"form": form, "consents": consent_texts()}
    return render(request, "desks/new.html", context, status=422 if form.errors else 200)


def _attach(request: HttpRequest, form: EntryForm, petition: Petition) -> None:
    """Add what was sent with it. The petition stands whatever becomes of the files; which were refused is said."""
    for file in form.cleaned_data.get("photos", ()):
        try:
            actions.attach(petition=petition, file=file, by=me(request), now=timezone.now())
        except Refused as refusal:
            messages.warning(request, _("“%(name)s” was not added: %(why)s") % {"name": file.name, "why": refusal})

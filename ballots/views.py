"""Voting: the code, the paper, thanks. No account, no script; the code is in a form's body, never in an address.

The QR code on a slip carries the code behind the `#` of the address, which browsers do not send: `vote.js` puts it into
the field. Whoever has no scripts types it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.passwords import address
from accounts.refusals import Refused
from ballots import actions, sending
from ballots.forms import CodeForm, PaperForm, PhoneForm
from ballots.models import Poll, PollState


@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest) -> HttpResponse:
    """Ask for the code; with a code show the paper; with a paper take the vote."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, now = form.cleaned_data["code"], timezone.now()
        try:
            poll = actions.paper(code=code, address=address(request), now=now)
            filled = PaperForm(request.POST if "vote" in request.POST else None, poll=poll)
            if filled.is_valid():
                actions.cast(code=code, marks=filled.marks(), address=address(request), now=now)
                return redirect("ballots:done")
        except Refused as refusal:
            if refusal.field == "marks":  # too many marks: everything that was marked is kept
                filled.add_error("marks" if "marks" in filled.fields else None, str(refusal))
            else:
                form.add_error("code" if refusal.field == "code" else None, str(refusal))
                return render(request, "ballots/code.html", {"form": form}, status=422)
        context = {"poll": poll, "form": filled, "code": code}
        return render(request, "ballots/paper.html", context, status=422 if filled.errors else 200)
    return render(request, "ballots/code.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Thanks, the same for everybody."""
    return render(request, "ballots/done.html")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Have a code sent to one's telephone, in polls that are open to everybody."""
    poll = get_object_or_404(Poll, pk=number, self_service=True, state=PollState.OPEN)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sending.send_code(poll=poll, phone=form.cleaned_data["phone"], address=address(request), now=timezone.now())
        except Refused as refusal:
            form.add_error("phone" if refusal.field == "phone" else None, str(refusal))
        else:
            return render(request, "ballots/code.html", {"form": CodeForm(), "sent": True})
    context = {"form": form, "poll": poll}
    return render(request, "ballots/ask.html", context, status=422 if form.errors else 200)

"""Standing behind a published petition, from its public page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from petitions import actions
from petitions.models import Petition


@require_POST
def support(request: HttpRequest, reference: str) -> HttpResponse:
    """Count me, or (with `back`) count me no longer. Who is not signed in is asked for a code and comes back."""
    petition = get_object_or_404(Petition.objects.published().select_related("contact"), reference=reference)
    page = reverse("petitions:published_one", args=[reference])
    if not isinstance(request.user, User):
        messages.info(request, _("Sign in with your telephone number first, so that each person counts once."))
        return redirect(f"{reverse('account_code')}?next={page}")
    try:
        if "back" in request.POST:
            actions.take_back_support(petition=petition, by=request.user)
        else:
            actions.support(petition=petition, by=request.user, now=timezone.now())
    except actions.CannotSupport as refusal:
        messages.error(request, str(refusal))
    return redirect(page)

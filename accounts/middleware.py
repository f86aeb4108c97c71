"""Nobody who signs in by password goes further without a second factor (MLPS level 3)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import User

# What one needs to set it up, or to leave; named views, and whole folders of addresses.
OPEN_VIEWS = {
    *("account_logout", "account_reauthenticate", "set_language", "display", "healthz", "readyz"),
    *("service_worker", "manifest", "offline"),  # the browser's own, the same for everybody
}
OPEN_PREFIX = "mfa_"


class RequireSecondFactor:
    """Lead a staff session that has not shown its second factor to setting it up.

    Where it is set up already, allauth asks for it while signing in, before there is a session; so only first
    sign-ins come here, and sessions that were opened before it was set up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer instead of the view, or let it answer."""
        user = request.user
        if not isinstance(user, User) or second_factor.has_passed(request.session) or not second_factor.required(user):
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name and (name in OPEN_VIEWS or name.startswith(OPEN_PREFIX)):
            return None
        return _refuse(request)


def _refuse(request: HttpRequest) -> HttpResponse:
    if not request.path_info.startswith("/api/"):
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
    title, detail = _("Not allowed"), _("Sign in on the web page first and set up the second factor.")
    body = {"type": "urn:liaison:problem:forbidden", "title": title, "status": 403, "detail": detail, "errors": []}
    return JsonResponse(body, status=403, content_type="application/problem+json")

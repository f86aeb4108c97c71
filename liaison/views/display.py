"""Changes how the portal looks for this browser, without script: a form posts one setting and comes back."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from liaison import display


def _back(request: HttpRequest) -> str:
    """The page the person came from, if it is one of ours; else the home page."""
    for address in (request.POST.get("next", ""), request.headers.get("referer", "")):
        if address and url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
            parts = urlsplit(address)
            # One leading slash only: "//host" would be another site.
            return "/" + parts.path.lstrip("/\\") + (f"?{parts.query}" if parts.query else "")
    return "/"


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Sets one or more of theme, elder, text from the posted `set=name:value` and goes back."""
    chosen = display.of(request)
    for setting in request.POST.getlist("set"):
        name, _, value = setting.partition(":")
        chosen = chosen.changed(name, value)
    response: HttpResponse
    if request.headers.get("X-Requested-With") == "fetch":
        response = HttpResponse(status=204)
    else:
        response = HttpResponseRedirect(_back(request))
    response.set_cookie(
        display.COOKIE,
        chosen.cookie(),
        max_age=display.COOKIE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response

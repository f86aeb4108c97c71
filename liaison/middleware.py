"""What every request passes: a number to find it by, and text that is text."""

import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from liaison.problems import is_api, problem
from liaison.request_id import PETITION_KEY, REQUEST_KEY, set_petition, set_request_id
from liaison.views.errors import error_page
from petitions.references import ALPHABET, LENGTH

GetResponse = Callable[[HttpRequest], HttpResponse]
REFERENCE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
KNOWN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class RequestId:
    """Give each request a number: the proxy's own `X-Request-ID` where it is a decent one, else a new one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with `X-Request-ID` set."""
        offered = request.headers.get("X-Request-ID", "")
        identifier = offered if KNOWN_ID.fullmatch(offered) else uuid.uuid4().hex
        set_request_id(identifier)
        request.META[REQUEST_KEY] = identifier
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = identifier
            return response
        finally:
            set_request_id("")
            set_petition("")

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Keep for the log which petition the address names, where it is a reference and nothing else."""
        if REFERENCE.fullmatch(str(kwargs.get("reference", ""))):
            set_petition(kwargs["reference"])
            request.META[PETITION_KEY] = kwargs["reference"]


class SpeakProblems:
    """Under /api/ every error is a problem document, also those that Django answers without a body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace an error that is not JSON; keep the headers that say what to do about it."""
        response = self.get_response(request)
        if response.status_code < 400 or not is_api(request) or "json" in response.get("Content-Type", ""):
            return response
        kept = {name: response[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if name in response}
        return problem(response.status_code, headers=kept)


class RefuseBrokenText:
    """Refuse bytes that are no UTF-8 text, and NUL, before anything tries to store or to compare them.

    PostgreSQL stores no NUL, and Django replaces undecodable bytes silently: the first ends in a 500, the
    second in a petition nobody can read. JSON bodies are read by `liaison.api.StrictJSONParser`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 4xx with a sentence, or pass on."""
        return _refusal(request) or self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Check the form of a page. The API's serializers check theirs and name the field."""
        if request.method in ("GET", "HEAD", "OPTIONS") or is_api(request) or request.content_type not in FORM_TYPES:
            return None
        return None if _is_text_form(request) else _refuse(request, 400)


class AdminPolicy:
    """The administrators' pages (django-unfold) are driven by Alpine, which makes functions of text and sets styles.

    There alone the policy allows it: behind a second factor, for a handful of people, with no words of residents'
    shown as markup. Every other page keeps the strict policy.
    """

    PREFIX = "/admin/"
    ALLOWED = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with what django-csp is to add to the policy of this one page."""
        response = self.get_response(request)
        if request.path_info.startswith(self.PREFIX):
            response._csp_update = self.ALLOWED  # type: ignore[attr-defined]
        return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    environ = request.META
    # WSGI hands bytes over as Latin-1. Django has put the decoded path into PATH_INFO, broken bytes as %XX.
    query = environ.get("QUERY_STRING", "").encode("latin-1", "replace")
    if not (_is_text(unquote_to_bytes(query)) and _is_text(unquote_to_bytes(request.path_info))):
        return _refuse(request, 400)
    if not environ.get("HTTP_AUTHORIZATION", "").isascii():
        return _refuse(request, 400)  # knox decodes it without looking
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        return _refuse(request, 400)
    if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
        return _refuse(request, 411)  # Django would read such a body as empty
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    return None if charset in ("utf-8", "utf8", "us-ascii") else _refuse(request, 415)


def _is_text(raw: bytes) -> bool:
    try:
        return "\x00" not in raw.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _is_text_form(request: HttpRequest) -> bool:
    if request.content_type == FORM_TYPES[0] and not _is_text(unquote_to_bytes(request.body)):
        return False
    # Multipart values arrive decoded, with U+FFFD in the place of broken bytes.
    values = (text for key, found in request.POST.lists() for text in (key, *found))
    return not any("\x00" in text or "\ufffd" in text for text in values)


def _refuse(request: HttpRequest, status: int) -> HttpResponse:
    """Answer in the caller's language: the middleware that chooses it has not run yet."""
    with translation.override(translation.get_language_from_request(request)):
        detail = ""
        if status == 400:
            detail = _("The request contains characters that are not valid UTF-8 text.")
        elif status == 415:
            detail = _("Text must be sent as UTF-8.")
        return problem(status, detail=detail) if is_api(request) else error_page(request, status, detail)

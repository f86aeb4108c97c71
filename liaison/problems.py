"""Errors of the API as problem documents (RFC 9457): one shape, in the caller's language.

    {"type": "urn:liaison:problem:invalid", "title": "…", "status": 400, "detail": "…",
     "errors": [{"field": "consents.publication", "detail": "…"}], "request_id": "…"}

`type` is for programs, `title` and `detail` for people. `field` names the input with dots, positions in lists
as numbers; it is empty where the whole body is meant. Unexpected errors are left to Django, which logs them
and calls `liaison.views.errors.server_error`: there the answer is a problem document too.
"""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.fields import get_error_detail

from journal.refusals import Refused
from liaison.request_id import current_request_id

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

# status: (last part of `type`, title, detail when the error brings none)
KINDS: dict[int, tuple[str, Any, Any]] = {
    400: (
        "malformed",
        gettext_lazy("The request cannot be understood"),
        gettext_lazy("Please correct the request and send it again."),
    ),
    401: (
        "not-authenticated",
        gettext_lazy("Please sign in"),
        gettext_lazy("This address is open only to those who have signed in."),
    ),
    403: ("forbidden", gettext_lazy("Not allowed"), gettext_lazy("You may not do this.")),
    404: (
        "not-found",
        gettext_lazy("Not found"),
        gettext_lazy("There is nothing at this address, or it is not open to you."),
    ),
    405: (
        "method-not-allowed",
        gettext_lazy("Not possible here"),
        gettext_lazy("This address does not answer this kind of request."),
    ),
    406: ("not-acceptable", gettext_lazy("No such format"), gettext_lazy("The answer exists only as JSON.")),
    409: (
        "refused",
        gettext_lazy("Not possible now"),
        gettext_lazy("This step is not possible in the present state."),
    ),
    411: (
        "length-required",
        gettext_lazy("Length missing"),
        gettext_lazy("Send the Content-Length of the body."),
    ),
    413: (
        "too-large",
        gettext_lazy("Too large"),
        gettext_lazy("The request is larger than this address accepts."),
    ),
    415: (
        "unsupported-media",
        gettext_lazy("Wrong kind of content"),
        gettext_lazy("This address does not accept this kind of content."),
    ),
    429: (
        "throttled",
        gettext_lazy("Too many requests"),
        gettext_lazy("Please wait a little and try again."),
    ),
    500: (
        "internal",
        gettext_lazy("Something went wrong on our side"),
        gettext_lazy("It has been recorded. Please try again later."),
    ),
    503: (
        "unavailable",
        gettext_lazy("Not available for the moment"),
        gettext_lazy("Please try again in a minute."),
    ),
}


def document(
    status: int, *, detail: str = "", errors: Sequence[Mapping[str, str]] = (), kind: str = ""
) -> dict[str, Any]:
    """Return the problem document for `status`, in the language in force."""
    default_kind, title, default_detail = KINDS.get(status) or _unlisted(status)
    found: dict[str, Any] = {
        "type": f"urn:liaison:problem:{kind or default_kind}",
        "title": str(title),
        "status": status,
        "detail": str(detail or default_detail),
        "errors": [dict(error) for error in errors],
    }
    if identifier := current_request_id():
        found["request_id"] = identifier
    return found


def _unlisted(status: int) -> tuple[str, Any, Any]:
    """A status nobody foresaw keeps the family's words."""
    family = 500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400
    return KINDS[family]


def problem(
    status: int,
    *,
    detail: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    kind: str = "",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an answer with the problem document. Never cached: it speaks of one request."""
    body = document(status, detail=detail, errors=errors, kind=kind)
    answer = JsonResponse(
        body,
        status=status,
        content_type=CONTENT_TYPE,
        headers=headers,
        json_dumps_params={"ensure_ascii": False},
    )
    answer["Cache-Control"] = "no-store"
    return answer


def is_api(request: HttpRequest) -> bool:
    """Say whether the caller expects JSON rather than a page."""
    return request.path_info.startswith("/api/")


def handler(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Answer an exception raised in a DRF view.

    In: the exception and DRF's context. Out: a problem document, or None for what nobody expected (a bug),
    which Django then logs with its traceback and answers through `handler500`.
    """
    if isinstance(exc, ModelValidationError):
        exc = exceptions.ValidationError(get_error_detail(exc))
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc)
    if isinstance(exc, exceptions.APIException):
        return problem(exc.status_code, detail=_detail(exc), headers=_headers(exc))
    return outside_drf(exc)


def outside_drf(exc: BaseException | None) -> HttpResponse | None:
    """Answer what Django itself or an action raises; None for the unexpected."""
    match exc:
        case Refused():
            return _refused(exc)
        case Http404():
            return problem(404)
        case PermissionDenied():
            return problem(403)
        case RequestDataTooBig():
            return problem(413)
        case SuspiciousOperation() | UnreadablePostError():
            return problem(400)
        case OperationalError() | InterfaceError():
            log.exception("The database does not answer")
            return problem(503, headers={"Retry-After": "30"})
    return None


def _refused(exc: Refused) -> HttpResponse:
    """An action's own sentence; where it names the input to change, the input was invalid."""
    if exc.field:
        return problem(400, detail=str(exc), errors=[{"field": exc.field, "detail": str(exc)}], kind="invalid")
    return problem(exc.status, detail=str(exc))


def _invalid(exc: exceptions.ValidationError) -> HttpResponse:
    errors = [{"field": field, "detail": sentence} for field, sentence in flatten(exc.detail)]
    detail = errors[0]["detail"] if len(errors) == 1 else _("Please correct what is marked and send it again.")
    return problem(exc.status_code, detail=detail, errors=errors, kind="invalid")


def flatten(detail: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for DRF's nested error details.

    >>> list(flatten({"items": [{}, {"name": ["Missing."]}], "non_field_errors": ["No."]}))
    [('items.1.name', 'Missing.'), ('', 'No.')]
    """
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            # DRF marks errors of the whole object so; with dots they belong to the object's own name.
            own = key == "non_field_errors"
            yield from flatten(inner, prefix if own else f"{prefix}.{key}".lstrip("."))
    elif isinstance(detail, (list, tuple)):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, (Mapping, list, tuple))
            yield from flatten(inner, f"{prefix}.{position}".lstrip(".") if nested else prefix)
    else:
        yield prefix, str(detail)


def _detail(exc: exceptions.APIException) -> str:
    """DRF's sentence, where it says more than ours."""
    if isinstance(exc, exceptions.Throttled):
        seconds = _wait(exc)
        return _("Please wait %(seconds)d seconds and try again.") % {"seconds": seconds} if seconds else ""
    if isinstance(exc, (exceptions.NotFound, exceptions.NotAuthenticated, exceptions.NotAcceptable)):
        return ""
    if isinstance(exc, exceptions.MethodNotAllowed) or not isinstance(exc.detail, str):
        return ""
    return str(exc.detail)


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if seconds := _wait(exc):
        headers["Retry-After"] = str(seconds)
    return headers


def _wait(exc: exceptions.APIException) -> int:
    """Whole seconds to wait before trying again; 0 when nobody knows."""
    return math.ceil(getattr(exc, "wait", None) or 0)

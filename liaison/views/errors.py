"""Errors as pages, or as problem documents under /api/."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader
from django.utils.html import format_html
from django.utils.translation import gettext as _

from liaison.problems import document, is_api, problem


def error_page(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """Return the page for `status`: templates/<status>.html, with `problem` in its context.

    From 500 on the page is rendered without context processors: they may ask the very database that is down.
    """
    found = document(status, detail=detail)
    try:
        body: str = loader.render_to_string(f"{status}.html", {"problem": found}, request if status < 500 else None)
    except TemplateDoesNotExist:
        body = _plain_page(found["title"], found["detail"])
    return HttpResponse(body, status=status)


def _plain_page(title: str, detail: str) -> str:
    return format_html(
        '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>{title}</title></head><body><main><h1>{title}</h1><p>{detail}</p>"
        '<p><a href="/">{home}</a></p></main></body></html>',
        title=title,
        detail=detail,
        home=_("Back to the home page"),
    )


def _answer(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    return problem(status, detail=detail) if is_api(request) else error_page(request, status, detail)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400. A body above the limit is Django's SuspiciousOperation too, but deserves its own number."""
    return _answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: Django has logged the exception already; the answer says nothing of it."""
    return _answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old: nearly always a page left open too long."""
    return _answer(request, 403, _("The page was open for too long. Please go back, reload it and try again."))

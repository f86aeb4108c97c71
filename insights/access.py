"""Who reads statistics: the staff, each over the petitions they may read (`petitions.access`) and no others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from petitions.access import scope_of

View = Callable[..., HttpResponseBase]


def may_read(user: Any) -> bool:
    """Members of units, holders of offices, officers and heads of stations."""
    return scope_of(user).is_staff


def for_staff(view: View) -> View:
    """Let a page be read by the staff; others find nothing there, strangers the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_read(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View, require_GET(never_cache(login_required(guarded))))

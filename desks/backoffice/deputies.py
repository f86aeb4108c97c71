"""Deputies from a file: looked at first, every bad row named, loaded all or not at all."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deputies.loader import SHEET, CannotLoadDeputies, Loaded, load_deputies
from desks.backoffice.actions import record_master_data
from desks.backoffice.files import HELD, MOST_BYTES, MOST_PROBLEMS
from desks.backoffice.tools import me, shown, tool

PAGE: Final = "desks/backoffice/deputies.html"
SHOWN: Final = 20


@tool("deputies")
@require_http_methods(["GET", "POST"])
def deputies(request: HttpRequest) -> HttpResponse:
    """Choose a file; see what it would change, or what is wrong with it; then load what was looked at."""
    context: dict[str, Any] = {"columns": [(column.name, column.required) for column in SHEET.columns]}
    if request.method == "GET":
        return shown(request, "deputies", PAGE, context)
    held = cache.get(_key(request, request.POST.get("token", "")[:40])) if request.POST.get("token") else None
    if held:
        return _load(request, held, context)
    upload = request.FILES.get("file")
    name = (upload.name or "") if upload else ""
    if upload is None or Path(name).suffix.lower() not in (".csv", ".xlsx") or (upload.size or 0) > MOST_BYTES:
        problem = _("Choose a CSV or XLSX file of at most 10 MB.")
        return shown(request, "deputies", PAGE, {**context, "problem": problem}, status=422)
    return _look(request, (Path(name).suffix.lower(), upload.read()), context)


def _look(request: HttpRequest, file: tuple[str, bytes], context: dict[str, Any]) -> HttpResponse:
    try:
        loaded = _from(file, dry_run=True)
    except CannotLoadDeputies as refusal:
        context |= {"refusal": str(refusal), "problems": refusal.problems[:MOST_PROBLEMS]}
        return shown(request, "deputies", PAGE, context, status=422)
    token = uuid.uuid4().hex
    cache.set(_key(request, token), file, HELD)
    rows = (
        (_("New rows"), loaded.created),
        (_("Changed rows"), loaded.updated),
        (_("Unchanged rows"), loaded.unchanged),
    )
    context |= {"preview": [(label, len(codes), codes[:SHOWN]) for label, codes in rows], "token": token}
    return shown(request, "deputies", PAGE, context)


def _load(request: HttpRequest, file: tuple[str, bytes], context: dict[str, Any]) -> HttpResponse:
    try:
        loaded = _from(file, dry_run=False)
    except CannotLoadDeputies as refusal:  # the directory changed since the look
        context |= {"refusal": str(refusal), "problems": refusal.problems[:MOST_PROBLEMS]}
        return shown(request, "deputies", PAGE, context, status=422)
    cache.delete(_key(request, request.POST["token"][:40]))
    rows = [len(loaded.created), len(loaded.updated)]
    record_master_data(what="deputies_loaded", data={"rows": rows}, by=me(request), now=timezone.now())
    messages.success(request, _("Loaded: the deputies are now as the file says."))
    return HttpResponseRedirect(reverse("backoffice:deputies"))


def _from(file: tuple[str, bytes], *, dry_run: bool) -> Loaded:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"deputies{file[0]}"
        path.write_bytes(file[1])
        return load_deputies(file=path, dry_run=dry_run)


def _key(request: HttpRequest, token: str) -> str:
    return f"deputies-file:{me(request).pk}:{token}"

"""Master data in and out as files: looked at first, every bad row named, loaded all or not at all."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from desks.backoffice.actions import record_master_data
from desks.backoffice.tools import me, shown, tool
from directory.actions import CannotLoadDirectory, load_directory
from directory.loader.columns import SHEETS
from directory.loader.export import as_csv, as_xlsx, names
from directory.loader.write import Tally

HELD: Final = 30 * 60  # seconds between the look and the loading
MOST_BYTES: Final = 10 * 2**20
MOST_PROBLEMS: Final = 200
KINDS: Final = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}


@tool("files")
@require_http_methods(["GET", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """Choose files; see what they would change, or what is wrong with them; then load what was looked at."""
    context: dict[str, Any] = {
        "kinds": list(KINDS),
        "sheets": [{"name": s.name, "columns": [(c.name, c.required) for c in s.columns]} for s in SHEETS],
    }
    if request.method == "GET":
        return shown(request, "files", "desks/backoffice/files.html", context)
    if token := request.POST.get("token", ""):
        return _load(request, token, context)
    return _look(request, context)


def _look(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    uploads = {upload.name or "": upload for upload in request.FILES.getlist("files")}
    problem = _unfit(uploads)
    if problem:
        return shown(request, "files", "desks/backoffice/files.html", {**context, "problem": problem}, status=422)
    contents = {name: upload.read() for name, upload in uploads.items()}
    try:
        tallies = _from_files(contents, dry_run=True)
    except CannotLoadDirectory as refusal:
        return _refused(request, refusal, context)
    token = uuid.uuid4().hex
    cache.set(_key(request, token), contents, HELD)
    context |= {"preview": _rows(tallies), "token": token}
    return shown(request, "files", "desks/backoffice/files.html", context)


def _unfit(uploads: dict[str, Any]) -> str:
    """A sentence for what is no such file at all, before anything is read."""
    if not uploads:
        return _("Choose at least one file.")
    for name in uploads:
        if Path(name).stem not in names() or Path(name).suffix.lower() not in (".csv", ".xlsx"):
            return _("“%(name)s” is none of the files that can be loaded: see their names below.") % {"name": name}
    if sum(upload.size for upload in uploads.values()) > MOST_BYTES:
        return _("The files are larger than 10 MB together.")
    return ""


def _load(request: HttpRequest, token: str, context: dict[str, Any]) -> HttpResponse:
    contents = cache.get(_key(request, token[:40]))
    if not contents:
        gone = _("The files are not held any more. Choose them once more.")
        return shown(request, "files", "desks/backoffice/files.html", {**context, "problem": gone}, status=422)
    try:
        tallies = _from_files(contents, dry_run=False)
    except CannotLoadDirectory as refusal:
        return _refused(request, refusal, context)
    cache.delete(_key(request, token))
    changed = {name: [tally.created, tally.updated] for name, tally in tallies.items()}
    record_master_data(what="directory_loaded", data=changed, by=me(request), now=timezone.now())
    messages.success(request, _("Loaded: the directory is now as the files say."))
    return HttpResponseRedirect(reverse("backoffice:files"))


def _refused(request: HttpRequest, refusal: CannotLoadDirectory, context: dict[str, Any]) -> HttpResponse:
    context |= {"refusal": str(refusal), "problems": refusal.problems[:MOST_PROBLEMS]}
    return shown(request, "files", "desks/backoffice/files.html", context, status=422)


def _from_files(contents: dict[str, bytes], *, dry_run: bool) -> dict[str, Tally]:
    """The loader reads a folder: give it one that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents.items():
            path = Path(name)  # checked by `_unfit`: a known stem and suffix, so no folder in it
            (Path(folder) / f"{path.stem}{path.suffix.lower()}").write_bytes(content)
        return load_directory(folder=Path(folder), dry_run=dry_run)


def _key(request: HttpRequest, token: str) -> str:
    return f"directory-files:{me(request).pk}:{token}"


def _rows(tallies: dict[str, Tally]) -> list[dict[str, Any]]:
    return [
        {"name": name, "created": tally.created, "updated": tally.updated, "unchanged": tally.unchanged}
        for name, tally in tallies.items()
    ]


@tool("files")
@require_GET
def export(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """One file as it would be loaded again."""
    if name not in names() or kind not in KINDS:
        raise Http404
    content_type, write = KINDS[kind]
    response = HttpResponse(write(name), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response

"""The only writer of exports: asked for on the page or by the interface, written by the worker, gone after a day."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.keyset import page
from accounts.models import User
from common.nudge import nudge
from common.sheets import csv_lines, write_xlsx
from desks import columns
from desks.listing import asked, columns_of, filtered
from desks.models import Export, ExportFormat, ExportState
from journal import actions as journal
from journal.models import Visibility
from journal.refusals import Refused
from notifications.actions import Message, enqueue
from notifications.models import Channel
from petitions.access import scope_of

MATTER = "export"
AT_ONCE = 3  # unfinished ones of one person
A_DAY = 30  # of one person
PAGE = 1000  # rows read at a time
UNSHOWN = ("text", "search", "public_search", "public_text")
LEASE = timedelta(minutes=15)  # after which a worker that says nothing is taken for dead
ATTEMPTS = 3


class CannotExport(Refused):
    """Too many at once, or what was asked for is not understood, too large, gone or no longer allowed."""


# --- Asked for ----------------------------------------------------------------------------------------------------


@transaction.atomic
def ask(*, user: User, query: str, format: str, personal: bool, now: datetime) -> Export:
    """Note that `user` wants a file of the worklist under `query`; the worker writes it. Raises CannotExport."""
    if format not in ExportFormat.values:
        raise CannotExport(_("Choose CSV or XLSX."), field="format")
    kept = asked(dict(parse_qsl(query)))
    kept.pop("cursor", None)
    _found, problem = filtered(user, kept)
    if problem:
        raise CannotExport(problem, field="query")
    User.objects.select_for_update().only("pk").get(pk=user.pk)  # two requests at once count one another
    mine = Export.objects.filter(user=user)
    if mine.filter(state__in=[ExportState.WAITING, ExportState.RUNNING]).count() >= AT_ONCE:
        raise CannotExport(_("Some of your files are still being written. Wait until they are ready."))
    if mine.filter(asked_at__gt=now - timedelta(days=1)).count() >= A_DAY:
        raise CannotExport(_("You have asked for very many files today. Try again tomorrow."))
    export = Export.objects.create(
        user=user,
        query=urlencode(kept)[:500],
        format=format,
        personal=personal,
        language=user.language or settings.LANGUAGE_CODE,
        asked_at=now,
    )
    _record(export, "ask_export", now, {"filters": sorted(kept), "format": format, "personal": personal})
    nudge("desks.tasks.export", export.pk)
    return export


# --- Written by the worker ----------------------------------------------------------------------------------------


def run(*, export_id: int, now: datetime) -> bool:
    """Write one export, unless another worker has it; return whether it was taken in hand."""
    export = _claim(export_id, now)
    if export is None:
        return False
    user = User.objects.get(pk=export.user_id)
    try:
        with override(export.language), tempfile.TemporaryFile() as file:
            _write(export, user, file, now)
            file.seek(0)
            _settle(export, user, file, now)
    except CannotExport as refusal:
        _fail(export, str(refusal.field or "failed"), now)
    except Exception:
        _fail(export, "broken", now, again=export.attempts < ATTEMPTS)
        raise
    return True


@transaction.atomic
def _claim(export_id: int, now: datetime) -> Export | None:
    free = Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING, started_at__lte=now - LEASE)
    export = Export.objects.select_for_update(skip_locked=True).filter(free, pk=export_id).first()
    if export is None:
        return None
    export.state, export.started_at, export.attempts, export.rows = ExportState.RUNNING, now, export.attempts + 1, 0
    export.save(update_fields=["state", "started_at", "attempts", "rows"])
    return export


def _write(export: Export, user: User, file: IO[bytes], now: datetime) -> None:
    """Stream all rows into `file`. What the person may read is asked now, not when they asked."""
    if not user.is_active:
        raise CannotExport("", field="not_allowed")
    export.scope = scope_mark(user)
    query = asked(dict(parse_qsl(export.query)))
    found, problem = filtered(user, query)
    if problem:
        raise CannotExport(problem, field="not_understood")
    found = (found.select_related("contact") if export.personal else found).defer(*UNSHOWN)
    export.total = found.order_by()[: settings.EXPORT_MAX_ROWS + 1].count()
    if export.total > settings.EXPORT_MAX_ROWS:
        raise CannotExport("", field="too_many")
    Export.objects.filter(pk=export.pk).update(total=export.total)
    rows = _rows(export, user, found, columns_of(query), now)
    if export.format == ExportFormat.CSV:
        for piece in csv_lines(rows):
            file.write(piece.encode())
    else:
        write_xlsx(rows, file, title=_("Petitions"))


def _rows(export: Export, user: User, found: Any, order: tuple[str, ...], now: datetime) -> Iterator[list[Any]]:
    """Heading and lines, a page at a time by keyset, so that memory holds a page and no more."""
    yield columns.heading(personal=export.personal)
    cursor: str | None = ""
    while cursor is not None:
        part = page(found, order, cursor=cursor, size=PAGE)
        yield from columns.lines(part.rows, user, now, personal=export.personal)
        export.rows += len(part.rows)
        Export.objects.filter(pk=export.pk).update(rows=export.rows)
        cursor = part.next


def _settle(export: Export, user: User, file: IO[bytes], now: datetime) -> None:
    """Keep the file, note it, and tell the person; the file goes again when that fails."""
    export.file.save(f"exports/{now:%Y/%m}/{secrets.token_hex(16)}.{export.format}", File(file), save=False)
    try:
        with transaction.atomic():
            export.state, export.ended_at, export.size = ExportState.READY, now, export.file.size
            export.expires_at = now + timedelta(hours=settings.EXPORT_HOURS)
            fields = ["state", "ended_at", "expires_at", "file", "size", "scope", "rows", "total"]
            export.save(update_fields=fields)
            _record(export, "export_ready", now, {"rows": export.rows})
            enqueue(messages=[_ready(export, user)], now=now)
    except BaseException:
        export.file.delete(save=False)
        raise


def _ready(export: Export, user: User) -> Message:
    return Message(
        event=f"export:{export.pk}",
        channel=Channel.INBOX,
        user_id=user.pk,
        subject=_("Your file is ready"),
        body=_("The file with %(rows)d petitions can be fetched until %(until)s.")
        % {"rows": export.rows, "until": date_format(timezone.localtime(export.expires_at), "DATE_FORMAT")},
        language=export.language,
        url="/desk/exports/",
    )


def _fail(export: Export, reason: str, now: datetime, *, again: bool = False) -> None:
    state = ExportState.WAITING if again else ExportState.FAILED
    Export.objects.filter(pk=export.pk).update(state=state, reason=reason[:20], ended_at=None if again else now)


def unfinished(now: datetime) -> list[int]:
    """Return what no worker has in hand: messages that were lost, workers that died."""
    lost = Q(state=ExportState.WAITING, asked_at__lte=now - timedelta(seconds=20))
    dead = Q(state=ExportState.RUNNING, started_at__lte=now - LEASE)
    return list(Export.objects.filter(lost | dead, attempts__lt=ATTEMPTS).values_list("pk", flat=True)[:20])


def forget(*, now: datetime) -> int:
    """Remove the files whose time is over, and give up on those that broke every worker; return how many."""
    hopeless = Q(state=ExportState.RUNNING, started_at__lte=now - LEASE, attempts__gte=ATTEMPTS)
    Export.objects.filter(hopeless).update(state=ExportState.FAILED, reason="broken", ended_at=now)
    over = list(Export.objects.filter(state=ExportState.READY, expires_at__lte=now)[:500])
    for export in over:
        name = export.file
        Export.objects.filter(pk=export.pk).update(state=ExportState.EXPIRED, file="")
        name.delete(save=False)
    return len(over)


# --- Fetched ------------------------------------------------------------------------------------------------------


def fetch(*, export: Export, by: User, now: datetime) -> File[bytes]:
    """Return the file, opened, and note who fetched it. Raises CannotExport when it is over or no longer allowed."""
    if export.state != ExportState.READY or export.expires_at is None or export.expires_at <= now:
        raise CannotExport(_("The file is not there any more. Ask for a new one."))
    if export.scope != scope_mark(by):
        raise CannotExport(_("Your duties have changed since this file was written. Ask for a new one."))
    try:
        opened = export.file.open("rb")
    except FileNotFoundError:
        raise CannotExport(_("The file is not there any more. Ask for a new one.")) from None
    _record(export, "fetch_export", now, {"rows": export.rows, "personal": export.personal})
    return opened


@transaction.atomic
def remove(*, export: Export, now: datetime) -> None:
    """Take one's file away before its time."""
    locked = Export.objects.select_for_update().get(pk=export.pk)
    if locked.state != ExportState.READY:
        return
    Export.objects.filter(pk=locked.pk).update(state=ExportState.EXPIRED, file="", expires_at=now)
    transaction.on_commit(lambda: locked.file.delete(save=False))
    _record(locked, "remove_export", now, {})


def scope_mark(user: User) -> str:
    """Return a digest of everything from which it follows what this person may read."""
    scope = scope_of(user)
    held = (
        sorted(scope.unit.units.items()), sorted(scope.unit.offices), sorted(scope.officer_of), sorted(scope.head_of),
        scope.deputy,
    )  # fmt: skip
    return hashlib.sha256(repr(held).encode()).hexdigest()


def _record(export: Export, action: str, now: datetime, data: dict[str, Any]) -> None:
    """Who exported what, when: names of filters and numbers, none of the words that were searched for."""
    journal.write(
        matter_type=MATTER,
        matter_id=export.pk,
        action=action,
        at=now,
        actor=export.user,
        actor_kind=_capacity(export.user),
        data=data,
        visibility=Visibility.STAFF,
        silent=True,  # `_settle` tells the one person
    )


def _capacity(user: User) -> str:
    scope = scope_of(user)
    offices = sorted({role for _path, role in scope.unit.offices}, reverse=True)
    units = sorted(set(scope.unit.units.values()))
    station = ["officer"] if scope.officer_of else ["station_head"] if scope.head_of else []
    return [*offices, *station, *units, "deputy"][0]

"""QR codes: made once for each station and deputy; scans are counted and nothing else is kept of them."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from deputies.models import Deputy
from directory.calendar import local_day
from stations.models import CodeScans, OpinionCode, Station

# Without letters and digits that are mistaken for one another when typed from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 7


def code_for(*, station: Station | None = None, deputy: Deputy | None = None, now: datetime) -> OpinionCode:
    """Return the code of a station or a deputy; the first call makes it, and it stays."""
    known = OpinionCode.objects.filter(station=station, deputy=deputy).first()
    while known is None:
        try:
            with transaction.atomic():
                return OpinionCode.objects.create(code=_new(), station=station, deputy=deputy, created_at=now)
        except IntegrityError:  # made meanwhile, or (once in 27 thousand million) the same letters twice
            known = OpinionCode.objects.filter(station=station, deputy=deputy).first()
    return known


def _new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def count_scan(*, code: OpinionCode, now: datetime) -> None:
    """One scan more on this day. One statement, so that scans at the same moment are all counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CodeScans._meta.db_table} (code_id, day, number) VALUES (%s, %s, 1)"  # noqa: S608 (constant)
            f" ON CONFLICT (code_id, day) DO UPDATE SET number = {CodeScans._meta.db_table}.number + 1",
            [code.pk, local_day(now)],
        )

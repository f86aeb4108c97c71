"""Reading standards and quotas: which hold for a station, and who is behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from directory.calendar import SHANGHAI
from stations.models import (
    CheckState,
    MeetingHeld,
    Quota,
    QuotaSubject,
    Reception,
    ReceptionState,
    SelfCheck,
    Standard,
    Station,
)


def standards_for(station: Station) -> list[Standard]:
    """Return the standards in use that hold for this station."""
    found = Standard.objects.filter(is_active=True)
    return list(found if station.is_model else found.filter(for_models_only=False))


@dataclass(frozen=True)
class Progress:
    """How far a station is with one quota of a year."""

    quota: Quota
    done: int
    asked: int
    due: int  # by today, in even steps over the year

    @property
    def is_behind(self) -> bool:
        """Whether less was held than is due by today."""
        return self.done < self.due


@dataclass(frozen=True)
class Standing:
    """A station with its quotas and its self-check of a year."""

    station: Station
    progress: list[Progress]
    check: SelfCheck | None

    @property
    def is_behind(self) -> bool:
        """Whether any quota is behind."""
        return any(each.is_behind for each in self.progress)

    @property
    def needs_inspection(self) -> bool:
        """Whether the commission has a self-check to inspect."""
        return self.check is not None and self.check.state == CheckState.SUBMITTED


def standings(stations: Sequence[Station], today: date) -> list[Standing]:
    """Return where each station stands in this year: four statements however many there are."""
    pks = [station.pk for station in stations]
    quotas = list(Quota.objects.all())
    held = {
        QuotaSubject.RECEPTION.value: _receptions(pks, today.year),
        QuotaSubject.DELIBERATION.value: _meetings(pks, today.year),
    }
    checks = {check.station_id: check for check in SelfCheck.objects.filter(station__in=pks, year=today.year)}
    return [
        Standing(
            station,
            [
                Progress(quota, held[quota.subject].get(station.pk, 0), asked, due_by(asked, today))
                for quota in quotas
                if quota.station_kind == station.kind and (asked := quota.of(station))
            ],
            checks.get(station.pk),
        )
        for station in stations
    ]


def due_by(asked: int, today: date) -> int:
    """How many of a yearly number are due by the end of today: full shares of the year that have passed."""
    first, next_year = date(today.year, 1, 1), date(today.year + 1, 1, 1)
    return asked * ((today - first).days + 1) // (next_year - first).days


def _receptions(stations: Sequence[int], year: int) -> dict[int, int]:
    first, next_first = (datetime(each, 1, 1, tzinfo=SHANGHAI) for each in (year, year + 1))
    held = Reception.objects.filter(station__in=stations, state=ReceptionState.CLOSED)
    rows = held.filter(starts_at__gte=first, starts_at__lt=next_first)
    return dict(rows.order_by().values_list("station_id").annotate(Count("pk")))


def _meetings(stations: Sequence[int], year: int) -> dict[int, int]:
    rows = MeetingHeld.objects.filter(station__in=stations, date__year=year)
    return dict(rows.order_by().values_list("station_id").annotate(Count("pk")))

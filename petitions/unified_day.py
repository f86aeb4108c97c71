"""How a unified reception day goes: counted where it happened, by community, in four statements whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, F, Q, Sum

from directory import queries
from directory.models import Area
from petitions.models import Petition
from stations.lifecycle import DayState, ReceptionState
from stations.models import Outcome, Reception, ReceptionDuty, UnifiedDay, Visit


@dataclass
class Numbers:
    """What is counted, for one place or for all."""

    stations: int = 0
    open: int = 0
    held: int = 0
    on_duty: int = 0
    present: int = 0
    received: int = 0
    visits: int = 0
    on_the_spot: int = 0
    raised: int = 0
    routed: int = 0
    answered: int = 0

    def add(self, **more: int | None) -> None:
        """Add to the numbers named."""
        for name, number in more.items():
            setattr(self, name, getattr(self, name) + (number or 0))


@dataclass
class DayNumbers:
    """All numbers of a day: in all and by sub-district."""

    total: Numbers = field(default_factory=Numbers)
    places: list[tuple[Area, Numbers]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As the closing report keeps them."""
        return {
            "total": asdict(self.total),
            "places": [{"area": area.code, **asdict(numbers)} for area, numbers in self.places],
        }


def day_numbers(day: UnifiedDay) -> DayNumbers:
    """Count a day. Each statement is an aggregate over an index of the day's receptions, grouped by area."""
    found = DayNumbers()
    rows: dict[int, Numbers] = defaultdict(Numbers)
    for source in (_receptions(day), _duties(day), _visits(day), _petitions(day)):
        for row in source:
            area = row.pop("place")
            rows[area].add(**row)
            found.total.add(**row)
    found.places = _by_subdistrict(rows)
    return found


def _receptions(day: UnifiedDay) -> Iterable[dict[str, Any]]:
    counted = Reception.objects.filter(day=day).exclude(state=ReceptionState.CANCELLED)
    return _grouped(counted, "station__area_id").annotate(
        stations=Count("pk"),
        open=Count("pk", filter=Q(state=ReceptionState.OPEN)),
        held=Count("pk", filter=Q(state=ReceptionState.CLOSED)),
    )


def _duties(day: UnifiedDay) -> Iterable[dict[str, Any]]:
    counted = ReceptionDuty.objects.filter(reception__day=day).exclude(reception__state=ReceptionState.CANCELLED)
    return _grouped(counted, "reception__station__area_id").annotate(
        on_duty=Count("pk"), present=Count("pk", filter=Q(attended=True))
    )


def _visits(day: UnifiedDay) -> Iterable[dict[str, Any]]:
    return _grouped(Visit.objects.filter(reception__day=day), "area_id").annotate(
        visits=Count("pk"), received=Sum("group_size"), on_the_spot=Count("pk", filter=Q(outcome=Outcome.ANSWERED))
    )


def _petitions(day: UnifiedDay) -> Iterable[dict[str, Any]]:
    return _grouped(Petition.objects.filter(visit__reception__day=day), "visit__area_id").annotate(
        raised=Count("pk"),
        routed=Count("pk", filter=Q(lead_unit__isnull=False)),
        answered=Count("pk", filter=Q(replied_at__isnull=False)),
    )


def _grouped(rows: Any, area: str) -> Any:
    """By the community, under a name that is no field of any of these tables."""
    return rows.order_by().annotate(place=F(area)).values("place")


def _by_subdistrict(rows: dict[int, Numbers]) -> list[tuple[Area, Numbers]]:
    found: dict[int, Numbers] = defaultdict(Numbers)
    places: dict[int, Area] = {}
    for number, counted in rows.items():
        area = queries.area_by_id(number)
        if area is None:
            continue
        if area.level == Area.Level.COMMUNITY and area.parent_id:
            area = queries.area_by_id(area.parent_id) or area
        places[area.pk] = area
        found[area.pk].add(**asdict(counted))
    return [(places[pk], found[pk]) for pk in sorted(places, key=lambda pk: places[pk].path)]


def reported(report: Mapping[str, Any]) -> DayNumbers:
    """Return the numbers that a closing report kept."""
    rows = [(queries.area_by_code(row["area"]), row) for row in report.get("places", [])]
    places = [(area, Numbers(**{k: v for k, v in row.items() if k != "area"})) for area, row in rows if area]
    return DayNumbers(Numbers(**report.get("total", {})), places)


def counted(day: UnifiedDay) -> DayNumbers:
    """Return a day's numbers as they are now; of a closed day as its report kept them."""
    return reported(day.report) if day.state == DayState.CLOSED else day_numbers(day)

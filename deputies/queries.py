"""Reading about deputies and their duty."""

from __future__ import annotations

from datetime import date
from typing import Any

from deputies.models import Deputy, DutyPolicy, ScoringRule
from deputies.points import Book, Rule
from directory.distances import nearest, point_of


def policy() -> DutyPolicy:
    """The limits of duty; the defaults where nobody has set them."""
    return DutyPolicy.objects.filter(pk=1).first() or DutyPolicy(pk=1)


def book() -> Book:
    """All scoring rules, past ones too; one SELECT."""
    return Book(
        Rule(r.pk, r.item, r.part, r.points, r.cap, tuple(r.facts), r.valid_from, r.valid_until)
        for r in ScoringRule.objects.all()
    )


def rules_by_item(day: date) -> dict[str, ScoringRule]:
    """The rules that hold on a day, by item."""
    return {rule.item: rule for rule in ScoringRule.objects.on(day)}


def names_of_items() -> dict[str, str]:
    """Each item's name in the language now active, as its latest rule says."""
    return {rule.item: rule.label for rule in ScoringRule.objects.order_by("valid_from")}


def stations_of(deputy: Deputy) -> list[tuple[float | None, Any]]:
    """The deputy's stations with their distance in kilometres from the deputy's own area, the nearest first."""
    attached = deputy.stations.filter(is_active=True).order_by("code")
    here = point_of(deputy.area)
    return nearest(attached, here) if here else [(None, each) for each in attached]

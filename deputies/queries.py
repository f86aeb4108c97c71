"""Reading about deputies and their duty."""

from __future__ import annotations

from datetime import date

from deputies.models import DutyPolicy, ScoringRule
from deputies.points import Book, Rule


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

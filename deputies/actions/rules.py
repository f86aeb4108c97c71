"""Scoring rules and rhythms: added, ended, followed by others; never rewritten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deputies.actions.records import hold
from deputies.models import DutyPart, DutyPolicy, DutyRecord, Rhythm, ScoringRule
from journal.actions import queue_facts
from journal.refusals import Refused

DEFAULTS = Path(__file__).parent.parent / "defaults" / "pingshan.json"


class CannotChangeRule(Refused):
    """The change would rewrite points that were granted."""


@dataclass(frozen=True)
class Worth:
    """What a rule says, beside its dates."""

    item: str
    name: str
    part: str
    points: int
    name_en: str = ""
    cap: int | None = None
    facts: Sequence[str] = ()
    by_deputy: bool = False
    by_officer: bool = False


@transaction.atomic
def add_rule(*, worth: Worth, valid_from: date) -> ScoringRule:
    """Add a rule from a day on; one of the same item that has no end, ends there.

    What happened since that day and was filed under no rule is filed now. Raises CannotChangeRule where records of
    the item from that day on exist: their points stay.
    """
    hold()
    filed = DutyRecord.objects.filter(item=worth.item)
    if ScoringRule.objects.filter(item=worth.item, valid_from__gte=valid_from).exists():
        raise CannotChangeRule(_("A rule for this item begins on that day or later already."), field="valid_from")
    if filed.filter(on__gte=valid_from).exists():
        raise CannotChangeRule(
            _("Points of that day are granted already. A new rule begins after the last of them."), field="valid_from"
        )
    if worth.part not in DutyPart.values:
        raise CannotChangeRule(_("The part of the file is not known."), field="part")
    ScoringRule.objects.filter(item=worth.item, valid_until=None).update(valid_until=valid_from)
    rule = ScoringRule.objects.create(
        item=worth.item,
        name=worth.name,
        name_en=worth.name_en,
        part=worth.part,
        points=worth.points,
        cap=worth.cap,
        facts=list(worth.facts),
        by_deputy=worth.by_deputy,
        by_officer=worth.by_officer,
        valid_from=valid_from,
    )
    queue_facts(facts=worth.facts)
    return rule


@transaction.atomic
def end_rule(*, rule: ScoringRule, valid_until: date) -> ScoringRule:
    """End a rule. Raises CannotChangeRule where records from that day on stand under it."""
    hold()
    if valid_until <= rule.valid_from:
        raise CannotChangeRule(_("A rule ends after it begins."), field="valid_until")
    if DutyRecord.objects.filter(rule=rule, on__gte=valid_until).exists():
        raise CannotChangeRule(
            _("Points of that day are granted already. The rule ends after the last of them."), field="valid_until"
        )
    rule.valid_until = valid_until
    rule.save(update_fields=["valid_until"])
    return rule


@transaction.atomic
def load_rules(*, file: Path = DEFAULTS) -> int:
    """Enter the rules, rhythms and limits of a file where none are yet; return how many were new."""
    given = json.loads(file.read_text("utf-8"))
    DutyPolicy.objects.get_or_create(pk=1, defaults=given.get("policy", {}))
    known = set(ScoringRule.objects.values_list("item", flat=True))
    new = [row for row in given["rules"] if row["item"] not in known]
    for row in new:
        add_rule(worth=_worth(row), valid_from=date.fromisoformat(given["valid_from"]))
    for position, row in enumerate(given.get("rhythms", [])):
        _rhythm, fresh = Rhythm.objects.get_or_create(
            code=row["code"], defaults={"position": position} | {k: v for k, v in row.items() if k != "code"}
        )
        new += [row] if fresh else []
    return len(new)


def _worth(row: Mapping[str, Any]) -> Worth:
    return Worth(**row)

"""How duty is counted: all of it data. Rules hold between two days and are never rewritten, only ended and followed."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class DutyPart(models.TextChoices):
    """The eight parts of a duty file (履职档案), as Daxing and Pingshan keep it."""

    BASICS = "basics", _("Basics and contact with residents")
    MEETINGS = "meetings", _("Meetings")
    INSPECTIONS = "inspections", _("Inspections and surveys")
    STUDY = "study", _("Study")
    GROUP = "group", _("Group activity")
    SUGGESTIONS = "suggestions", _("Suggestions and matters followed")
    REPORTS = "reports", _("Duty reports")
    AWARDS = "awards", _("Awards")


class RuleQuerySet(models.QuerySet["ScoringRule"]):
    def on(self, day: date) -> RuleQuerySet:
        """The rules that hold on a day."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)


class ScoringRule(models.Model):
    """What one item is worth from `valid_from` until before `valid_until`, and which journal rows are such an item.

    Points once granted stay: a rule's worth cannot be changed (database trigger), only ended and followed by another.
    """

    item = models.SlugField(_("item"), max_length=32)
    name = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    part = models.CharField(_("part of the file"), max_length=12, choices=DutyPart.choices)
    points = models.SmallIntegerField(_("points"), help_text=_("For each; nothing, where it is only noted."))
    cap = models.PositiveSmallIntegerField(_("most a year"), null=True, blank=True)
    # "reception.held": the journal's matter type and action. Empty for what only entries with evidence can be.
    facts = ArrayField(models.CharField(max_length=61), blank=True, default=list, verbose_name=_("journal rows"))
    by_deputy = models.BooleanField(_("a deputy may enter it with evidence"), default=False)
    by_officer = models.BooleanField(_("station and commission may enter it"), default=False)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until before"), null=True, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("scoring rule")
        verbose_name_plural = _("scoring rules")
        ordering = ["part", "item", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["item", "valid_from"], name="scoring_rule_once_a_day"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(valid_until=None), name="scoring_rule_one_without_end"
            ),
            models.CheckConstraint(
                name="scoring_rule_ends_after_start",
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="worth_stays",
                fields=["item", "part", "points", "cap", "facts", "valid_from"],
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language now active."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Period(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


class Rhythm(models.Model):
    """What is expected how often (Daxing: station monthly 月进站, home quarterly 季回家, report yearly 年述职)."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    period = models.CharField(_("period"), max_length=8, choices=Period.choices)
    times = models.PositiveSmallIntegerField(_("times"), default=1)
    items = ArrayField(models.SlugField(max_length=32), verbose_name=_("items that count"))
    # Only at a station of this kind; empty for anywhere. The codes of stations.models.StationKind.
    station_kind = models.CharField(_("at a station of this kind"), max_length=16, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("rhythm of duty")
        verbose_name_plural = _("rhythms of duty")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language now active."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class DutyPolicy(models.Model):
    """The limits of duty, one row for the installation (`deputies.queries.policy`)."""

    show_rankings = models.BooleanField(
        _("publish rankings"), default=False, help_text=_("Facts of duty are public; a ranking is not, unless chosen.")
    )
    urge_pause_wd = models.PositiveSmallIntegerField(_("working days between two urgings of a matter"), default=5)
    claims_at_once = models.PositiveSmallIntegerField(_("matters a deputy follows at once"), default=20)
    appeal_wd = models.PositiveSmallIntegerField(_("working days to appeal"), default=10)
    remind_days = models.PositiveSmallIntegerField(_("days before a period's end to remind"), default=7)

    class Meta:
        verbose_name = _("limits of duty")
        verbose_name_plural = _("limits of duty")
        constraints = [models.CheckConstraint(name="duty_policy_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

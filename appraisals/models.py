"""Duty reports: what a deputy reports of a year, the meeting it is presented at, the vote. Written by actions only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appraisals.lifecycle import PUBLIC, ReportState
from ballots.models import Poll
from deputies.access import visible_filter
from deputies.models import Deputy
from stations.models import Station


class AppraisalRuleQuerySet(models.QuerySet["AppraisalRule"]):
    def on(self, day: date) -> AppraisalRule:
        """The rule that holds on a day; the published practice (50 voters) where none was entered."""
        return self.filter(valid_from__lte=day).order_by("-valid_from").first() or AppraisalRule(valid_from=day)


class AppraisalRule(models.Model):
    """From when on how many votes make an appraisal valid. Past appraisals keep the number they were held under."""

    valid_from = models.DateField(_("valid from"), unique=True)
    minimum = models.PositiveIntegerField(_("votes needed"), default=50)

    objects = AppraisalRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule on appraisals")
        verbose_name_plural = _("rules on appraisals")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.minimum}"


class DutyReportQuerySet(models.QuerySet["DutyReport"]):
    def public(self) -> DutyReportQuerySet:
        """What everybody may read."""
        return self.filter(state__in=PUBLIC)

    def visible_to(self, user: Any) -> DutyReportQuerySet:
        """The own reports, those of deputies whose file one looks after, and what is public."""
        return self.filter(Q(state__in=PUBLIC) | visible_filter(user, "deputy__"))

    def at_desk_of(self, user: Any) -> DutyReportQuerySet:
        """The own reports and those of deputies whose file one looks after: what somebody works on."""
        return self.filter(visible_filter(user, "deputy__"))


class DutyReport(models.Model):
    """One deputy's report of one year."""

    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="duty_reports", db_index=False)
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=10, choices=ReportState.choices, default=ReportState.DRAFT)
    state_since = models.DateTimeField()
    text = models.TextField(_("report"), blank=True, default="")
    # What the duty file says of the year, as it was when drafted: [{"item", "count"}].
    facts = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True, blank=True)
    meeting_at = models.DateTimeField(_("meeting"), null=True, blank=True)
    meeting_place = models.CharField(pgettext_lazy("meeting", "place"), max_length=200, blank=True, default="")
    station = models.ForeignKey(
        Station, null=True, blank=True, on_delete=models.PROTECT, related_name="duty_reports", verbose_name=_("station")
    )
    poll = models.OneToOneField(Poll, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(null=True, blank=True)

    objects = DutyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty report")
        verbose_name_plural = _("duty reports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["deputy", "year"], name="duty_report_once_a_year"),
            models.CheckConstraint(
                name="duty_report_public_has_time",
                condition=Q(state__in=["draft", "checking"]) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="duty_report_vote_has_poll",
                condition=Q(state__in=["draft", "checking", "published"]) | Q(poll__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"], condition=Q(published_at__isnull=False), name="duty_report_published"
            ),
            models.Index(fields=["station", "-meeting_at"], name="duty_report_of_station"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} {self.year}"

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.state in PUBLIC

"""What is asked of a station: standards with a yearly self-check, quotas, and the rules of receptions. All data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from stations.access import managed_filter
from stations.models.station import Station, StationKind


class StandardKind(models.TextChoices):
    SITE = "site", _("The site")
    SERVICE = "service", _("The service")


class Standard(models.Model):
    """One line of the checklist: what a station must have or do."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    kind = models.CharField(_("about"), max_length=8, choices=StandardKind.choices)
    title = models.CharField(_("standard in Chinese"), max_length=120)
    title_en = models.CharField(_("standard in English"), max_length=200, blank=True)
    for_models_only = models.BooleanField(_("model stations only"), default=False)
    needs_photo = models.BooleanField(_("shown by a photo"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("standard of stations")
        verbose_name_plural = _("standards of stations")
        ordering = ["kind", "position", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The standard in the language now active."""
        return self.title_en if self.title_en and (get_language() or "").startswith("en") else self.title


class CheckState(models.TextChoices):
    DRAFT = "draft", _("Being filled in")
    SUBMITTED = "submitted", _("Waiting for inspection")
    PASSED = "passed", _("Inspected: standards met")
    TO_MEND = "to_mend", _("Inspected: something to mend")


class CheckQuerySet(models.QuerySet["SelfCheck"]):
    def visible_to(self, user: Any) -> CheckQuerySet:
        """The checks of stations this user looks after."""
        return self.filter(managed_filter(user, "station__"))


class SelfCheck(models.Model):
    """A station's self-check of one year, inspected by the commission."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="checks", db_index=False)
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=10, choices=CheckState.choices, default=CheckState.DRAFT)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    inspected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    inspected_at = models.DateTimeField(null=True, blank=True)
    finding = models.TextField(_("finding of the inspection"), blank=True, default="")

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-check")
        verbose_name_plural = _("self-checks")
        ordering = ["-year", "station"]
        constraints = [
            models.UniqueConstraint(fields=["station", "year"], name="self_check_once_a_year"),
            models.CheckConstraint(
                name="self_check_inspected_by_somebody",
                condition=Q(state__in=["draft", "submitted"]) | Q(inspected_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.year}"


class CheckAnswer(models.Model):
    """What the officer says about one standard, and what the commission found."""

    check_of = models.ForeignKey(SelfCheck, on_delete=models.CASCADE, related_name="answers", db_index=False)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    met = models.BooleanField(_("met"))
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    # None: the inspection agrees with the officer.
    found = models.BooleanField(_("met, by the inspection"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer of a self-check")
        verbose_name_plural = _("answers of self-checks")
        constraints = [models.UniqueConstraint(fields=["check_of", "standard"], name="check_answer_once")]

    def __str__(self) -> str:
        return f"{self.standard_id}: {self.met}"


class CheckPhoto(models.Model):
    """A photo that shows a standard met. Served to those who look after the station only."""

    check_of = models.ForeignKey(SelfCheck, on_delete=models.CASCADE, related_name="photos", db_index=False)
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+")
    file = models.FileField(max_length=200)
    content_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo of a self-check")
        verbose_name_plural = _("photos of self-checks")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["check_of", "standard", "digest"], name="check_photo_once")]

    def __str__(self) -> str:
        return f"photo {self.pk}"


class QuotaSubject(models.TextChoices):
    RECEPTION = "reception", _("Receptions")
    DELIBERATION = "deliberation", _("Deliberation meetings")


class Quota(models.Model):
    """How many of something a station of a kind holds in a year; a model station has a number of its own."""

    subject = models.CharField(_("what is counted"), max_length=12, choices=QuotaSubject.choices)
    station_kind = models.CharField(_("kind of station"), max_length=16, choices=StationKind.choices)
    per_year = models.PositiveSmallIntegerField(_("a year"), validators=[MaxValueValidator(366)])
    per_year_model = models.PositiveSmallIntegerField(
        _("a year at a model station"), validators=[MaxValueValidator(366)]
    )

    class Meta:
        verbose_name = _("yearly quota")
        verbose_name_plural = _("yearly quotas")
        ordering = ["subject", "station_kind"]
        constraints = [models.UniqueConstraint(fields=["subject", "station_kind"], name="quota_once")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} · {self.get_station_kind_display()}"

    def of(self, station: Station) -> int:
        """The number that holds for this station."""
        return self.per_year_model if station.is_model else self.per_year


class MeetingHeld(models.Model):
    """A deliberation meeting that a station held, as its officer noted it, for the quota."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="meetings", db_index=False)
    date = models.DateField(_("day"))
    title = models.CharField(_("topic"), max_length=120)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("deliberation meeting held")
        verbose_name_plural = _("deliberation meetings held")
        ordering = ["-date", "-id"]
        constraints = [models.UniqueConstraint(fields=["station", "date", "title"], name="meeting_held_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.title}"


class ReceptionRule(models.Model):
    """The rules of receptions: one row, or none and the defaults hold."""

    notice_days = models.PositiveSmallIntegerField(_("days of notice before a reception"), default=3)
    longest_series = models.PositiveSmallIntegerField(_("most sessions of a series"), default=53)

    class Meta:
        verbose_name = _("rule of receptions")
        verbose_name_plural = _("rules of receptions")
        constraints = [models.CheckConstraint(name="reception_rule_once", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """There is one row at most."""
        self.pk = 1
        super().save(*args, **kwargs)

"""Limits of time, and the days that this place counts differently. Data, never constants."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PetitionKind(models.TextChoices):
    """The three types of the Regulations on Petitions (信访工作条例) 2022."""

    SUGGESTION = "suggestion", _("Opinions and suggestions")
    ACCUSATION = "accusation", _("Reports and accusations")
    CLAIM = "claim", _("Appeals and claims")


class Urgency(models.TextChoices):
    URGENT = "urgent", _("Urgent")
    ORDINARY = "ordinary", _("Ordinary")
    COMPLEX = "complex", _("Complex")


def _first_steps() -> list[int]:
    """When it falls due, then one and three working days later: unit head, dispatcher, supervisor."""
    return [0, 1, 3]


def _limit(label: object, default: int | None, **kwargs: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, **kwargs)  # type: ignore[arg-type]


class ServiceLevel(models.Model):
    """Every limit of time for one kind of petition and one urgency. Defaults: DOMAIN.md.

    `_hours` run on the clock, `_wd` are working days, `_days` calendar days of the law.
    """

    kind = models.CharField(_("kind of petition"), max_length=12, choices=PetitionKind)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency)

    register_wd = _limit(_("register within (working days)"), 1)
    triage_wd = _limit(_("assign within, from registration (working days)"), 2)
    decline_wd = _limit(_("decide on declining within (working days)"), 2)
    sign_hours = _limit(_("unit signs within (hours)"), None, null=True, blank=True)
    sign_wd = _limit(_("unit signs within (working days)"), None, null=True, blank=True)
    contact_hours = _limit(_("unit contacts the resident within (hours)"), 24)
    return_wd = _limit(_("unit may ask to return it within (working days)"), 2)
    ruling_wd = _limit(_("dispatcher rules on a return within (working days)"), 1)
    reply_wd = _limit(_("unit replies within (working days)"), 5)
    extension_wd = _limit(_("longest extension (working days)"), 10)
    check_wd = _limit(_("station checks the reply within (working days)"), 2)
    evaluate_wd = _limit(_("resident evaluates within (working days)"), 5)
    rework_wd = _limit(_("unit handles again within (working days)"), 10)
    archive_wd = _limit(_("archived after (working days)"), 20)
    ledger_recheck_wd = _limit(_("pending ledger is rechecked at most every (working days)"), 60)
    reminder_hours = _limit(_("reminder before due (hours)"), 24)
    escalation_wd = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("escalation steps after due (working days)"),
        help_text=_("One number a step, rising; 0 is the moment it falls due."),
        default=_first_steps,
        blank=True,
    )
    statutory_register_days = _limit(_("law: register and forward within (days)"), 15)
    statutory_days = _limit(_("law: conclude within (days)"), None, null=True, blank=True)
    statutory_extension_days = _limit(_("law: longest extension (days)"), None, null=True, blank=True)
    review_days = _limit(_("law: review asked and decided within (days)"), None, null=True, blank=True)

    class Meta:
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")
        ordering: ClassVar = ["kind", "urgency"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "urgency"], name="service_level_once"),
            models.CheckConstraint(
                name="service_level_kind_known", condition=Q(kind__in=["suggestion", "accusation", "claim"])
            ),
            models.CheckConstraint(
                name="service_level_urgency_known",
                condition=Q(urgency__in=["urgent", "ordinary", "complex"]),
            ),
            models.CheckConstraint(
                name="service_level_sign_one_unit",
                condition=Q(sign_hours__isnull=True, sign_wd__isnull=False)
                | Q(sign_hours__isnull=False, sign_wd__isnull=True),
            ),
            models.CheckConstraint(
                name="service_level_positive",
                condition=Q(reply_wd__gte=1, rework_wd__gte=1, ledger_recheck_wd__gte=1, evaluate_wd__gte=1),
            ),
            models.CheckConstraint(
                name="service_level_extension_needs_limit",
                condition=Q(statutory_extension_days__isnull=True) | Q(statutory_days__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_urgency_display()}"


class CalendarDay(models.Model):
    """A day on which this place departs from the official calendar."""

    date = models.DateField(_("date"), unique=True)
    is_workday = models.BooleanField(_("working day"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("calendar exception")
        verbose_name_plural = _("calendar exceptions")
        ordering: ClassVar = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"

"""Receptions of constituents (接待选民), who is on duty, and the day on which all stations receive at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deputies.models import Deputy
from directory.models import Area
from stations.access import managed_filter, station_scope
from stations.lifecycle import ANNOUNCED, COMING, DayState, NoticeException, ReceptionState
from stations.models.station import Station


class UnifiedDay(models.Model):
    """A unified reception day (统一接待日): one session at every chosen station of an area, on one day."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="unified_days", verbose_name=_("area"))
    date = models.DateField(_("day"))
    topic = models.CharField(_("topic"), max_length=120)
    topic_en = models.CharField(_("topic in English"), max_length=200, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=DayState.choices, default=DayState.PLANNED)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # What the closing report says, counted once when the day is closed.
    report = models.JSONField(default=dict, blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True, default="")

    class Meta:
        verbose_name = _("unified reception day")
        verbose_name_plural = _("unified reception days")
        ordering = ["-date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "date"], condition=~Q(state="cancelled"), name="unified_day_once_an_area"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.label}"

    @property
    def label(self) -> str:
        """The topic in the language now active."""
        return self.topic_en if self.topic_en and (get_language() or "").startswith("en") else self.topic


class ReceptionQuerySet(models.QuerySet["Reception"]):
    def visible_to(self, user: Any) -> ReceptionQuerySet:
        """The receptions this user may read: announced ones, those of stations looked after, one's own duty."""
        seen = Q(published_at__isnull=False) | managed_filter(user, "station__")
        if deputy := station_scope(user).deputy:
            seen |= Q(pk__in=ReceptionDuty.objects.filter(deputy_id=deputy).values("reception_id"))
        return self.filter(seen)

    def managed_by(self, user: Any) -> ReceptionQuerySet:
        """The receptions this user plans and closes: at stations looked after."""
        return self.filter(managed_filter(user, "station__"))

    def announced(self) -> ReceptionQuerySet:
        """What everybody may read; a cancelled one as well when it had been announced."""
        return self.filter(published_at__isnull=False)

    def coming(self, now: datetime) -> ReceptionQuerySet:
        """Announced ones that have not ended, the next first."""
        return self.filter(state__in=ANNOUNCED, ends_at__gt=now).order_by("starts_at", "id")


class Reception(models.Model):
    """One session at one station: `[starts_at, ends_at)`, with slots of `slot_minutes` and a capacity in all."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="receptions", db_index=False)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    topic = models.CharField(_("topic"), max_length=120, blank=True, default="")
    topic_en = models.CharField(_("topic in English"), max_length=200, blank=True, default="")
    capacity = models.PositiveSmallIntegerField(_("residents in all"), default=20)
    slot_minutes = models.PositiveSmallIntegerField(_("minutes for each"), default=15)
    state = models.CharField(_("state"), max_length=10, choices=ReceptionState.choices, default=ReceptionState.PLANNED)
    state_since = models.DateTimeField()
    # Sessions planned together as a series share this number.
    series = models.UUIDField(null=True, blank=True)
    day = models.ForeignKey(
        UnifiedDay, null=True, blank=True, on_delete=models.PROTECT, related_name="receptions", db_index=False
    )
    deputies = models.ManyToManyField(Deputy, through="ReceptionDuty", related_name="receptions")
    published_at = models.DateTimeField(null=True, blank=True)
    # Announced later than the rule says: on which ground, and why (shown to the public).
    notice_exception = models.CharField(max_length=12, choices=NoticeException.choices, blank=True, default="")
    notice_reason = models.CharField(max_length=300, blank=True, default="")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=300, blank=True, default="")
    # Raised by one by whoever logs a change, so that calendars take the newer version (RFC 5545 SEQUENCE).
    sequence = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = ReceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reception")
        verbose_name_plural = _("receptions")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["station", "starts_at"], name="reception_of_station"),
            models.Index(fields=["starts_at", "id"], name="reception_by_start"),
            models.Index(fields=["day", "state"], condition=Q(day__isnull=False), name="reception_of_day"),
            models.Index(fields=["ends_at"], condition=Q(state__in=["published", "open"]), name="reception_under_way"),
            models.Index(fields=["series"], condition=Q(series__isnull=False), name="reception_of_series"),
        ]
        constraints = [
            models.CheckConstraint(name="reception_in_order", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(name="reception_capacity", condition=Q(capacity__range=(1, 1000))),
            models.CheckConstraint(name="reception_slot", condition=Q(slot_minutes__range=(5, 240))),
            models.UniqueConstraint(
                fields=["station", "starts_at"], condition=~Q(state="cancelled"), name="reception_once_a_time"
            ),
            models.UniqueConstraint(
                fields=["day", "station"],
                condition=Q(day__isnull=False) & ~Q(state="cancelled"),
                name="reception_once_a_day",
            ),
            models.CheckConstraint(
                name="reception_announced_has_time",
                condition=Q(state__in=["planned", "cancelled"]) | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def label(self) -> str:
        """The topic in the language now active; may be empty."""
        return self.topic_en if self.topic_en and (get_language() or "").startswith("en") else self.topic

    @property
    def is_coming(self) -> bool:
        """Whether it is still to come or under way."""
        return self.state in COMING

    @property
    def was_not_opened(self) -> bool:
        """Whether it was announced, its time is over, and nobody opened it or called it off."""
        return self.state == ReceptionState.PUBLISHED and self.ends_at < timezone.now()


class ReceptionDuty(models.Model):
    """A deputy on duty at a reception, and whether the deputy came. `attended` is unknown until somebody says."""

    reception = models.ForeignKey(Reception, on_delete=models.CASCADE, related_name="duties", db_index=False)
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="duties")
    attended = models.BooleanField(_("attended"), null=True)
    attended_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    absence_reason = models.CharField(_("reason of the absence"), max_length=200, blank=True, default="")
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("deputy on duty")
        verbose_name_plural = _("deputies on duty")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["reception", "deputy"], name="duty_once_a_reception")]

    def __str__(self) -> str:
        return f"{self.deputy_id} at {self.reception_id}"

"""Liaison stations: where residents and deputies meet. Receptions, appointments and visits are another issue."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deputies.models import Deputy
from directory.models import Area


class StationKind(models.TextChoices):
    DEPUTY_HOME = "deputy_home", _("Deputies' home")
    LIAISON_STATION = "liaison_station", _("Liaison station")
    CONTACT_POINT = "contact_point", _("Contact point")
    BUILDING_STATION = "building_station", _("Building station")
    ONLINE_STATION = "online_station", _("Online station")


class StationQuerySet(models.QuerySet["Station"]):
    def open(self) -> StationQuerySet:
        """Stations that receive residents."""
        return self.filter(is_active=True)


class Station(models.Model):
    """One station with its area, address, position, officer (联络员) and head (站长)."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name in Chinese"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=StationKind.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="stations", verbose_name=_("area"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="officer_of",
        verbose_name=_("liaison officer"),
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="head_of",
        verbose_name=_("station head"),
    )
    deputies = models.ManyToManyField(Deputy, blank=True, related_name="stations", verbose_name=_("deputies"))
    is_active = models.BooleanField(_("receives residents"), default=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        ordering = ["code"]
        indexes = [models.Index(fields=["area", "is_active"], name="station_by_area")]
        constraints = [
            models.CheckConstraint(
                name="station_position_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language now active."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

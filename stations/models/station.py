"""Liaison stations: where they are, when they are open, who runs them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deputies.models import Deputy
from directory.models import Area
from stations.access import managed_filter


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

    def visible_to(self, user: Any) -> StationQuerySet:
        """The stations whose master data, checks and plans this user looks after: one's own, or one's area's."""
        return self.filter(managed_filter(user))


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
    # A model station of its sub-district: higher quotas (Pingshan: one in each).
    is_model = models.BooleanField(_("model station"), default=False, db_default=False)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, default="", db_default="")
    about = models.TextField(_("about the station, in Chinese"), blank=True, default="", db_default="")
    about_en = models.TextField(_("about the station, in English"), blank=True, default="", db_default="")

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

    @property
    def about_label(self) -> str:
        """The description in the language now active."""
        return self.about_en if self.about_en and (get_language() or "").startswith("en") else self.about


class Weekday(models.IntegerChoices):
    """Monday is 0, as `datetime.date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """When a station is open on one day of the week: `[opens, closes)`; a day may have several rows."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["station", "weekday", "opens"], name="opening_hours_once"),
            models.CheckConstraint(name="opening_hours_in_order", condition=Q(opens__lt=F("closes"))),
            models.CheckConstraint(name="opening_hours_weekday", condition=Q(weekday__range=(0, 6))),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class StationPhoto(models.Model):
    """A photo of the station, cleaned and made smaller; everybody may see it."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(max_length=200)
    content_type = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    caption = models.CharField(_("what it shows"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo of a station")
        verbose_name_plural = _("photos of stations")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["station", "digest"], name="station_photo_once")]

    def __str__(self) -> str:
        return self.caption

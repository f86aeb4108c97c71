"""Appointments with deputies (代表有约): a slot of a reception, or a meeting on one of six occasions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from common.references import spoken
from deputies.models import Deputy
from directory import queries
from directory.models import Department
from stations.access import station_scope
from stations.models.reception import Reception
from stations.models.station import Station


class Occasion(models.TextChoices):
    """What one meets for (Jianghan, 代表有约: 学、谈、建、督、评、享)."""

    STUDY = "study", _("Study together")
    TALK = "talk", _("Talk about a concern")
    BUILD = "build", _("Build the neighbourhood")
    SUPERVISE = "supervise", _("Supervise a matter")
    EVALUATE = "evaluate", _("Evaluate a result")
    SHARE = "share", _("Share experience")


class AppointmentState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled")
    KEPT = "kept", _("Took place")
    NO_SHOW = "no_show", _("Did not come")


# Those that take up a place.
STANDING = (AppointmentState.REQUESTED.value, AppointmentState.CONFIRMED.value)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: Any) -> AppointmentQuerySet:
        """The appointments this member of staff may read: the station's, one's own as deputy, the commission's.

        Invited departments read theirs through `invited`, without name and number.
        """
        scope = station_scope(user)
        mine = Q(pk__in=[])
        if scope.stations:
            mine |= Q(station_id__in=scope.stations)
        if scope.deputy:
            mine |= Q(deputy_id=scope.deputy)
        if scope.unit.offices:
            areas = [number for path, _role in scope.unit.offices for number in queries.areas_under(path)]
            mine |= Q(station__area_id__in=areas)
        return self.filter(mine)

    def invited(self, user: Any) -> AppointmentQuerySet:
        """The appointments to which one of the user's departments is invited."""
        units = station_scope(user).unit.units
        return self.filter(pk__in=Invitation.objects.filter(department_id__in=units).values("appointment_id"))

    def standing(self) -> AppointmentQuerySet:
        """Asked for or confirmed."""
        return self.filter(state__in=STANDING)

    def to_remind(self, now: datetime, until: datetime) -> AppointmentQuerySet:
        """Confirmed ones that begin by `until` and of which nobody was reminded yet."""
        return self.filter(
            state=AppointmentState.CONFIRMED, starts_at__gt=now, starts_at__lte=until, reminded_at__isnull=True
        ).order_by("starts_at", "id")


class Appointment(models.Model):
    """One resident or enterprise, one time, one station. With a reception it holds one of its places."""

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    # A digest of the caller's Idempotency-Key, and of what was sent with it.
    key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion.choices)
    state = models.CharField(_("state"), max_length=10, choices=AppointmentState.choices)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments")
    reception = models.ForeignKey(
        Reception, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    place = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)

    subject = models.CharField(_("subject"), max_length=500)
    wish = models.CharField(_("when it suits"), max_length=200, blank=True, default="")
    enterprise = models.CharField(_("enterprise"), max_length=120, blank=True, default="")
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="appointment")

    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    moves = models.PositiveSmallIntegerField(_("times moved"), default=0)
    cancel_reason = models.CharField(max_length=300, blank=True, default="")
    cancelled_by_resident = models.BooleanField(default=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["-id"]
        constraints = [
            # The guarantee against booking a place twice, whatever a program does.
            models.UniqueConstraint(
                fields=["reception", "place"],
                condition=Q(reception__isnull=False) & ~Q(state="cancelled"),
                name="appointment_place_once",
            ),
            models.CheckConstraint(
                condition=Q(reception__isnull=True) | Q(place__isnull=False, starts_at__isnull=False),
                name="appointment_slot_whole",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="appointment_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(starts_at__isnull=False), name="appointment_confirmed_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "-id"], name="appointment_of_station"),
            models.Index(
                fields=["starts_at"],
                condition=Q(state="confirmed", reminded_at__isnull=True),
                name="appointment_to_remind",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_standing(self) -> bool:
        """Whether it still takes up its time."""
        return self.state in STANDING

    @property
    def spoken_reference(self) -> str:
        """The reference in two groups of five, as it is read out."""
        return spoken(self.reference)


class InvitationState(models.TextChoices):
    ASKED = "asked", _("Not answered yet")
    YES = "yes", _("Will come")
    NO = "no", _("Cannot come")


class Invitation(models.Model):
    """A department asked to come to an appointment. It says yes or no; a no gives its reason."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="invitations")
    state = models.CharField(max_length=5, choices=InvitationState.choices, default=InvitationState.ASKED)
    note = models.CharField(max_length=300, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["appointment", "department"], name="invitation_once")]

    def __str__(self) -> str:
        return f"invitation of {self.department_id} to {self.appointment_id}"

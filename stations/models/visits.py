"""Visits (来访): who came to a station, what was said, what became of it. Written by `stations.actions` only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import EncryptedTextField
from accounts.models import Contact
from deputies.models import Deputy
from directory import queries
from dispatch.lifecycle import DISPATCHER, SUPERVISOR
from stations.access import station_scope
from stations.models.reception import Reception
from stations.models.station import Station


class Confidentiality(models.TextChoices):
    """What the resident wishes to be kept from whom (DOMAIN.md: the words as spoken, confidentiality)."""

    OPEN = "open", _("May be named to the unit that handles it")
    WITHHELD = "withheld", _("Name and number stay with the station")
    RESTRICTED = "restricted", _("A report of wrongdoing: for the supervisors only")


class CheckIn(models.TextChoices):
    """How the one who receives showed to be at the station."""

    QR = "qr", _("By the station’s QR code")
    HAND = "hand", _("By hand")


class Outcome(models.TextChoices):
    NOTED = "noted", _("Noted")
    ANSWERED = "answered", _("Answered on the spot")
    RAISED = "raised", _("Raised as a petition")


class Feedback(models.TextChoices):
    """What the resident said of an answer on the spot."""

    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically_satisfied", _("Basically satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: Any) -> VisitQuerySet:
        """Exactly the visits this user may read; handling units never see one.

        Whoever wrote it down, the station's officer and head, the commission above it. A report of wrongdoing is
        the supervisors' alone, from the moment it is written: not even its writer opens it again.
        """
        scope = station_scope(user)
        mine = Q(pk__in=[])
        if scope.stations or scope.deputy:
            mine |= Q(logged_by_id=user.pk) | Q(station_id__in=scope.stations)
        for path in scope.unit.office_paths(DISPATCHER):
            mine |= Q(area_id__in=queries.areas_under(path))
        whole = mine & Q(restricted=False)
        for path in scope.unit.office_paths(SUPERVISOR):
            whole |= Q(area_id__in=queries.areas_under(path))
        return self.filter(whole)

    def with_all(self) -> VisitQuerySet:
        """With what a page or an answer about one visit shows."""
        return self.select_related("station__area", "contact", "reception", "logged_by").prefetch_related("deputies")


class Visit(models.Model):
    """One visit, as the reception record (接待登记表) has it."""

    # Chosen by the device that wrote it down, so that a repetition is known as one: sent twice, kept once.
    key = models.UUIDField(_("number given by the device"))
    digest = models.CharField(max_length=64)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    logged_at = models.DateTimeField(_("arrived here"))
    came_at = models.DateTimeField(_("time of the visit"))
    check_in = models.CharField(_("check-in"), max_length=4, choices=CheckIn.choices, default=CheckIn.HAND)

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="visits", db_index=False)
    area = models.ForeignKey("directory.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    reception = models.ForeignKey(Reception, null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    deputies = models.ManyToManyField(Deputy, blank=True, related_name="visits", verbose_name=_("deputies present"))

    contact = models.OneToOneField(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="visit")
    group_size = models.PositiveSmallIntegerField(_("people who came"), default=1)
    representatives = EncryptedTextField(_("representatives of the group"), blank=True, default="")
    words = models.TextField(_("the words as spoken"))
    address = models.CharField(_("place of the matter"), max_length=200, blank=True, default="")
    urgent = models.BooleanField(_("urgent"), default=False)
    confidentiality = models.CharField(
        _("confidentiality"), max_length=10, choices=Confidentiality.choices, default=Confidentiality.OPEN
    )
    restricted = models.BooleanField(_("restricted"), default=False)
    may_publish = models.BooleanField(_("agrees to publication"), default=False)

    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.NOTED)
    answer = models.TextField(_("answer on the spot"), blank=True, default="")
    feedback = models.CharField(_("feedback"), max_length=20, choices=Feedback.choices, blank=True, default="")
    feedback_note = models.CharField(max_length=500, blank=True, default="")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["logged_by", "key"], name="visit_once"),
            models.CheckConstraint(condition=Q(group_size__gte=1), name="visit_of_somebody"),
            models.CheckConstraint(condition=~Q(outcome="answered") | ~Q(answer=""), name="visit_answered_has_answer"),
            models.CheckConstraint(
                condition=~Q(confidentiality="restricted") | Q(restricted=True), name="visit_report_is_restricted"
            ),
        ]
        indexes = [
            models.Index(fields=["logged_by", "-id"], name="visit_by_writer"),
            models.Index(fields=["station", "came_at"], name="visit_of_station"),
            models.Index(fields=["area", "-id"], name="visit_of_area"),
            models.Index(fields=["came_at", "id"], name="visit_by_time"),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"

    @property
    def is_group(self) -> bool:
        """Whether several people came with one matter."""
        return self.group_size > 1

    @property
    def number(self) -> str:
        """What the printed record is called by: the day and the number in the database."""
        return f"{self.came_at:%Y%m%d}-{self.pk}"


class VisitPhoto(models.Model):
    """A cleaned photo taken at a visit. Served by a view that asks for permission, never by its path."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos", db_index=False)
    file = models.FileField(max_length=200)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    # Of the bytes as sent: a photo sent again is known before it is cleaned.
    sent_digest = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo of a visit")
        verbose_name_plural = _("photos of visits")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["visit", "digest"], name="visit_photo_once")]

    def __str__(self) -> str:
        return f"photo {self.pk} of visit {self.visit_id}"

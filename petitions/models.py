"""What residents ask for, and everything that hangs on one petition. Written by `petitions.actions` only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User
from common.deferred import filled_up
from common.references import spoken
from deputies.models import Deputy
from directory import queries
from directory.models import Area, Category, Department, PetitionKind, Urgency
from dispatch.models import Clocked
from petitions.attached import Attachment as Attachment  # its table belongs to this app
from petitions.claims import Claim as Claim  # offered here with the other tables
from petitions.followers import Follower as Follower  # its table belongs to this app
from petitions.lifecycle import ENDED, OPEN, WITH_UNIT, Exclusion, Publication, Rating, State
from petitions.querysets import PetitionQuerySet as PetitionQuerySet  # what may be asked of its first table
from stations.models import OpinionCode, Station, Visit
from stations.queries import station_by_id


class Channel(models.TextChoices):
    WEB = "web", _("Web")
    API = "api", _("Interface")
    QR = "qr", _("QR code")
    STATION = "station", _("At the station")
    DEPUTY = "deputy", _("Through a deputy")
    PHONE = "phone", _("Telephone")
    LETTER = "letter", _("Letter")
    VISIT = "visit", _("Visit")
    OTHER = "other", _("Other")


class Petition(Clocked):
    """One request of one resident (群众诉求)."""

    reference = models.CharField(_("reference"), max_length=12, unique=True)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.SUBMITTED)
    state_since = models.DateTimeField()
    kind = models.CharField(_("type"), max_length=12, choices=PetitionKind.choices, default=PetitionKind.CLAIM)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    # The restricted route: deputies and handling units cannot read it (DOMAIN.md, accusations).
    restricted = models.BooleanField(_("restricted"), default=False)

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT, related_name="petitions")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="petitions", db_index=False)
    station = models.ForeignKey(
        Station, null=True, blank=True, on_delete=models.PROTECT, related_name="petitions", db_index=False
    )
    deputy = models.ForeignKey(Deputy, null=True, blank=True, on_delete=models.PROTECT, related_name="petitions")
    # The QR code that led here; it says nothing about the person. For counting by code (its index: Meta.indexes).
    via = models.ForeignKey(
        OpinionCode, null=True, blank=True, on_delete=models.PROTECT, related_name="petitions", db_index=False
    )
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="petition")
    # The visit at which it was said, when a deputy or an officer raised it from there.
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="petitions", db_index=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    submitted_at = models.DateTimeField(_("submitted at"))
    registered_at = models.DateTimeField(null=True, blank=True)
    routed_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # When the present state is due; while a unit has it, the lead order's date.
    due_at = models.DateTimeField(null=True, blank=True)
    statutory_due_at = models.DateTimeField(null=True, blank=True)

    # The unit that leads now, as the last assignment said.
    lead_unit = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="petitions", db_index=False
    )
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    decline_reason = models.TextField(blank=True, default="")
    decline_channel = models.TextField(_("lawful channel"), blank=True, default="")
    decline_proposed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("times dissatisfied"), default=0)
    result = models.CharField(max_length=20, choices=Rating.choices, blank=True, default="")
    # Left out of the rates by two people, the first of whom is named: no constraint, which would be checked row by row.
    exclusion = models.CharField(max_length=10, choices=Exclusion.choices, blank=True, default="", db_default="")
    exclusion_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    supervised_at = models.DateTimeField(null=True, blank=True)
    # A deputy asks for it (提请督办); the supervisors decide.
    supervision_asked_at = models.DateTimeField(null=True, blank=True)

    # What the resident chose: to be called by the station only, to have a person choose the unit (PIPL 23, 24).
    contact_shared = models.BooleanField(default=True, db_default=True)
    by_person = models.BooleanField(default=False, db_default=False)

    publication = models.CharField(max_length=10, choices=Publication.choices, default=Publication.PRIVATE)
    public_title = models.CharField(max_length=120, blank=True, default="")
    public_text = models.TextField(blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)

    # A digest of the caller's Idempotency-Key and of what it sent with it.
    intake_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    intake_digest = models.CharField(max_length=64, blank=True, default="")
    search = SearchVectorField(null=True)
    # Of the public title and text only, set by `publish`: a search by strangers must not find private words.
    public_search = SearchVectorField(null=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("petition")
        verbose_name_plural = _("petitions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=State.DECLINED) | (~Q(decline_reason="") & ~Q(decline_channel="")),
                name="petition_declined_has_channel",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.MERGED) | Q(merged_into__isnull=False),
                name="petition_merged_has_main",
            ),
            models.CheckConstraint(
                condition=~Q(publication=Publication.PUBLISHED)
                | (~Q(public_text="") & Q(restricted=False, published_at__isnull=False)),
                name="petition_published_has_text",
            ),
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(state__in=["submitted", "registered", "declined", "withdrawn"]),
                name="petition_restricted_stays_apart",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ENDED)) | Q(ended_at__isnull=False),
                name="petition_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="petition_by_state"),
            models.Index(fields=["area", "-id"], name="petition_of_area"),
            models.Index(fields=["station", "-id"], name="petition_of_station"),
            models.Index(fields=["lead_unit", "-id"], name="petition_of_unit"),
            # The orderings of the worklist, each with the key that breaks ties (accounts/keyset.py).
            models.Index(fields=["submitted_at", "id"], name="petition_by_submission"),
            models.Index(fields=["state_since", "id"], name="petition_by_state_since"),
            models.Index(fields=["due_at", "id"], name="petition_by_due"),
            # Its tabs that few petitions are under (worklist.TABS); those overdue.
            models.Index(fields=["due_at", "id"], condition=Q(state__in=sorted(OPEN)), name="petition_open_by_due"),
            models.Index(fields=["-id"], condition=Q(state__in=sorted(OPEN)), name="petition_open"),
            models.Index(fields=["-id"], condition=Q(state__in=sorted(WITH_UNIT)), name="petition_with_unit"),
            models.Index(fields=["-id"], condition=Q(restricted=True), name="petition_restricted"),
            models.Index(fields=["-id"], condition=Q(supervised_at__isnull=False), name="petition_supervised"),
            models.Index(fields=["-id"], condition=Q(result="dissatisfied"), name="petition_dissatisfied"),
            models.Index(fields=["-id"], condition=Q(exclusion="proposed"), name="petition_to_exclude"),
            models.Index(
                fields=["-id"], condition=Q(publication__in=["consented", "proposed"]), name="petition_to_publish"
            ),
            # What a supervisor looks for among the open ones: dissatisfied twice, a deputy asks for supervision.
            models.Index(fields=["due_at"], condition=Q(failures__gte=2), name="petition_failed_twice"),
            models.Index(
                fields=["supervision_asked_at"],
                condition=Q(supervision_asked_at__isnull=False),
                name="petition_supervision_asked",
            ),
            models.Index(fields=["visit"], condition=Q(visit__isnull=False), name="petition_of_visit"),
            models.Index(fields=["alert_at"], condition=Q(alert_at__isnull=False), name="petition_alert"),
            models.Index(fields=["id"], condition=Q(routed_at__isnull=True), name="petition_unrouted"),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(publication="published"),
                name="petition_published",
            ),
            models.Index(fields=["via"], condition=Q(via__isnull=False), name="petition_via"),
            GinIndex(fields=["search"], name="petition_search"),
            GinIndex(fields=["public_search"], name="petition_public_search"),
        ]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **later: Any) -> Self:
        """Read a row, with its category, area, station and unit from what this process keeps."""
        petition = super().from_db(db, field_names, filled_up(cls, field_names, values), **later)
        queries.attach(
            petition,
            category=queries.category_by_id,
            area=queries.area_by_id,
            lead_unit=queries.department_by_id,
            station=station_by_id,
        )
        return petition

    @property
    def spoken_reference(self) -> str:
        """The reference in two groups of five, as it is read out."""
        return spoken(self.reference)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in OPEN

    def is_overdue(self, now: datetime) -> bool:
        """Whether the present state should have ended by `now` (limits are half-open)."""
        return self.is_open and self.due_at is not None and self.due_at <= now


class Routing(models.Model):
    """What the router thought of a petition, with its reasons; the latest look only."""

    petition = models.OneToOneField(Petition, primary_key=True, on_delete=models.CASCADE, related_name="routing")
    at = models.DateTimeField()
    version = models.CharField(max_length=60)
    categories = models.JSONField(default=list)
    departments = models.JSONField(default=list)
    assigned = models.BooleanField(_("assigned by the router"))

    class Meta:
        verbose_name = _("router's view")
        verbose_name_plural = _("router's views")

    def __str__(self) -> str:
        return f"routing of {self.petition_id}"


class Evaluation(models.Model):
    """A resident's judgement of one round: how it was handled, and what came of it."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="evaluations")
    round = models.PositiveSmallIntegerField()
    process = models.CharField(_("process"), max_length=20, choices=Rating.choices)
    result = models.CharField(_("result"), max_length=20, choices=Rating.choices)
    comment = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        constraints = [models.UniqueConstraint(fields=["petition", "round"], name="evaluation_once_a_round")]

    def __str__(self) -> str:
        return f"evaluation {self.round} of {self.petition_id}"


class Conversion(models.Model):
    """A petition handed to a deputy as the draft of a suggestion (转代表建议)."""

    petition = models.OneToOneField(Petition, primary_key=True, on_delete=models.PROTECT, related_name="conversion")
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="conversions")
    title = models.CharField(max_length=120)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("conversion into a suggestion")
        verbose_name_plural = _("conversions into suggestions")

    def __str__(self) -> str:
        return f"conversion of {self.petition_id}"


class Placement(models.Model):
    """That a petition was compared with all others, and the group of like matters it fell into.

    `group` is the number of the group's oldest petition: groups that grow together take the older's.
    """

    petition = models.OneToOneField(Petition, primary_key=True, on_delete=models.CASCADE, related_name="placement")
    group = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")

    def __str__(self) -> str:
        return f"placement of {self.petition_id}"


class SameMatter(models.Model):
    """A petition resembles an earlier one: text, place, time and person as one score."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="resembles")
    earlier = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="resembled_by")
    score = models.FloatField(_("score"))
    same_person = models.BooleanField(_("same person"))

    class Meta:
        verbose_name = _("like matter")
        verbose_name_plural = _("like matters")
        constraints = [models.UniqueConstraint(fields=["petition", "earlier"], name="same_matter_once")]

    def __str__(self) -> str:
        return f"{self.petition_id} resembles {self.earlier_id}"


class Support(models.Model):
    """A resident's word that a published petition is theirs too: once a person, shown to others as a number only."""

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="supports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("support")
        verbose_name_plural = _("supports")
        constraints = [models.UniqueConstraint(fields=["petition", "user"], name="support_once")]

    def __str__(self) -> str:
        return f"support of {self.petition_id}"


class HotTopic(models.Model):
    """A group that many people write about, within a window of so many days. The public columns count published
    petitions only and are empty where there are too few of them."""

    days = models.PositiveSmallIntegerField(_("days"))
    group = models.BigIntegerField()
    title = models.CharField(_("title"), max_length=120)
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    messages = models.PositiveIntegerField(_("petitions"))
    people = models.PositiveIntegerField(_("people"))
    before = models.PositiveIntegerField(_("people in the window before"))
    likes = models.PositiveIntegerField(_("supporters"), default=0, db_default=0)
    growth = models.FloatField(_("growth"))
    hotness = models.FloatField(_("hotness"))
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    public_title = models.CharField(max_length=120, blank=True, default="")
    public_messages = models.PositiveIntegerField(default=0)
    public_people = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hot topic")
        verbose_name_plural = _("hot topics")
        ordering = ["-hotness", "group"]
        constraints = [models.UniqueConstraint(fields=["days", "group"], name="hot_topic_once")]

    def __str__(self) -> str:
        return f"{self.days} d: {self.group}"


class RouterReport(models.Model):
    """How the router did, week by week, as the page for staff shows it: reckoned at night from closings."""

    at = models.DateTimeField(unique=True)
    figures = models.JSONField()

    class Meta:
        verbose_name = _("report on the router")
        verbose_name_plural = _("reports on the router")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"router report of {self.at:%Y-%m-%d}"

"""Work orders: what a unit has been asked to do, by when. A work order knows no petition, only a matter's
type and number, so that suggestions and letters use the same ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.deferred import filled_up
from directory import queries
from directory.models import Area, Category, Department
from dispatch.lifecycle import OPEN, OrderState


class Clocked(models.Model):
    """A row with a clock: `alert_at` is when the sweep must look at it next, and null while nothing is due.

    `alerts_given` holds the keys of the alerts given so far, so that an outage of any length is caught up alert
    by alert, a clock set back repeats nothing, and a limit that moved speaks again.
    """

    alert_at = models.DateTimeField(null=True, blank=True)
    alerts_given = models.JSONField(default=list, blank=True)
    alert_failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    alert_error = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class OrderKind(models.TextChoices):
    LEAD = "lead", _("Lead unit")
    CO = "co", _("Co-handling unit")
    SEPARATE = "separate", _("Separate handling")


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def of(self, matter_type: str, matter_id: int) -> WorkOrderQuerySet:
        """The orders of one matter, the oldest first."""
        return self.filter(matter_type=matter_type, matter_id=matter_id).order_by("id")

    def open(self) -> WorkOrderQuerySet:
        """Orders on which a unit or a ruling is still awaited."""
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> WorkOrderQuerySet:
        """Orders the clock must look at, the longest waiting first (index `order_alert`)."""
        return self.filter(alert_at__lte=now).order_by("alert_at", "pk")


class WorkOrder(Clocked):
    """One unit's part in one matter. Changed by `dispatch.actions` only."""

    matter_type = models.CharField(max_length=20)
    matter_id = models.BigIntegerField()
    # What a list needs to show, copied so that an inbox is one query over one table.
    reference = models.CharField(max_length=16)
    title = models.CharField(max_length=120)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="work_orders")
    kind = models.CharField(max_length=8, choices=OrderKind.choices)
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, choices=OrderState.choices, default=OrderState.ASSIGNED)
    # Which service level applies; directory.queries.service_level(service, urgency).
    service = models.CharField(max_length=16)
    urgency = models.CharField(max_length=16)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # A dispatcher has ruled on a return: this order stays where it is (DOMAIN.md, work order).
    is_final = models.BooleanField(default=False)

    assigned_at = models.DateTimeField()
    sign_due_at = models.DateTimeField()
    contact_due_at = models.DateTimeField(null=True, blank=True)
    return_until = models.DateTimeField()
    internal_due_at = models.DateTimeField()
    statutory_due_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    urged_count = models.PositiveSmallIntegerField(default=0)
    urged_at = models.DateTimeField(null=True, blank=True)
    escalation = models.PositiveSmallIntegerField(default=0)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        constraints = [
            models.UniqueConstraint(
                fields=["matter_type", "matter_id"],
                condition=Q(kind=OrderKind.LEAD, state__in=OPEN),
                name="order_one_open_lead",
            ),
            models.UniqueConstraint(
                fields=["matter_type", "matter_id", "department"],
                condition=Q(state__in=OPEN),
                name="order_one_open_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN) | Q(closed_at__isnull=False) | Q(replied_at__isnull=False),
                name="order_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["matter_type", "matter_id"], name="order_by_matter"),
            models.Index(fields=["department", "state", "internal_due_at"], name="order_inbox"),
            # Who presses units looks for what is late, of all of them.
            models.Index(
                fields=["internal_due_at"],
                condition=Q(state__in=["assigned", "signed", "return_requested"]),
                name="order_running_by_due",
            ),
            # What a unit holds or has answered, by matter (petitions.access.orders_of_units).
            models.Index(
                fields=["department", "matter_id"],
                condition=~Q(state__in=["returned", "cancelled"]),
                name="order_held",
            ),
            models.Index(fields=["-id"], condition=Q(state="pending_ledger"), name="order_on_ledger"),
            models.Index(fields=["alert_at"], condition=Q(alert_at__isnull=False), name="order_alert"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} → {self.department_id}"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **later: Any) -> Self:
        """Read a row, with its unit and area from what this process keeps."""
        order = super().from_db(db, field_names, filled_up(cls, field_names, values), **later)
        queries.attach(order, department=queries.department_by_id, area=queries.area_by_id)
        return order

    @property
    def is_open(self) -> bool:
        """Whether a unit or a ruling is still awaited."""
        return self.state in OPEN

    @property
    def due_at(self) -> datetime | None:
        """The instant (exclusive) by which the next thing must happen, or None when nothing is awaited."""
        if self.state == OrderState.ASSIGNED:
            return self.sign_due_at
        # On the pending ledger the unit owes nothing until it is cleared: its time is the supervisor's recheck.
        return self.internal_due_at if self.is_open and self.state != OrderState.PENDING_LEDGER else None


class RequestKind(models.TextChoices):
    RETURN = "return", _("Return of assignment")
    EXTENSION = "extension", _("Extension")
    LEDGER = "ledger", _("Pending ledger")


class RequestState(models.TextChoices):
    OPEN = "open", _("Waiting for a ruling")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")
    CLEARED = "cleared", _("Cleared")


class Request(models.Model):
    """What a unit asks for about its order, and the ruling: return, extension, pending ledger."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    state = models.CharField(max_length=8, choices=RequestState.choices, default=RequestState.OPEN)
    reason = models.TextField()
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    proposed_unit = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    rule_due_at = models.DateTimeField()
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True, blank=True)
    ruling = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = _("request of a unit")
        verbose_name_plural = _("requests of units")
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state=RequestState.OPEN), name="request_one_open"),
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(kind__in=[RequestKind.RETURN, RequestKind.EXTENSION]),
                name="request_once",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN) | Q(ruled_at__isnull=False),
                name="request_ruled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.EXTENSION) | Q(working_days__gte=1),
                name="request_extension_days",
            ),
        ]
        indexes = [models.Index(fields=["rule_due_at"], condition=Q(state="open"), name="request_open")]

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"


class ResultClass(models.TextChoices):
    """How a matter was answered; the classes of replies to deputies serve residents as well."""

    A = "a", _("A: solved")
    B = "b", _("B: planned, with a date")
    C = "c", _("C: not feasible for now")
    D = "d", _("D: for reference")


class ReplyState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    SENT_BACK = "sent_back", _("Sent back")


class Reply(models.Model):
    """A unit's answer to its order, or a co-unit's opinion. The head's signature makes it one."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="replies")
    state = models.CharField(max_length=10, choices=ReplyState.choices)
    text = models.TextField()
    # An opinion helps the unit that leads: it is no result for the resident, has no class and promises nothing.
    opinion = models.BooleanField(default=False, db_default=False)
    result_class = models.CharField(max_length=1, choices=ResultClass.choices, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state=ReplyState.DRAFT), name="reply_one_draft"),
            models.CheckConstraint(
                condition=Q(state=ReplyState.DRAFT) | Q(signed_by__isnull=False), name="reply_signed_by_head"
            ),
            models.CheckConstraint(
                condition=~Q(result_class="b") | Q(promised_on__isnull=False), name="reply_planned_has_date"
            ),
            models.CheckConstraint(
                condition=Q(opinion=False, result_class__in=ResultClass.values)
                | Q(opinion=True, result_class="", promised_on__isnull=True),
                name="reply_classed_unless_opinion",
            ),
        ]

    def __str__(self) -> str:
        return f"reply to order {self.order_id}"


class VersionState(models.TextChoices):
    CANDIDATE = "candidate", _("Trained, not judged yet")
    IN_USE = "in_use", _("In use")
    RETIRED = "retired", _("Was in use")
    REJECTED = "rejected", _("Not better than the one in use")


class RouterVersion(models.Model):
    """One trained router: a file in MODEL_DIR, what it was trained on and how it did on weeks it had not seen.

    Changed by `dispatch.actions.router` only.
    """

    version = models.CharField(_("version"), max_length=60)
    # Its name in MODEL_DIR; empty once the file was removed because five newer ones are kept.
    file = models.CharField(_("file"), max_length=120, blank=True)
    checksum = models.CharField(_("checksum"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.CANDIDATE)
    trained_at = models.DateTimeField(_("trained at"))
    data_from = models.DateTimeField(_("closings from"))
    data_until = models.DateTimeField(_("closings until"))
    closings = models.PositiveIntegerField(_("closings"))
    # {"judged": {…}, "before": {…}}: this version and the one in use then, on the same unseen weeks.
    figures = models.JSONField(_("figures"), default=dict)
    promoted_at = models.DateTimeField(_("in use since"), null=True, blank=True)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("router version")
        verbose_name_plural = _("router versions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state=VersionState.IN_USE), name="router_one_in_use"),
            models.UniqueConstraint(fields=["file"], condition=~Q(file=""), name="router_file_once"),
            models.CheckConstraint(
                condition=~Q(state=VersionState.IN_USE) | (Q(promoted_at__isnull=False) & ~Q(file="")),
                name="router_in_use_has_file",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class AutomaticAssignment(models.Model):
    """Whether the router may assign matters of a category, and all below it, by itself, and how sure it must be.

    A category without a line follows its parent's, and in the end the settings ROUTER_MAY_ASSIGN and
    ROUTER_CONFIDENCE. Accusations are never assigned automatically, whatever stands here.
    """

    category = models.OneToOneField(
        Category, on_delete=models.CASCADE, related_name="automatic", verbose_name=_("category")
    )
    enabled = models.BooleanField(_("the router may assign by itself"))
    threshold = models.FloatField(
        _("how sure it must be"), null=True, blank=True, help_text=_("From 0 to 1; empty: the portal's own limit.")
    )

    class Meta:
        verbose_name = _("automatic assignment")
        verbose_name_plural = _("automatic assignments")
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__isnull=True) | Q(threshold__gte=0, threshold__lte=1), name="automatic_threshold"
            )
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.enabled}"

"""The shape of what comes in and goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.quick import Quick
from accounts.strict import CleanCharField, StrictBooleanField, StrictSerializer
from directory.models import PetitionKind
from dispatch.models import Reply, WorkOrder
from petitions.actions import Intake
from petitions.api.fields import AreaField, CategoryField, DegreesField, DeputyField, OpinionCodeField, StationField
from petitions.lifecycle import Rating
from petitions.models import Attachment, Channel, Petition

LONGEST_TEXT = 5000
SHORTEST_TEXT = 5


class SubmitSerializer(StrictSerializer):
    """A petition as somebody sends it. Only `text`, `phone` and the two consent fields are needed."""

    text = CleanCharField(multiline=True, min_length=SHORTEST_TEXT, max_length=LONGEST_TEXT)
    title = CleanCharField(max_length=120, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=PetitionKind.choices, required=False)
    category = CategoryField(required=False, allow_null=True)
    area = AreaField(required=False, allow_null=True)
    station = StationField(required=False, allow_null=True)
    deputy = DeputyField(required=False, allow_null=True)
    via = OpinionCodeField(required=False, allow_null=True, help_text="The QR code that was scanned")
    address = CleanCharField(max_length=200, required=False, allow_blank=True)
    latitude = DegreesField(limit=90, required=False, allow_null=True)
    longitude = DegreesField(limit=180, required=False, allow_null=True)
    name = CleanCharField(max_length=60, required=False, allow_blank=True)
    phone = CleanCharField(max_length=30)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    urgent = StrictBooleanField(required=False)
    share_contact = StrictBooleanField(required=False, help_text="The unit may call; true unless said otherwise")
    by_person = StrictBooleanField(required=False, help_text="A person, not the router, chooses the unit")
    publish_consent = StrictBooleanField()
    consent_version = CleanCharField(max_length=20)
    altcha = CleanCharField(max_length=4000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("latitude") is None) != (attrs.get("longitude") is None):
            missing = "longitude" if attrs.get("longitude") is None else "latitude"
            raise serializers.ValidationError({missing: self.fields[missing].error_messages["required"]})
        return attrs

    def intake(self) -> Intake:
        """Return the validated petition for `actions.submit`."""
        values = {k: v for k, v in self.validated_data.items() if k != "altcha" and v is not None}
        return Intake(**{"channel": Channel.API, "language": get_language() or "zh-hans", **values})


class AcceptedSerializer(Quick, serializers.Serializer):
    """The answer to a submission."""

    reference = serializers.CharField()
    state = serializers.CharField()
    track_url = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    access = serializers.CharField(help_text="Short-lived; send it as Authorization: Bearer")


class FollowSerializer(StrictSerializer):
    """The last four digits of the telephone number given with the petition."""

    phone_tail = serializers.RegexField(
        r"^[0-9]{4}$",
        error_messages={name: gettext_lazy("Please enter exactly four digits.") for name in ("invalid", "blank")},
    )


class EvaluateSerializer(StrictSerializer):
    process = serializers.ChoiceField(choices=Rating.choices)
    result = serializers.ChoiceField(choices=Rating.choices)
    comment = CleanCharField(multiline=True, max_length=2000, required=False, allow_blank=True)


class WithdrawSerializer(StrictSerializer):
    reason = CleanCharField(multiline=True, max_length=2000, required=False, allow_blank=True)


class SupplementSerializer(StrictSerializer):
    text = CleanCharField(multiline=True, max_length=LONGEST_TEXT)


class UploadSerializer(StrictSerializer):
    """One file, as multipart/form-data."""

    file = serializers.FileField(max_length=255)


class LabelledSerializer(Quick, serializers.Serializer):
    """A row of the directory: its code, and its name in the caller's language."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class ItemSerializer(Quick, serializers.Serializer):
    """One line of a timeline."""

    at = serializers.DateTimeField()
    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    by = serializers.CharField()
    note = serializers.CharField()


class MoveSerializer(Quick, serializers.Serializer):
    """A move open to the caller."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class AttachmentSerializer(Quick, serializers.ModelSerializer):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ["id", "name", "content_type", "size", "by_resident", "at", "url"]

    @extend_schema_field(serializers.CharField())
    def get_url(self, attachment: Attachment) -> str:
        reference = self.context["reference"]
        return f"/api/v1/petitions/{reference}/attachments/{attachment.pk}/"


class RowSerializer(Quick, serializers.ModelSerializer):
    """A petition in a list: no words of the resident's beyond the title, no contact."""

    state_label = serializers.CharField(source="get_state_display", read_only=True)
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    category = LabelledSerializer(allow_null=True)
    area = LabelledSerializer()
    station = LabelledSerializer(allow_null=True)
    department = LabelledSerializer(source="lead_unit", allow_null=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Petition
        fields = [
            "reference",
            "title",
            "state",
            "state_label",
            "kind",
            "kind_label",
            "urgency",
            "channel",
            "restricted",
            "category",
            "area",
            "station",
            "department",
            "submitted_at",
            "state_since",
            "due_at",
            "overdue",
            "failures",
            "result",
            "supervised_at",
            "publication",
        ]

    @extend_schema_field(serializers.BooleanField())
    def get_overdue(self, petition: Petition) -> bool:
        return petition.is_overdue(_now(self))


def _now(serializer: serializers.BaseSerializer[Any]) -> datetime:
    """One instant for the whole answer."""
    now: datetime = serializer.context.get("now") or timezone.now()
    return now


class OrderSerializer(Quick, serializers.ModelSerializer):
    """A work order."""

    state_label = serializers.CharField(source="get_state_display", read_only=True)
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    department = LabelledSerializer()
    area = LabelledSerializer()
    handler = serializers.CharField(source="handler.username", default=None, allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = WorkOrder
        fields = [
            "id",
            "reference",
            "title",
            "department",
            "area",
            "kind",
            "kind_label",
            "round",
            "state",
            "state_label",
            "urgency",
            "handler",
            "is_final",
            "assigned_at",
            "signed_at",
            "contacted_at",
            "replied_at",
            "contact_due_at",
            "internal_due_at",
            "statutory_due_at",
            "due_at",
            "overdue",
            "urged_count",
            "escalation",
        ]

    @extend_schema_field(serializers.BooleanField())
    def get_overdue(self, order: WorkOrder) -> bool:
        return order.due_at is not None and order.due_at <= _now(self)


class ReplySerializer(Quick, serializers.ModelSerializer):
    class_label = serializers.CharField(source="get_result_class_display", read_only=True)
    department = LabelledSerializer(source="order.department")

    class Meta:
        model = Reply
        fields = [
            "id",
            "state",
            "department",
            "opinion",
            "text",
            "result_class",
            "class_label",
            "promised_on",
            "signed_at",
        ]

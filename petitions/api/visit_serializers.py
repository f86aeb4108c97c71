"""The shape of visits, coming in and going out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.quick import Quick
from accounts.strict import CleanCharField, StrictBooleanField, StrictSerializer
from petitions.api.fields import DeputyField, StationField
from petitions.api.serializers import LabelledSerializer
from petitions.models import Petition
from stations.actions.visits import LARGEST_GROUP, VisitIntake
from stations.models.visits import CheckIn, Confidentiality, Feedback, Visit, VisitPhoto

LONGEST_TEXT = 5000
OTHER_PERSON = gettext_lazy(
    "Another person is signed in on this device. Whoever wrote this visit must sign in to send it."
)


class VisitInputSerializer(StrictSerializer):
    """A visit as the one who receives has written it. Only the first five are needed."""

    key = serializers.UUIDField(help_text="Chosen by the device; sent again with it, it is the same visit")
    station = StationField()
    came_at = serializers.DateTimeField()
    words = CleanCharField(multiline=True, max_length=LONGEST_TEXT)
    told = StrictBooleanField(help_text="The resident was told what is kept, and agrees")
    name = CleanCharField(max_length=60, required=False, allow_blank=True)
    phone = CleanCharField(max_length=30, required=False, allow_blank=True)
    group_size = serializers.IntegerField(min_value=1, max_value=LARGEST_GROUP, required=False)
    # How many are too many, the action says, and kindly.
    representatives = serializers.ListField(child=CleanCharField(max_length=60), max_length=50, required=False)
    deputies = serializers.ListField(child=DeputyField(), max_length=20, required=False)
    address = CleanCharField(max_length=200, required=False, allow_blank=True)
    urgent = StrictBooleanField(required=False)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices, required=False)
    may_publish = StrictBooleanField(required=False)
    answer = CleanCharField(multiline=True, max_length=2000, required=False, allow_blank=True)
    check_in = serializers.ChoiceField(choices=CheckIn.choices, required=False)
    raised = StrictBooleanField(required=False, help_text="Turn it into a petition at once")
    although_double = StrictBooleanField(required=False, help_text="A colleague’s visit is another one")
    owner = CleanCharField(max_length=64, required=False, help_text="For whom the device kept it")

    def intake(self) -> VisitIntake:
        """Return the validated visit for the action."""
        apart = ("raised", "although_double", "owner")
        values = {name: value for name, value in self.validated_data.items() if name not in apart}
        return VisitIntake(**{"language": get_language() or "zh-hans", **values})


class AnswerSerializer(StrictSerializer):
    text = CleanCharField(multiline=True, max_length=2000)


class FeedbackSerializer(StrictSerializer):
    feedback = serializers.ChoiceField(choices=Feedback.choices)
    note = CleanCharField(max_length=500, required=False, allow_blank=True, default="")


class ReceiptSerializer(Quick, serializers.Serializer):
    """What the device is told: the visit has arrived. Nothing that was said comes back."""

    id = serializers.IntegerField()
    key = serializers.UUIDField()
    new = serializers.BooleanField()
    restricted = serializers.BooleanField()
    outcome = serializers.CharField()
    reference = serializers.CharField(allow_null=True, help_text="Of its petition; null on the restricted route")


def receipt(visit: Visit, petition: Petition | None, new: bool) -> dict[str, Any]:
    """Return what the writer may know. A restricted matter's reference goes to the resident alone (DOMAIN.md)."""
    return {
        "id": visit.pk,
        "key": visit.key,
        "new": new,
        "restricted": visit.restricted,
        "outcome": "raised" if petition else visit.outcome,
        "reference": petition.reference if petition and not petition.restricted else None,
    }


class PhotoSerializer(Quick, serializers.ModelSerializer):
    class Meta:
        model = VisitPhoto
        fields = ["id", "name", "content_type", "size", "at"]


class VisitSerializer(Quick, serializers.ModelSerializer):
    """The record of a visit, with its petition where the reader may open it."""

    number = serializers.CharField()
    station = LabelledSerializer()
    deputies = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    representatives = serializers.SerializerMethodField()
    reference = serializers.SerializerMethodField()
    outcome_label = serializers.CharField(source="get_outcome_display", read_only=True)
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Visit
        fields = [
            "id", "number", "key", "came_at", "logged_at", "check_in", "station", "deputies", "name", "phone",
            "group_size", "representatives", "words", "address", "urgent", "confidentiality", "restricted",
            "may_publish", "outcome", "outcome_label", "answer", "feedback", "feedback_note", "reference", "photos",
        ]  # fmt: skip

    @extend_schema_field(LabelledSerializer(many=True))
    def get_deputies(self, visit: Visit) -> list[dict[str, str]]:
        return [{"code": each.code, "label": each.label} for each in visit.deputies.all()]

    @extend_schema_field(serializers.CharField())
    def get_name(self, visit: Visit) -> str:
        return visit.contact.name if visit.contact else ""

    @extend_schema_field(serializers.CharField())
    def get_phone(self, visit: Visit) -> str:
        return visit.contact.phone if visit.contact else ""

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_representatives(self, visit: Visit) -> list[str]:
        return visit.representatives.split("\n") if visit.representatives else []

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reference(self, visit: Visit) -> str | None:
        return visit.seen[0].reference if visit.seen else None  # type: ignore[attr-defined]

    @extend_schema_field(PhotoSerializer(many=True))
    def get_photos(self, visit: Visit) -> Any:
        return PhotoSerializer(visit.photos.all(), many=True).data

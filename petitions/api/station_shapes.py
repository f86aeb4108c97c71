"""What the addresses of stations and receptions take and answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.strict import CleanCharField, StrictBooleanField, StrictSerializer
from petitions.api.fields import AreaField, DegreesField, DeputyField, StationField
from petitions.api.serializers import LabelledSerializer
from stations.actions.days import DayPlan
from stations.actions.receptions import Session
from stations.lifecycle import NoticeException
from stations.models import OpeningHours, Reception, ReceptionDuty, StationKind, UnifiedDay, Weekday
from stations.series import Every


class HoursSerializer(serializers.ModelSerializer):
    class Meta:
        model = OpeningHours
        fields = ["weekday", "opens", "closes"]


class StationDetailSerializer(serializers.Serializer):
    """A station as everybody may know it."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    kind_label = serializers.CharField(source="get_kind_display")
    area = LabelledSerializer()
    address = serializers.CharField()
    phone = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    is_model = serializers.BooleanField()
    about = serializers.CharField(source="about_label")
    hours = HoursSerializer(many=True)
    deputies = LabelledSerializer(many=True)


class NearSerializer(StrictSerializer):
    """A position, which is used and not kept. Sent in the body, so that no address holds it."""

    latitude = DegreesField(limit=90)
    longitude = DegreesField(limit=180)


class NearestSerializer(serializers.Serializer):
    station = LabelledSerializer()
    address = serializers.CharField(source="station.address")
    kilometres = serializers.FloatField()


class DutySerializer(serializers.ModelSerializer):
    deputy = LabelledSerializer()

    class Meta:
        model = ReceptionDuty
        fields = ["deputy", "attended", "attended_at", "absence_reason"]


class ReceptionSerializer(serializers.ModelSerializer):
    """A reception as everybody may know it."""

    station = LabelledSerializer()
    topic = serializers.CharField(source="label")
    state_label = serializers.CharField(source="get_state_display")
    deputies = LabelledSerializer(many=True)
    unified_day = serializers.IntegerField(source="day_id", allow_null=True)

    class Meta:
        model = Reception
        fields = [
            "id", "station", "starts_at", "ends_at", "topic", "capacity", "slot_minutes", "state", "state_label",
            "deputies", "unified_day", "published_at", "notice_exception", "notice_reason", "cancel_reason",
        ]  # fmt: skip


class StaffReceptionSerializer(ReceptionSerializer):
    """The same with who came, for those who look after the station."""

    duties = DutySerializer(many=True)

    class Meta(ReceptionSerializer.Meta):
        fields = [*ReceptionSerializer.Meta.fields, "series", "opened_at", "closed_at", "duties"]


class SessionSerializer(StrictSerializer):
    """When, for how many, on what, with whom."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    topic = CleanCharField(max_length=120, required=False, allow_blank=True)
    topic_en = CleanCharField(max_length=200, required=False, allow_blank=True)
    capacity = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    slot_minutes = serializers.IntegerField(min_value=5, max_value=240, required=False)
    deputies = serializers.ListField(child=DeputyField(), max_length=30, required=False)

    def session(self) -> Session:
        """Return the session for the action."""
        return Session(
            **{name: value for name, value in self.validated_data.items() if name in Session.__annotations__}
        )


class PlanSerializer(SessionSerializer):
    """The same, once or repeated up to a day."""

    every = serializers.ChoiceField(choices=Every.choices, required=False)
    until = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A series has an end."""
        if attrs.get("every", Every.ONCE) != Every.ONCE and "until" not in attrs:
            raise serializers.ValidationError({"until": self.fields["until"].error_messages["required"]})
        return attrs


class PublishSerializer(StrictSerializer):
    exception = serializers.ChoiceField(choices=NoticeException.choices, required=False)
    reason = CleanCharField(max_length=300, required=False)


class ReasonSerializer(StrictSerializer):
    reason = CleanCharField(max_length=300)


class AttendSerializer(StrictSerializer):
    deputy = DeputyField()
    attended = StrictBooleanField()
    reason = CleanCharField(max_length=200, required=False, allow_blank=True)


class EmptySerializer(StrictSerializer):
    """No input."""


class SpanSerializer(StrictSerializer):
    weekday = serializers.ChoiceField(choices=Weekday.choices)
    opens = serializers.TimeField()
    closes = serializers.TimeField()


class ChangeStationSerializer(StrictSerializer):
    """What a station's own people may change; what is left out stays."""

    name = CleanCharField(max_length=100, required=False)
    name_en = CleanCharField(max_length=200, required=False, allow_blank=True)
    address = CleanCharField(max_length=200, required=False, allow_blank=True)
    phone = CleanCharField(max_length=40, required=False, allow_blank=True)
    about = CleanCharField(max_length=1000, required=False, allow_blank=True, multiline=True)
    about_en = CleanCharField(max_length=1000, required=False, allow_blank=True, multiline=True)
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, allow_null=True)
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False, allow_null=True)
    hours = serializers.ListField(child=SpanSerializer(), max_length=28, required=False)
    deputies = serializers.ListField(child=DeputyField(), max_length=200, required=False)


class PhotoUploadSerializer(StrictSerializer):
    photo = serializers.FileField()
    caption = CleanCharField(max_length=120)


class CheckPhotoUploadSerializer(StrictSerializer):
    photo = serializers.FileField()
    standard = serializers.SlugField(max_length=32)


class MeetingSerializer(StrictSerializer):
    date = serializers.DateField()
    title = CleanCharField(max_length=120)


class CheckAnswerSerializer(StrictSerializer):
    standard = serializers.SlugField(max_length=32)
    met = StrictBooleanField()
    remark = CleanCharField(max_length=300, required=False, allow_blank=True)


class AnswersSerializer(StrictSerializer):
    answers = serializers.ListField(child=CheckAnswerSerializer(), max_length=200)


class InspectSerializer(StrictSerializer):
    passed = StrictBooleanField()
    finding = CleanCharField(max_length=2000, multiline=True)
    not_met = serializers.ListField(child=serializers.SlugField(max_length=32), max_length=200, required=False)


class ProgressSerializer(serializers.Serializer):
    subject = serializers.CharField(source="quota.subject")
    done = serializers.IntegerField()
    asked = serializers.IntegerField()
    due = serializers.IntegerField()
    behind = serializers.BooleanField(source="is_behind")


class StandingSerializer(serializers.Serializer):
    """A station one looks after, with its quotas and its self-check of this year."""

    station = LabelledSerializer()
    is_model = serializers.BooleanField(source="station.is_model")
    quotas = ProgressSerializer(source="progress", many=True)
    behind = serializers.BooleanField(source="is_behind")
    check = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_check(self, standing: Any) -> str | None:
        """The state of this year's self-check; null where it was not begun."""
        return standing.check.state if standing.check else None


class CodeSerializer(serializers.Serializer):
    """A QR code: the address it holds and how often it was used."""

    code = serializers.CharField()
    address = serializers.CharField()
    scans = serializers.IntegerField()
    submissions = serializers.IntegerField()


class DayPlanSerializer(StrictSerializer):
    """A unified reception day. Stations by code, or all of the named sub-districts and kinds, or all of the area."""

    area = AreaField()
    date = serializers.DateField()
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    topic = CleanCharField(max_length=120)
    topic_en = CleanCharField(max_length=200, required=False, allow_blank=True)
    capacity = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    slot_minutes = serializers.IntegerField(min_value=5, max_value=240, required=False)
    stations = serializers.ListField(child=StationField(), max_length=500, required=False)
    areas = serializers.ListField(child=AreaField(), max_length=100, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=StationKind.choices), max_length=10, required=False
    )

    def plan(self) -> DayPlan:
        """Return the plan for the action."""
        return DayPlan(
            **{name: value for name, value in self.validated_data.items() if name in DayPlan.__annotations__}
        )


class CloseDaySerializer(StrictSerializer):
    conclusion = CleanCharField(max_length=5000, multiline=True, required=False, allow_blank=True)


class NumbersSerializer(serializers.Serializer):
    stations = serializers.IntegerField()
    open = serializers.IntegerField()
    held = serializers.IntegerField()
    on_duty = serializers.IntegerField()
    present = serializers.IntegerField()
    received = serializers.IntegerField()
    visits = serializers.IntegerField()
    on_the_spot = serializers.IntegerField()
    raised = serializers.IntegerField()
    routed = serializers.IntegerField()
    answered = serializers.IntegerField()


class PlaceNumbersSerializer(NumbersSerializer):
    area = serializers.CharField()


class DaySerializer(serializers.ModelSerializer):
    """A unified reception day."""

    area = LabelledSerializer()
    topic = serializers.CharField(source="label")

    class Meta:
        model = UnifiedDay
        fields = ["id", "area", "date", "topic", "state", "published_at", "closed_at", "conclusion"]


class DayNumbersSerializer(serializers.Serializer):
    """A day with its numbers as they are now, or as its report kept them."""

    day = DaySerializer()
    total = NumbersSerializer()
    places = PlaceNumbersSerializer(many=True)


class PlannedDaySerializer(serializers.Serializer):
    day = DaySerializer()
    receptions = serializers.IntegerField()
    duties = serializers.IntegerField()
    skipped = LabelledSerializer(many=True)
    without_deputy = LabelledSerializer(many=True)


class LinkSerializer(serializers.Serializer):
    address = serializers.CharField(help_text="Secret; shown this once")


class RevokedSerializer(serializers.Serializer):
    revoked = serializers.BooleanField()

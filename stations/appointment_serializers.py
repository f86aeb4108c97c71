"""The shape of appointments, coming in and going out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.strict import CleanCharField, StrictBooleanField, StrictSerializer
from deputies.models import Deputy
from directory import queries
from stations.actions.appointments import Request
from stations.models import Reception, Station
from stations.models.appointments import Appointment, Occasion

NOTHING = gettext_lazy("There is nothing with this code. The lists are under public/.")


class Coded(CleanCharField):
    """A code in, a row out; `find` looks it up."""

    def find(self, code: str) -> Any:
        """Return the row, or None."""
        raise NotImplementedError

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the row; raises ValidationError when there is none."""
        text = super().run_validation(data)
        if text is None or text == "":
            return None
        found = self.find(str(text))
        if found is None:
            raise serializers.ValidationError(NOTHING)
        return found


class StationCode(Coded):
    def find(self, code: str) -> Any:
        return Station.objects.open().select_related("area").filter(code=code).first()


class DeputyCode(Coded):
    def find(self, code: str) -> Any:
        return Deputy.objects.active().filter(code=code).first()


class UnitCode(Coded):
    def find(self, code: str) -> Any:
        return queries.department_by_code(code)


class ReceptionField(serializers.IntegerField):
    """A reception's number in, the reception out, if it has been announced."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the reception; raises ValidationError when it is not announced."""
        number = super().run_validation(data)
        if number is None:
            return None
        found = Reception.objects.announced().filter(pk=number).first()
        if found is None:
            raise serializers.ValidationError(gettext_lazy("There is no such reception."))
        return found


class SlotSerializer(serializers.Serializer):
    """One free place of one reception."""

    reception = serializers.IntegerField(source="reception_id")
    place = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class BookSerializer(StrictSerializer):
    """An appointment as somebody asks for it. With `reception` a place is booked, else a meeting is asked for."""

    station = StationCode(max_length=32)
    occasion = serializers.ChoiceField(choices=Occasion.choices)
    subject = CleanCharField(multiline=True, max_length=500)
    phone = CleanCharField(max_length=30)
    consent_version = CleanCharField(max_length=20)
    name = CleanCharField(max_length=60, required=False, allow_blank=True)
    deputy = DeputyCode(max_length=32, required=False)
    reception = ReceptionField(min_value=1, max_value=2**53, required=False)
    place = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    wish = CleanCharField(max_length=200, required=False, allow_blank=True)
    enterprise = CleanCharField(max_length=120, required=False, allow_blank=True)
    altcha = CleanCharField(max_length=4000, required=False, allow_blank=True)

    def request(self) -> Request:
        """Return the validated request for the action."""
        values = {name: value for name, value in self.validated_data.items() if name != "altcha" and value is not None}
        return Request(**{"language": get_language() or "zh-hans", **values})


class TailSerializer(StrictSerializer):
    """The last four digits of the telephone number given with the appointment."""

    phone_tail = serializers.RegexField(
        r"^[0-9]{4}$",
        error_messages={name: gettext_lazy("Please enter exactly four digits.") for name in ("invalid", "blank")},
    )


class OwnMoveSerializer(TailSerializer):
    reception = ReceptionField(min_value=1, max_value=2**53)
    place = serializers.IntegerField(min_value=1, max_value=1000, required=False)


class OwnCancelSerializer(TailSerializer):
    reason = CleanCharField(max_length=300, required=False, allow_blank=True)


class TimeSerializer(StrictSerializer):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    deputy = DeputyCode(max_length=32, required=False)


class StaffMoveSerializer(StrictSerializer):
    """Another place of a reception, or another time."""

    reception = ReceptionField(min_value=1, max_value=2**53, required=False)
    place = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)


class ReasonSerializer(StrictSerializer):
    reason = CleanCharField(max_length=300)


class InviteSerializer(StrictSerializer):
    department = UnitCode(max_length=32)


class AnswerSerializer(InviteSerializer):
    comes = StrictBooleanField()
    note = CleanCharField(max_length=300, required=False, allow_blank=True)


class OwnSerializer(serializers.ModelSerializer):
    """An appointment as its holder sees it."""

    station = serializers.CharField(source="station.code")
    station_label = serializers.CharField(source="station.label")
    deputy = serializers.CharField(source="deputy.code", default=None, allow_null=True)
    reception = serializers.IntegerField(source="reception_id", allow_null=True)
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Appointment
        fields = [
            "reference", "occasion", "state", "state_label", "station", "station_label", "deputy", "reception",
            "place", "starts_at", "ends_at", "subject", "wish", "enterprise", "moves", "cancel_reason", "created_at",
        ]  # fmt: skip


class InvitedSerializer(serializers.Serializer):
    department = serializers.CharField(source="department.code")
    label = serializers.CharField(source="department.label")  # type: ignore[assignment]
    state = serializers.CharField()
    note = serializers.CharField()


class AppointmentSerializer(OwnSerializer):
    """An appointment as staff sees it; an invited department reads neither name nor number."""

    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    invitations = InvitedSerializer(many=True)

    class Meta(OwnSerializer.Meta):
        fields = [*OwnSerializer.Meta.fields, "name", "phone", "invitations"]

    @extend_schema_field(serializers.CharField())
    def get_name(self, row: Appointment) -> str:
        return row.contact.name if row.pk in self.context.get("arranged", ()) else ""

    @extend_schema_field(serializers.CharField())
    def get_phone(self, row: Appointment) -> str:
        return row.contact.phone if row.pk in self.context.get("arranged", ()) else ""

"""The deputy's desk for programs: what the page at /desk/deputy/ shows."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deputies.models import Deputy
from desks.deputy_desk import Row, holds
from petitions.access import scope_of
from petitions.api.serializers import LabelledSerializer


class DeskReceptionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    station = LabelledSerializer()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    topic = serializers.CharField(source="label")


class DeskMatterSerializer(serializers.Serializer):
    """An open matter of the deputy's."""

    reference = serializers.CharField(source="petition.reference")
    title = serializers.CharField(source="petition.title")
    state = serializers.CharField(source="petition.state")
    state_label = serializers.CharField(source="petition.get_state_display")
    department = LabelledSerializer(source="petition.lead_unit", allow_null=True)
    due_at = serializers.DateTimeField(source="petition.due_at", allow_null=True)
    due = serializers.BooleanField(help_text="Within three days, or past")
    overdue = serializers.BooleanField(source="late")
    raised = serializers.BooleanField(help_text="Entered by the deputy for a resident")
    followed = serializers.BooleanField(source="claimed")
    work_order = serializers.SerializerMethodField(help_text="The order to urge, at work-orders/{id}/actions/urge/")

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_work_order(self, row: Row) -> int | None:
        return row.order.pk if row.order else None


class DeskAnswerSerializer(serializers.Serializer):
    """What a resident answered in the last two months."""

    reference = serializers.CharField(source="petition.reference")
    process = serializers.CharField()
    result = serializers.CharField()
    comment = serializers.CharField()
    at = serializers.DateTimeField()


class DeskRhythmSerializer(serializers.Serializer):
    rhythm = serializers.CharField(source="rhythm.code")
    label = serializers.CharField(source="rhythm.label")  # type: ignore[assignment]
    done = serializers.IntegerField()
    times = serializers.IntegerField(source="rhythm.times")
    until = serializers.DateField(source="within.last")


class DeputyDeskSerializer(serializers.Serializer):
    receptions = DeskReceptionSerializer(many=True)
    matters = DeskMatterSerializer(many=True, source="rows")
    answers = DeskAnswerSerializer(many=True)
    rhythms = DeskRhythmSerializer(many=True, source="standing")


class DeputyDesk(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["deputies"], summary="The caller's desk as a deputy", responses=DeputyDeskSerializer)
    def get(self, request: Request) -> Response:
        """Next receptions, open matters by their limits, what residents answered, how the rhythm of duty stands."""
        user: Any = request.user
        deputy = get_object_or_404(Deputy, pk=scope_of(user).deputy or 0)
        return Response(DeputyDeskSerializer(holds(user, deputy, timezone.now())).data)

"""Duty reports by API: the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import me
from appraisals import actions
from appraisals.api.commands import COMMANDS, ReportStart
from appraisals.board import board
from appraisals.drafting import named
from appraisals.models import DutyReport
from appraisals.moves import moves_open_to
from ballots.api import VoteResultSerializer
from petitions.api.public import Public
from stations.models import Station


class DutyCountSerializer(serializers.Serializer):
    item = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class ReportRowSerializer(serializers.ModelSerializer):
    """A report in a list."""

    deputy = serializers.CharField(source="deputy.code")
    deputy_label = serializers.CharField(source="deputy.label")
    state_label = serializers.CharField(source="get_state_display")
    station = serializers.CharField(source="station.code", default=None, allow_null=True)

    class Meta:
        model = DutyReport
        fields = [
            *("id", "deputy", "deputy_label", "year", "state", "state_label", "published_at"),
            *("meeting_at", "meeting_place", "station", "announced_at"),
        ]


class PublicReportSerializer(ReportRowSerializer):
    facts = serializers.SerializerMethodField()
    vote = VoteResultSerializer(source="poll", allow_null=True)

    class Meta(ReportRowSerializer.Meta):
        fields = [*ReportRowSerializer.Meta.fields, "text", "facts", "vote"]

    @extend_schema_field(DutyCountSerializer(many=True))
    def get_facts(self, report: DutyReport) -> Any:
        return named(report.facts)


class ReportSerializer(PublicReportSerializer):
    """With what the caller may do, and how many codes were given out and used."""

    moves = serializers.SerializerMethodField()
    codes_given = serializers.SerializerMethodField()
    codes_used = serializers.SerializerMethodField()

    class Meta(PublicReportSerializer.Meta):
        fields = [*PublicReportSerializer.Meta.fields, "moves", "codes_given", "codes_used"]

    def get_moves(self, report: DutyReport) -> list[str]:
        return moves_open_to(self.context["request"].user, report)

    def get_codes_given(self, report: DutyReport) -> int:
        return report.poll.codes.count() if report.poll else 0

    def get_codes_used(self, report: DutyReport) -> int:
        return report.poll.participations.count() if report.poll else 0


class NewCodesSerializer(serializers.Serializer):
    codes = serializers.ListField(child=serializers.CharField())


def _full() -> QuerySet[DutyReport]:
    return DutyReport.objects.select_related("deputy__area", "deputy__user", "station", "poll")


@extend_schema(tags=["duty reports"], summary="The duty reports the caller writes or looks after")
class Reports(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = ReportRowSerializer
    queryset = DutyReport.objects.none()

    def get_queryset(self) -> QuerySet[DutyReport]:
        return DutyReport.objects.at_desk_of(self.request.user).select_related("deputy", "station").defer("text")


class Start(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["duty reports"], summary="Draft a duty report", request=ReportStart, responses={201: ReportSerializer}
    )
    def post(self, request: Request) -> Response:
        """Draft it from the duty file; the second time it is the same report."""
        form = ReportStart(data=request.data)
        form.is_valid(raise_exception=True)
        report = actions.start(**form.validated_data, by=me(request), now=timezone.now())
        body = ReportSerializer(_full().get(pk=report.pk), context={"request": request}).data
        return Response(body, status=status.HTTP_201_CREATED)


@extend_schema(tags=["duty reports"], summary="One duty report with what the caller may do")
class Report(RetrieveAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = ReportSerializer
    lookup_field = "id"
    queryset = DutyReport.objects.none()

    def get_queryset(self) -> QuerySet[DutyReport]:
        return _full().at_desk_of(self.request.user)  # type: ignore[attr-defined]


class Moves(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["duty reports"],
        summary="A move on a duty report",
        description="What each takes: docs/api.md. `issue_codes` answers `{codes}`, all others the report.",
        request=dict[str, Any],
        responses={200: ReportSerializer},
    )
    def post(self, request: Request, id: int, action: str) -> Response:
        """Make one move by name."""
        report = get_object_or_404(DutyReport.objects.visible_to(request.user), pk=id)
        if action not in COMMANDS:
            raise Http404
        form = COMMANDS[action](data=request.data)
        form.is_valid(raise_exception=True)
        done = getattr(actions, action)(report=report, **form.validated_data, by=request.user, now=timezone.now())
        if action == "issue_codes":
            return Response({"codes": done})
        return Response(ReportSerializer(_full().get(pk=id), context={"request": request}).data)


@extend_schema(tags=["public"], summary="Published duty reports", auth=[])
class PublicReports(Public, ListAPIView):
    serializer_class = ReportRowSerializer
    keyset = ("-published_at", "-id")
    queryset = DutyReport.objects.public().select_related("deputy", "station").defer("text")


@extend_schema(tags=["public"], summary="One published duty report with the result of its vote", auth=[])
class PublicReport(Public, RetrieveAPIView):
    serializer_class = PublicReportSerializer
    lookup_field = "id"
    queryset = DutyReport.objects.public().select_related("deputy", "station", "poll")


class BoardDeputySerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    level_label = serializers.CharField(source="get_level_display")
    electoral_district = serializers.CharField()


class BoardReceptionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    topic = serializers.CharField(source="label")
    deputies = BoardDeputySerializer(many=True)


class BoardMatterSerializer(serializers.Serializer):
    reference = serializers.CharField()
    title = serializers.CharField(source="public_title")
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    department = serializers.CharField(source="lead_unit.label", default=None, allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class BoardMeetingSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    deputy = serializers.CharField(source="deputy.code")
    deputy_label = serializers.CharField(source="deputy.label")
    meeting_at = serializers.DateTimeField()
    meeting_place = serializers.CharField()
    state = serializers.CharField()


class BoardSerializer(serializers.Serializer):
    """What hangs on the wall of a station."""

    station = serializers.CharField(source="station.code")
    station_label = serializers.CharField(source="station.label")
    address = serializers.CharField(source="station.address")
    year = serializers.IntegerField()
    deputies = BoardDeputySerializer(many=True)
    receptions = BoardReceptionSerializer(many=True)
    solved = BoardMatterSerializer(many=True)
    asked = BoardMatterSerializer(many=True)
    facts = DutyCountSerializer(many=True)
    meetings = BoardMeetingSerializer(many=True)


@extend_schema(tags=["public"], summary="The notice board of a station", auth=[], responses=BoardSerializer)
class Board(Public, RetrieveAPIView):
    serializer_class = BoardSerializer
    lookup_field = "code"
    queryset = Station.objects.open().select_related("area")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer what the page shows."""
        return Response(BoardSerializer(board(self.get_object(), timezone.now())).data)

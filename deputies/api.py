"""Duty files for programs: reading one, entering, verifying, appealing, ruling, who is behind; and the public page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.strict import CleanCharField, StrictSerializer
from accounts.throttles import ScopedThrottle
from deputies import actions
from deputies.access import looked_after, scope_of, visible_filter
from deputies.actions import Duty
from deputies.file import DutyFile, duty_file, public_facts
from deputies.models import Appeal, Deputy, DutyEntry, DutyRecord, EntryState, Rhythm
from deputies.queries import stations_of
from deputies.rhythm import behind, span


class EntrySerializer(serializers.ModelSerializer):
    """An entry with evidence."""

    deputy = serializers.CharField(source="deputy.code", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = DutyEntry
        fields = ["id", "deputy", "item", "title", "text", "on", "quantity", "state", "state_label", "reason"]


class EnterSerializer(StrictSerializer):
    item = CleanCharField(max_length=32)
    title = CleanCharField(max_length=120)
    on = serializers.DateField()
    text = CleanCharField(multiline=True, max_length=2000, required=False, allow_blank=True, default="")
    quantity = serializers.IntegerField(min_value=1, max_value=100, required=False, default=1)
    files = serializers.FileField(required=False, help_text="May be given several times; JPEG, PNG, WebP or PDF")


class DecideSerializer(StrictSerializer):
    reason = CleanCharField(multiline=True, max_length=2000, required=False, allow_blank=True, default="")


class AppealSerializer(StrictSerializer):
    text = CleanCharField(multiline=True, max_length=2000)


class RuleSerializer(StrictSerializer):
    granted = serializers.BooleanField()
    ruling = CleanCharField(multiline=True, max_length=2000)


class AppealedSerializer(serializers.ModelSerializer):
    """An appeal."""

    class Meta:
        model = Appeal
        fields = ["id", "text", "at", "state", "ruling"]


class TotalSerializer(serializers.Serializer):
    item = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField()
    points = serializers.IntegerField()


class RecordSerializer(serializers.Serializer):
    """A fact of duty with the journal row from which it follows."""

    id = serializers.IntegerField()
    item = serializers.CharField()
    on = serializers.DateField()
    quantity = serializers.IntegerField()
    points = serializers.IntegerField()
    journal = serializers.IntegerField(source="entry_id")
    digest = serializers.CharField(source="entry.digest")
    struck = serializers.SerializerMethodField()

    def get_struck(self, record: DutyRecord) -> bool:
        return record.struck_by_id is not None


class PartSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    totals = TotalSerializer(many=True)
    records = RecordSerializer(many=True)


class FileSerializer(serializers.Serializer):
    """One year of a duty file: the eight parts."""

    deputy = serializers.CharField()
    name = serializers.CharField()
    year = serializers.IntegerField()
    points = serializers.IntegerField()
    parts = PartSerializer(many=True)
    entries = EntrySerializer(many=True)


def _body(file: DutyFile) -> dict[str, Any]:
    parts = [
        {"code": p.code, "label": p.label, "totals": p.totals, "records": [line.record for line in p.lines]}
        for p in file.parts
    ]
    deputy = file.deputy
    return {
        "deputy": deputy.code,
        "name": deputy.label,
        "year": file.year,
        "points": file.points,
        "parts": parts,
        "entries": file.entries,
    }


def _visible(request: Request) -> QuerySet[Deputy]:
    return Deputy.objects.filter(visible_filter(request.user)).select_related("area")


YEAR = OpenApiParameter("year", int, description="This year unless given")


class DutyFileView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["deputies"], summary="A deputy's duty file", parameters=[YEAR], responses=FileSerializer)
    def get(self, request: Request, deputy: str) -> Response:
        """The file of one year."""
        found = get_object_or_404(_visible(request), code=deputy)
        raw, today = request.query_params.get("year", ""), timezone.localdate()
        if raw and not (raw.isascii() and raw.isdigit() and 2000 <= int(raw[:5]) <= today.year):
            raise ValidationError({"year": [str(today.year)]})
        year = int(raw) if raw else today.year
        shown = duty_file(found, year=year, now=timezone.now(), today=today)
        return Response(FileSerializer(_body(shown)).data)


class EnterView(APIView):
    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]

    @extend_schema(
        tags=["deputies"],
        summary="Enter something into a duty file",
        request={"multipart/form-data": EnterSerializer},
        responses={201: EntrySerializer},
    )
    def post(self, request: Request, deputy: str) -> Response:
        """A deputy with evidence, to be verified; station and commission at once."""
        found = get_object_or_404(_visible(request), code=deputy)
        form = EnterSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = {name: value for name, value in form.validated_data.items() if name != "files"}
        user: Any = request.user
        files = request.FILES.getlist("files")
        entry = actions.enter(deputy=found, duty=Duty(**values), files=files, by=user, now=timezone.now())
        return Response(EntrySerializer(entry).data, status=201)


@extend_schema(tags=["deputies"], summary="Duty entries that wait to be verified")
class Queue(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = EntrySerializer
    keyset = ("id",)
    queryset = DutyEntry.objects.none()

    def get_queryset(self) -> QuerySet[DutyEntry]:
        if not scope_of(self.request.user).verifies:
            raise Http404
        found = DutyEntry.objects.filter(looked_after(self.request.user, "deputy__"), state=EntryState.WAITING)
        return found.select_related("deputy")


class DecideView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["deputies"], summary="Verify or reject a duty entry", request=DecideSerializer, responses=EntrySerializer
    )
    def post(self, request: Request, id: int, action: str) -> Response:
        """`verify`, or `reject` with its reason."""
        entry = get_object_or_404(DutyEntry, pk=id, deputy__in=_visible(request).values("pk"))
        if action not in ("verify", "reject"):
            raise Http404
        form = DecideSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user: Any = request.user
        if action == "verify":
            entry = actions.verify(entry=entry, by=user, now=timezone.now())
        else:
            entry = actions.reject(entry=entry, by=user, now=timezone.now(), reason=form.validated_data["reason"])
        return Response(EntrySerializer(entry).data)


class AppealView(APIView):
    """Appealing against a rejected entry (`entries`) or a record of the own file (`records`)."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["deputies"],
        summary="Appeal against a rejection or a record",
        request=AppealSerializer,
        responses={201: AppealedSerializer},
    )
    def post(self, request: Request, what: str, id: int) -> Response:
        """The deputy's own only."""
        form = AppealSerializer(data=request.data)
        mine, user, now = _visible(request).values("pk"), request.user, timezone.now()
        if what == "entries":
            entry = get_object_or_404(DutyEntry, pk=id, deputy__in=mine)
            form.is_valid(raise_exception=True)
            made = actions.appeal_entry(entry=entry, by=user, now=now, text=form.validated_data["text"])  # type: ignore[arg-type]
        elif what == "records":
            record = get_object_or_404(DutyRecord, pk=id, deputy__in=mine)
            form.is_valid(raise_exception=True)
            made = actions.appeal_record(record=record, by=user, now=now, text=form.validated_data["text"])  # type: ignore[arg-type]
        else:
            raise Http404
        return Response(AppealedSerializer(made).data, status=201)


class RuleView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["deputies"], summary="Rule on an appeal", request=RuleSerializer, responses=AppealedSerializer)
    def post(self, request: Request, id: int) -> Response:
        """The commission only."""
        appeal = get_object_or_404(Appeal, pk=id, deputy__in=_visible(request).values("pk"))
        form = RuleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user: Any = request.user
        ruled = actions.rule(appeal=appeal, by=user, now=timezone.now(), **form.validated_data)
        return Response(AppealedSerializer(ruled).data)


class BehindSerializer(serializers.ModelSerializer):
    """A deputy who is behind with a rhythm."""

    done = serializers.IntegerField()

    class Meta:
        model = Deputy
        fields = ["code", "label", "level", "done"]


@extend_schema(
    tags=["deputies"],
    summary="Who is behind with a rhythm in the present period",
    parameters=[OpenApiParameter("rhythm", str, description="Its code; the first unless given")],
)
class Behind(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = BehindSerializer
    keyset = ("code",)
    queryset = Deputy.objects.none()

    def get_queryset(self) -> QuerySet[Deputy]:
        if not scope_of(self.request.user).verifies:
            raise Http404
        code = self.request.query_params.get("rhythm", "")
        active = Rhythm.objects.filter(is_active=True)
        rhythm = active.filter(code=code[:32]).first() if code else active.first()
        if rhythm is None:
            return Deputy.objects.none()
        own = Deputy.objects.filter(looked_after(self.request.user))
        return behind(own, rhythm, span(rhythm.period, timezone.localdate()))


class FactSerializer(serializers.Serializer):
    item = serializers.CharField()
    name = serializers.CharField()
    count = serializers.IntegerField()


class PublicDeputySerializer(serializers.ModelSerializer):
    """A deputy with this year's facts of duty; never points or ways to reach the person."""

    level_label = serializers.CharField(source="get_level_display")
    area = serializers.CharField(source="area.code")
    groups: Any = serializers.SlugRelatedField("code", many=True, read_only=True)
    stations = serializers.SerializerMethodField(help_text="Codes, the nearest to the deputy's own area first")
    duty = serializers.SerializerMethodField()

    class Meta:
        model = Deputy
        fields = [
            "code", "label", "level", "level_label", "term", "electoral_district", "area", "profession",
            "introduction", "groups", "stations", "duty",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_stations(self, deputy: Deputy) -> list[str]:
        return [station.code for _km, station in stations_of(deputy)]

    @extend_schema_field(FactSerializer(many=True))
    def get_duty(self, deputy: Deputy) -> Any:
        return FactSerializer(public_facts(deputy, timezone.localdate().year), many=True).data


class PublicDeputy(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "public"

    @extend_schema(
        tags=["public"], summary="One deputy with the facts of duty", responses=PublicDeputySerializer, auth=[]
    )
    def get(self, request: Request, deputy: str) -> Response:
        """The deputy as everybody may see."""
        found = get_object_or_404(Deputy.objects.active().select_related("area"), code=deputy)
        return Response(PublicDeputySerializer(found).data)

"""Stations: what everybody reads, and what their own people and the commission keep."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import me
from directory.calendar import local_day
from directory.distances import nearest
from petitions.api import station_shapes as shapes
from petitions.api.public import Public
from petitions.code_counts import code_counts
from stations.actions import quality as checks
from stations.actions.codes import code_for
from stations.actions.master import add_photo, change_station
from stations.models import SelfCheck, Standard, Station
from stations.posters import address_of
from stations.quality import standings

NEAREST = 20


@extend_schema(tags=["public"], summary="One liaison station", auth=[])
class PublicStation(Public, RetrieveAPIView):
    serializer_class = shapes.StationDetailSerializer
    queryset = Station.objects.open().select_related("area").prefetch_related("hours", "deputies")
    lookup_field = "code"


class NearestStations(Public):
    """The open stations nearest to a position."""

    serializer_class = shapes.NearSerializer
    filter_backends = []

    @extend_schema(
        tags=["public"], summary="The stations nearest to a position", auth=[], request=shapes.NearSerializer,
        responses={200: shapes.NearestSerializer(many=True)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Answer the twenty nearest; the position is not kept."""
        form = shapes.NearSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        here = (float(form.validated_data["latitude"]), float(form.validated_data["longitude"]))
        placed = Station.objects.open().filter(latitude__isnull=False)
        rows = [
            {"station": station, "kilometres": round(far or 0.0, 2)} for far, station in nearest(placed, here)[:NEAREST]
        ]
        return Response(shapes.NearestSerializer(rows, many=True).data)


def managed(request: Request) -> Any:
    """The stations the caller looks after."""
    return Station.objects.visible_to(request.user).select_related("area").order_by("code")


def _one(request: Request, code: str) -> Station:
    found: Station = get_object_or_404(managed(request), code=code)
    return found


class Standings(APIView):
    """Where each station stands that the caller looks after."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"], summary="Quotas and self-checks of the stations the caller looks after",
        responses={200: shapes.StandingSerializer(many=True)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Answer this year's standings, all of them: four statements whatever their number."""
        rows = standings(list(managed(request).filter(is_active=True)), local_day(timezone.now()))
        return Response(shapes.StandingSerializer(rows, many=True).data)


class _OfStation(APIView):
    """One thing about one station that the caller looks after."""

    permission_classes = [IsAuthenticated]


class ChangeStation(_OfStation):
    """Master data."""

    @extend_schema(
        tags=["stations"], summary="Change a station's master data", request=shapes.ChangeStationSerializer,
        responses={200: shapes.StationDetailSerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str) -> Response:
        """Change what is given; the rest stays."""
        station = _one(request, code)
        form = shapes.ChangeStationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        spans = values.pop("hours", None)
        hours = None if spans is None else [(int(each["weekday"]), each["opens"], each["closes"]) for each in spans]
        changed = change_station(
            station=station, values=values, hours=hours, deputies=values.pop("deputies", None),
            by=me(request), now=timezone.now(),
        )  # fmt: skip
        return Response(shapes.StationDetailSerializer(changed).data)


class AddPhoto(_OfStation):
    """A photo that everybody may see."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        tags=["stations"], summary="Add a photo of the station",
        request={"multipart/form-data": shapes.PhotoUploadSerializer}, responses={201: shapes.EmptySerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str) -> Response:
        """Clean and keep it."""
        station = _one(request, code)
        form = shapes.PhotoUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        add_photo(station=station, file=data["photo"], caption=data["caption"], by=me(request), now=timezone.now())
        return Response({}, status=status.HTTP_201_CREATED)


class StationCode(_OfStation):
    """The QR code with its counts."""

    @extend_schema(tags=["stations"], summary="The QR code and its counts", responses={200: shapes.CodeSerializer})
    def get(self, request: Request, code: str) -> Response:
        """Answer the short address, and how often it was scanned and used."""
        found = code_for(station=_one(request, code), now=timezone.now())
        return Response({"code": found.code, "address": address_of(found), **code_counts(found)})


class NoteMeeting(_OfStation):
    """A deliberation meeting that was held."""

    @extend_schema(
        tags=["stations"], summary="Note a deliberation meeting held", request=shapes.MeetingSerializer,
        responses={201: shapes.EmptySerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str) -> Response:
        """Note it for the quota."""
        station = _one(request, code)
        form = shapes.MeetingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        checks.note_meeting(station=station, by=me(request), now=timezone.now(), **form.validated_data)
        return Response({}, status=status.HTTP_201_CREATED)


def _standards(codes: list[str], field: str) -> dict[str, Standard]:
    found = {each.code: each for each in Standard.objects.filter(code__in=codes, is_active=True)}
    if unknown := sorted(set(codes) - set(found)):
        raise serializers.ValidationError({field: [", ".join(unknown)]})
    return found


class CheckAnswers(_OfStation):
    """The self-check of a year, filled in."""

    @extend_schema(
        tags=["stations"], summary="Fill in a self-check", request=shapes.AnswersSerializer,
        responses={200: shapes.EmptySerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str, year: int) -> Response:
        """Keep the answers given; others stay."""
        station = _one(request, code)
        form = shapes.AnswersSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = form.validated_data["answers"]
        known = _standards([row["standard"] for row in rows], "answers")
        said = {known[row["standard"]]: checks.Said(row["met"], row.get("remark", "")) for row in rows}
        checks.fill_in(station=station, year=year, said=said, by=me(request), now=timezone.now())
        return Response({})


class CheckPhotos(_OfStation):
    """A photo that shows a standard met."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        tags=["stations"], summary="Add a photo to a self-check",
        request={"multipart/form-data": shapes.CheckPhotoUploadSerializer}, responses={201: shapes.EmptySerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str, year: int) -> Response:
        """Clean and keep it."""
        station = _one(request, code)
        form = shapes.CheckPhotoUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        name = form.validated_data["standard"]
        checks.add_check_photo(
            station=station, year=year, standard=_standards([name], "standard")[name],
            file=form.validated_data["photo"], by=me(request), now=timezone.now(),
        )  # fmt: skip
        return Response({}, status=status.HTTP_201_CREATED)


class SendCheckIn(_OfStation):
    """The self-check goes to the commission."""

    @extend_schema(
        tags=["stations"], summary="Send a self-check in", request=shapes.EmptySerializer,
        responses={200: shapes.EmptySerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str, year: int) -> Response:
        """Send it in; it no longer changes."""
        station = _one(request, code)
        shapes.EmptySerializer(data=request.data).is_valid(raise_exception=True)
        checks.send_in(station=station, year=year, by=me(request), now=timezone.now())
        return Response({})


class InspectCheck(_OfStation):
    """The commission's inspection."""

    @extend_schema(
        tags=["stations"], summary="Record the inspection of a self-check", request=shapes.InspectSerializer,
        responses={200: shapes.EmptySerializer},
    )  # fmt: skip
    def post(self, request: Request, code: str, year: int) -> Response:
        """Record what was found."""
        found = get_object_or_404(SelfCheck, station=_one(request, code), year=year)
        form = shapes.InspectSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        not_met = {each.pk for each in _standards(data.get("not_met", []), "not_met").values()}
        checks.inspect(
            check=found, not_met=not_met, passed=data["passed"], finding=data["finding"], by=me(request),
            now=timezone.now(),
        )  # fmt: skip
        return Response({})

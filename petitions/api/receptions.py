"""Receptions and unified reception days: what everybody reads, and what staff plan and move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import me
from directory import queries
from petitions.api import station_shapes as shapes
from petitions.api.filters import InstantFilter, StrictFilterBackend, StrictFilterSet, SubtreeFilter
from petitions.api.public import Public
from petitions.unified_day import counted, day_numbers
from stations.access import station_scope
from stations.actions import days
from stations.actions import receptions as actions
from stations.actions.links import renew_link, revoke_link
from stations.lifecycle import ReceptionState
from stations.models import Reception, Station, UnifiedDay
from stations.series import Every


class ReceptionFilter(StrictFilterSet):
    station = django_filters.CharFilter("station__code", max_length=32)
    area = SubtreeFilter(queries.areas_of, "station__area")
    deputy = django_filters.CharFilter("deputies__code", max_length=32)
    state = django_filters.MultipleChoiceFilter(choices=ReceptionState.choices)
    starts_after = InstantFilter("starts_at", lookup_expr="gte")
    starts_before = InstantFilter("starts_at", lookup_expr="lt")

    class Meta:
        model = Reception
        fields: list[str] = []


@extend_schema(tags=["public"], summary="Announced receptions, the next first", auth=[])
class PublicReceptions(Public, ListAPIView):
    serializer_class = shapes.ReceptionSerializer
    filterset_class = ReceptionFilter
    keyset = ("starts_at", "id")

    def get_queryset(self) -> QuerySet[Reception]:
        return Reception.objects.coming(timezone.now()).select_related("station").prefetch_related("deputies")


@extend_schema(tags=["public"], summary="One announced reception", auth=[])
class PublicReception(Public, RetrieveAPIView):
    serializer_class = shapes.ReceptionSerializer
    queryset = Reception.objects.announced().select_related("station").prefetch_related("deputies")
    lookup_field = "pk"
    lookup_url_kwarg = "id"


@extend_schema(tags=["public"], summary="A unified reception day, live", auth=[])
class PublicDay(Public):
    filter_backends = []

    @extend_schema(responses={200: shapes.DayNumbersSerializer})
    def get(self, request: Request, id: int) -> Response:
        """Answer the day's numbers as they are now."""
        found = get_object_or_404(UnifiedDay.objects.select_related("area"), pk=id, published_at__isnull=False)
        return Response(day_body(found))


def day_body(found: UnifiedDay) -> dict[str, Any]:
    """A day with its numbers."""
    return {"day": shapes.DaySerializer(found).data, **counted(found).plain()}


def mine(request: Request) -> Any:
    """The receptions the caller plans and closes."""
    return (
        Reception.objects.managed_by(request.user)
        .select_related("station__area", "day")
        .prefetch_related("deputies", "duties__deputy")
    )


@extend_schema(tags=["stations"], summary="The receptions of the stations the caller looks after")
class Receptions(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = shapes.StaffReceptionSerializer
    filter_backends = [StrictFilterBackend]
    filterset_class = ReceptionFilter
    keyset = ("-starts_at", "-id")
    queryset = Reception.objects.none()

    def get_queryset(self) -> QuerySet[Reception]:
        found: QuerySet[Reception] = mine(self.request)
        return found


class PlanReceptions(APIView):
    """Plan a session, or a series, at a station."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"],
        summary="Plan a reception or a series",
        request=shapes.PlanSerializer,
        responses={201: shapes.StaffReceptionSerializer(many=True)},
    )
    def post(self, request: Request, code: str) -> Response:
        """Plan them, all or none."""
        station = get_object_or_404(Station.objects.visible_to(request.user).select_related("area"), code=code)
        form = shapes.PlanSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data, session = form.validated_data, form.session()
        until = data.get("until") or session.starts_at.date()
        sessions = actions.repeated(session, every=Every(data.get("every", Every.ONCE)), until=until)
        made = actions.plan_series(
            station=station, sessions=sessions, deputies=data.get("deputies", []), by=me(request), now=timezone.now()
        )
        rows = mine(request).filter(pk__in=[one.pk for one in made]).order_by("starts_at")
        return Response(shapes.StaffReceptionSerializer(rows, many=True).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["stations"], summary="One reception with who came")
class OneReception(RetrieveAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = shapes.StaffReceptionSerializer
    queryset = Reception.objects.none()
    lookup_url_kwarg = "id"

    def get_queryset(self) -> QuerySet[Reception]:
        found: QuerySet[Reception] = mine(self.request)
        return found


def _change(form: Any, **more: Any) -> None:
    actions.change(session=form.session(), deputies=form.validated_data.get("deputies", []), **more)


def _plain(action: Callable[..., Any]) -> Callable[..., None]:
    def act(form: Any, **more: Any) -> None:
        action(**form.validated_data, **more)

    return act


MOVES: dict[str, tuple[type[serializers.Serializer], Callable[..., None]]] = {
    "change": (shapes.SessionSerializer, _change),
    "publish": (shapes.PublishSerializer, _plain(actions.publish)),
    "publish-series": (shapes.EmptySerializer, _plain(actions.publish_series)),
    "open": (shapes.EmptySerializer, _plain(actions.open_)),
    "attend": (shapes.AttendSerializer, _plain(actions.attend)),
    "close": (shapes.EmptySerializer, _plain(actions.close)),
    "cancel": (shapes.ReasonSerializer, _plain(actions.cancel)),
}


class ReceptionMoves(APIView):
    """Every move on a reception, by name."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"],
        summary="Make a move on a reception",
        request={"application/json": {"type": "object"}},
        responses={200: shapes.StaffReceptionSerializer},
        description="Moves: " + ", ".join(sorted(MOVES)) + ". What each needs: docs/api.md.",
    )
    def post(self, request: Request, id: int, action: str) -> Response:
        """Make the move and answer the reception as it is then."""
        found = get_object_or_404(mine(request), pk=id)
        if action not in MOVES:
            raise Http404
        shape, act = MOVES[action]
        form = shape(data=request.data)
        form.is_valid(raise_exception=True)
        act(form, reception=found, by=me(request), now=timezone.now())
        return Response(shapes.StaffReceptionSerializer(mine(request).get(pk=id)).data)


def days_of(user: Any) -> Any:
    """The days of the areas in which this user holds an office."""
    return UnifiedDay.objects.filter(area_id__in=station_scope(user).office_areas()).select_related("area")


@extend_schema(tags=["stations"], summary="The unified reception days of the caller's area")
class Days(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = shapes.DaySerializer
    filter_backends = [StrictFilterBackend]
    queryset = UnifiedDay.objects.none()

    def get_queryset(self) -> QuerySet[UnifiedDay]:
        found: QuerySet[UnifiedDay] = days_of(self.request.user)
        return found


class PlanDay(APIView):
    """Plan a unified reception day in one action."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"],
        summary="Plan a session at every chosen station on one day",
        request=shapes.DayPlanSerializer,
        responses={201: shapes.PlannedDaySerializer},
    )
    def post(self, request: Request) -> Response:
        """Plan all sessions and share the deputies out."""
        if not station_scope(request.user).unit.offices:
            raise Http404
        form = shapes.DayPlanSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        plan, data = form.plan(), form.validated_data
        stations = data.get("stations") or days.chosen(plan.area, data.get("areas", []), data.get("kinds", []))
        made = days.plan_day(plan=plan, stations=stations, by=me(request), now=timezone.now())
        return Response(shapes.PlannedDaySerializer(made).data, status=status.HTTP_201_CREATED)


class OneDay(APIView):
    """A day of the caller's area with its numbers."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["stations"], summary="A unified reception day", responses={200: shapes.DayNumbersSerializer})
    def get(self, request: Request, id: int) -> Response:
        """Answer the day's numbers as they are now, or as its report kept them."""
        return Response(day_body(get_object_or_404(days_of(request.user), pk=id)))


DAY_MOVES: dict[str, tuple[type[serializers.Serializer], Callable[..., Any]]] = {
    "publish": (shapes.PublishSerializer, days.publish_day),
    "close": (shapes.CloseDaySerializer, days.close_day),
    "cancel": (shapes.ReasonSerializer, days.cancel_day),
}


class DayMoves(APIView):
    """Every move on a unified reception day, by name."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"],
        summary="Make a move on a unified reception day",
        request={"application/json": {"type": "object"}},
        responses={200: shapes.DayNumbersSerializer},
        description="Moves: " + ", ".join(sorted(DAY_MOVES)) + ". What each needs: docs/api.md.",
    )
    def post(self, request: Request, id: int, action: str) -> Response:
        """Make the move and answer the day as it is then."""
        found = get_object_or_404(days_of(request.user), pk=id)
        if action not in DAY_MOVES:
            raise Http404
        shape, act = DAY_MOVES[action]
        form = shape(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        if action == "close":
            values = {"conclusion": values.get("conclusion", ""), "report": day_numbers(found).plain()}
        act(day=found, by=me(request), now=timezone.now(), **values)
        return Response(day_body(days_of(request.user).get(pk=id)))


class CalendarLinkView(APIView):
    """The secret address of a deputy's own calendar."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"], summary="A new secret address of one's own calendar", request=shapes.EmptySerializer,
        responses={201: shapes.LinkSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Make a new one; the one before stops working."""
        shapes.EmptySerializer(data=request.data).is_valid(raise_exception=True)
        token = renew_link(by=me(request), now=timezone.now())
        address = request.build_absolute_uri(reverse("stations:deputy_calendar", args=[token]))
        return Response({"address": address}, status=status.HTTP_201_CREATED)


class CalendarLinkRevoke(APIView):
    """Taking the address back."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["stations"], summary="Take the secret address back", request=shapes.EmptySerializer,
        responses={200: shapes.RevokedSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Whoever has the address reads nothing any more."""
        shapes.EmptySerializer(data=request.data).is_valid(raise_exception=True)
        return Response({"revoked": revoke_link(by=me(request), now=timezone.now())})

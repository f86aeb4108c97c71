"""Appointments through the API: free places, booking, one's own, and the moves of stations and departments."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import altcha
from accounts.models import User
from accounts.throttles import ScopedThrottle
from common.references import normalise
from stations import appointment_serializers as shapes
from stations import opening
from stations.actions import appointments as actions
from stations.actions import invitations
from stations.actions.appointments import HOLDER, NoPlaceLeft
from stations.models import Reception
from stations.models.appointments import Appointment
from stations.slots import BOOKABLE, free_in

RECEPTIONS_SHOWN = 5
SLOTS_SHOWN = 100


class SlotsView(APIView):
    """The free places at a station."""

    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "public"

    @extend_schema(
        tags=["appointments"],
        summary="Free places of a station’s next receptions",
        auth=[],
        parameters=[OpenApiParameter("station", str, OpenApiParameter.QUERY, required=True)],
        responses={200: shapes.SlotSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List them, the earliest first; an unknown station has none."""
        now = timezone.now()
        coming = Reception.objects.filter(
            station__code=request.query_params.get("station", "")[:32], state__in=BOOKABLE, ends_at__gt=now
        )
        free = free_in(list(coming.order_by("starts_at", "id")[:RECEPTIONS_SHOWN]), now)
        return Response(shapes.SlotSerializer(free[:SLOTS_SHOWN], many=True).data)


class BookView(APIView):
    """Book a place, or ask for a meeting."""

    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "submit"

    @extend_schema(
        tags=["appointments"],
        summary="Book a place of a reception, or ask for a meeting",
        auth=[],
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=False)],
        request=shapes.BookSerializer,
        responses={
            201: shapes.OwnSerializer,
            409: OpenApiResponse(description="No place left; `slots` are the next free ones"),
        },
    )
    def post(self, request: Request) -> Response:
        """Book. Sent again with the same `Idempotency-Key`, it is the same appointment."""
        form = shapes.BookSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = request.user if isinstance(request.user, User) else None
        if user is None and settings.ALTCHA_REQUIRED and not altcha.verify(form.validated_data.get("altcha", "")):
            raise exceptions.ValidationError(
                {"altcha": [_("Solve the challenge from auth/challenge/ and send it along.")]}
            )
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > 200 or not key.isprintable():
            raise exceptions.ValidationError({"Idempotency-Key": [_("Use at most 200 printable characters.")]})
        try:
            made = actions.book(request=form.request(), now=timezone.now(), key=key)
        except NoPlaceLeft as refusal:
            return no_place(refusal)
        return Response(shapes.OwnSerializer(made).data, status=status.HTTP_201_CREATED)


def no_place(refusal: NoPlaceLeft) -> Response:
    """The problem document of a place that is gone, with the next free ones."""
    body = {
        "type": "urn:liaison:problem:no-place",
        "title": _("No place left"),
        "status": 409,
        "detail": str(refusal),
        "errors": [],
        "slots": shapes.SlotSerializer(refusal.slots, many=True).data,
    }
    return Response(body, status=status.HTTP_409_CONFLICT, content_type="application/problem+json")


class OwnView(APIView):
    """What a resident does with reference and the telephone number's last four digits; guessing is locked out."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "follow"
    serializer: type[Any]

    def act(self, appointment: Appointment, **values: Any) -> Appointment:
        """Call the action."""
        raise NotImplementedError

    def post(self, request: Request, reference: str) -> Response:
        """Open it, and do what is asked."""
        form = self.serializer(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        try:
            appointment = opening.by_phone_tail(
                reference=normalise(reference) or reference[:40].upper(),
                phone_tail=values.pop("phone_tail"),
                now=timezone.now(),
            )
        except opening.TriedTooOften as refusal:
            raise exceptions.Throttled(wait=15 * 60, detail=str(refusal)) from None
        try:
            self.act(appointment, **values)
        except NoPlaceLeft as refusal:
            return no_place(refusal)
        found = Appointment.objects.select_related("station", "deputy", "contact").get(pk=appointment.pk)
        return Response(shapes.OwnSerializer(found).data)


def _own(name: str, summary: str, serializer: type[Any], act: Any) -> type[OwnView]:
    view = type(name, (OwnView,), {"serializer": serializer, "act": act, "post": OwnView.post})
    return extend_schema(
        tags=["appointments"], summary=summary, auth=[], request=serializer, responses={200: shapes.OwnSerializer}
    )(view)


OpenView = _own("OpenView", "Open one’s own appointment", shapes.TailSerializer, lambda self, found: found)
MoveView = _own(
    "MoveView",
    "Move one’s own appointment",
    shapes.OwnMoveSerializer,
    lambda self, found, **values: actions.move(appointment=found, by=HOLDER, now=timezone.now(), **values),
)
CancelView = _own(
    "CancelView",
    "Cancel one’s own appointment",
    shapes.OwnCancelSerializer,
    lambda self, found, **values: actions.cancel(appointment=found, by=HOLDER, now=timezone.now(), **values),
)


def readable(user: Any) -> QuerySet[Appointment]:
    """The appointments this member of staff arranges, or to which a unit of theirs is invited."""
    arranged = Appointment.objects.visible_to(user).values("pk")
    invited = Appointment.objects.invited(user).values("pk")
    found = Appointment.objects.filter(Q(pk__in=arranged) | Q(pk__in=invited))
    return found.select_related("station", "deputy", "contact").prefetch_related("invitations__department")


@extend_schema(tags=["appointments"], summary="The appointments of the caller’s stations, or with the caller")
class AgendaView(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = shapes.AppointmentSerializer
    queryset = Appointment.objects.none()

    def get_queryset(self) -> QuerySet[Appointment]:
        return readable(self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page; whose name and number may be read is asked once for all rows."""
        rows = self.paginate_queryset(self.get_queryset())
        mine = Appointment.objects.visible_to(request.user).filter(pk__in=[row.pk for row in rows or []])
        context = {"arranged": set(mine.values_list("pk", flat=True))}
        return self.get_paginated_response(shapes.AppointmentSerializer(rows, many=True, context=context).data)


COMMANDS: dict[str, tuple[type[Any], Any]] = {
    "confirm": (shapes.TimeSerializer, actions.confirm),
    "move": (shapes.StaffMoveSerializer, actions.move),
    "cancel": (shapes.ReasonSerializer, actions.cancel),
    "keep": (shapes.StrictSerializer, actions.keep),
    "miss": (shapes.StrictSerializer, actions.miss),
    "invite": (shapes.InviteSerializer, invitations.invite),
    "answer": (shapes.AnswerSerializer, None),
}


class AppointmentMoves(APIView):
    """Every move of staff on an appointment, by name."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["appointments"],
        summary="Make a move on an appointment",
        request={"application/json": {"type": "object"}},
        responses={200: shapes.AppointmentSerializer},
        description="Moves: " + ", ".join(sorted(COMMANDS)) + ". What each needs: docs/api.md.",
    )
    def post(self, request: Request, reference: str, action: str) -> Response:
        """Make the move; answer the appointment as it is now."""
        found = get_object_or_404(readable(request.user), reference=normalise(reference))
        if action not in COMMANDS:
            raise Http404
        serializer, work = COMMANDS[action]
        form = serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            if work is None:
                _answer(found, user, **form.validated_data)
            else:
                work(appointment=found, by=user, now=timezone.now(), **form.validated_data)
        except NoPlaceLeft as refusal:
            return no_place(refusal)
        fresh = get_object_or_404(readable(user), pk=found.pk)
        arranged = set(Appointment.objects.visible_to(user).filter(pk=fresh.pk).values_list("pk", flat=True))
        return Response(shapes.AppointmentSerializer(fresh, context={"arranged": arranged}).data)


def _answer(found: Appointment, user: User, *, department: Any, comes: bool, note: str = "") -> None:
    invitation = get_object_or_404(found.invitations, department=department)
    invitations.answer(invitation=invitation, comes=comes, note=note, by=user, now=timezone.now())

"""Visits: write down, list, read, raise as a petition, answer, note feedback, add photos."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from common.files import served
from petitions import actions
from petitions.api import serializers as common
from petitions.api import visit_serializers as shapes
from petitions.api.filters import InstantFilter, StrictFilterBackend, StrictFilterSet
from petitions.visits import owner_of, visible_visits
from stations.access import station_scope
from stations.actions import visits as visit_actions
from stations.models.visits import Outcome, Visit


def writers_only(request: Request) -> User:
    """Return the caller, who must be a deputy or run a station; others find nothing here."""
    user = request.user
    scope = station_scope(user)
    if not isinstance(user, User) or not (scope.stations or scope.deputy):
        raise Http404
    return user


class VisitFilter(StrictFilterSet):
    station = django_filters.CharFilter("station__code", max_length=32)
    outcome = django_filters.MultipleChoiceFilter(choices=Outcome.choices)
    came_after = InstantFilter("came_at", lookup_expr="gte")
    came_before = InstantFilter("came_at", lookup_expr="lt")

    class Meta:
        model = Visit
        fields: list[str] = []


class VisitsView(ListAPIView):
    """The visits the caller may read, and writing one down."""

    permission_classes = [IsAuthenticated]
    serializer_class = shapes.VisitSerializer
    filter_backends = [StrictFilterBackend]
    filterset_class = VisitFilter
    queryset = Visit.objects.none()

    def get_queryset(self) -> QuerySet[Visit]:
        return visible_visits(self.request.user)

    @extend_schema(tags=["visits"], summary="The visits this person may read")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List them, the latest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        tags=["visits"],
        summary="Write a visit down",
        request=shapes.VisitInputSerializer,
        responses={
            201: shapes.ReceiptSerializer,
            200: shapes.ReceiptSerializer,
            409: OpenApiResponse(description="The key was used for another visit, or another person is signed in"),
        },
    )
    def post(self, request: Request) -> Response:
        """Write a visit down: 201. Sent again with the same `key`, it is the same visit: 200."""
        user = writers_only(request)
        form = shapes.VisitInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        owner = form.validated_data.get("owner", "")
        if owner and owner != owner_of(user):
            raise OtherPerson
        visit, petition, new = actions.receive(
            intake=form.intake(),
            by=user,
            now=timezone.now(),
            raised=form.validated_data.get("raised", False),
            although_double=form.validated_data.get("although_double", False),
        )
        body = shapes.ReceiptSerializer(shapes.receipt(visit, petition, new)).data
        return Response(body, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK)


class OtherPerson(exceptions.APIException):
    """The device keeps this visit for somebody else than who is signed in now."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = shapes.OTHER_PERSON


class VisitView(APIView):
    """One visit."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["visits"], summary="One visit", responses={200: shapes.VisitSerializer})
    def get(self, request: Request, id: int) -> Response:
        """Answer the record; outside of what is visible: 404."""
        return Response(shapes.VisitSerializer(load(request, id)).data)


def load(request: Request, number: int) -> Visit:
    """Return a visit the caller may read."""
    return get_object_or_404(visible_visits(request.user), pk=number)


class VisitMove(APIView):
    """One move on a visit; what differs is the input and the action."""

    permission_classes = [IsAuthenticated]
    serializer: type[Any]

    def move(self, visit: Visit, by: User, **values: Any) -> Any:
        """Call the action."""
        raise NotImplementedError

    def post(self, request: Request, id: int) -> Response:
        """Make the move; answer the visit as it is now, or what may still be told of it."""
        user = writers_only(request)
        visit = load(request, id)
        form = self.serializer(data=request.data)
        form.is_valid(raise_exception=True)
        self.move(visit, user, **form.validated_data)
        return Response(shapes.VisitSerializer(load(request, id)).data)


def _move(name: str, summary: str, serializer: type[Any], action: Any) -> type[VisitMove]:
    """Return the view of one move."""

    def move(self: VisitMove, visit: Visit, by: User, **values: Any) -> Any:
        return action(visit=visit, by=by, now=timezone.now(), **values)

    view = type(name, (VisitMove,), {"serializer": serializer, "move": move, "post": VisitMove.post})
    return extend_schema(tags=["visits"], summary=summary, request=serializer, responses={200: shapes.VisitSerializer})(
        view
    )


RaiseView = _move("RaiseView", "Raise a visit as a petition", common.StrictSerializer, actions.raise_visit)
AnswerView = _move("AnswerView", "Note the answer on the spot", shapes.AnswerSerializer, visit_actions.answer)
FeedbackView = _move("FeedbackView", "Note the feedback", shapes.FeedbackSerializer, visit_actions.feed_back)


class VisitPhotosView(APIView):
    """Add a photo."""

    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]

    @extend_schema(
        tags=["visits"],
        summary="Add a photo to a visit",
        request={"multipart/form-data": common.UploadSerializer},
        responses={201: shapes.PhotoSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        """Clean and keep one photo; sent again, it is the same. Its writer may add one to a visit no longer shown."""
        user = writers_only(request)
        own = Visit.objects.filter(Q(pk__in=Visit.objects.visible_to(user).values("pk")) | Q(logged_by=user))
        visit = get_object_or_404(own, pk=id)
        form = common.UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        photo = actions.add_visit_photo(visit=visit, file=form.validated_data["file"], by=user, now=timezone.now())
        return Response(shapes.PhotoSerializer(photo).data, status=status.HTTP_201_CREATED)


class VisitPhotoView(APIView):
    """One photo, after the permission check."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["visits"], summary="One photo of a visit", responses={(200, "image/*"): bytes})
    def get(self, request: Request, id: int, photo: int) -> FileResponse:
        """Send the file; browsers must not guess its type."""
        return photo_file(load(request, id), photo)


def photo_file(visit: Visit, number: int) -> FileResponse:
    """Return one photo of a visit the caller may read. Raises Http404."""
    kept = get_object_or_404(visit.photos, pk=number)
    return served(kept.file, content_type=kept.content_type, name=kept.name)

"""The resident's addresses: submit, follow, and what a follower may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts import altcha, crypto
from accounts.models import User
from accounts.throttles import CountingThrottle, ScopedThrottle
from common.files import served
from petitions import actions, opening
from petitions.access import PETITIONER, By
from petitions.api import access_tokens, answers, serializers
from petitions.api.access_tokens import Access, AccessAuthentication
from petitions.api.finding import or_404
from petitions.models import Petition
from petitions.orders import BY_REFERENCE, petition_for
from petitions.reading import file_of
from petitions.references import normalise

AUTHENTICATION: list[Any] = [AccessAuthentication, *api_settings.DEFAULT_AUTHENTICATION_CLASSES]


class PhoneThrottle(CountingThrottle):
    """Per telephone number, so that nobody is flooded with messages. The number is hashed before it is a key."""

    scope = "submit_phone"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        phone = request.data.get("phone") if isinstance(request.data, dict) else None
        if not isinstance(phone, str) or not phone.strip():
            return None
        try:
            phone = crypto.normalise_phone(phone)
        except ValueError:
            return None  # the serializer says what is wrong with it
        return self.cache_format % {"scope": self.scope, "ident": crypto.blind_index(phone, purpose="throttle")}


class SubmitView(APIView):
    """A resident submits; a signed-in deputy or officer submits for one."""

    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle, PhoneThrottle]
    throttle_scope = "submit"

    @extend_schema(
        tags=["residents"],
        summary="Submit a petition",
        auth=[{}, {"knoxTokenAuthentication": []}],  # type: ignore[list-item]
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=False)],
        request=serializers.SubmitSerializer,
        responses={201: serializers.AcceptedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take a petition in. Sent again with the same `Idempotency-Key`, it is the same petition."""
        form = serializers.SubmitSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = request.user if isinstance(request.user, User) else None
        if user is None and settings.ALTCHA_REQUIRED and not altcha.verify(form.validated_data.get("altcha", "")):
            raise exceptions.ValidationError(
                {"altcha": [_("Solve the challenge from auth/challenge/ and send it along.")]}
            )
        petition = actions.submit(
            intake=form.intake(), by=user, now=timezone.now(), idempotency_key=_idempotency_key(request)
        )
        body = {
            "reference": petition.reference,
            "state": petition.state,
            "track_url": request.build_absolute_uri(track_path(petition)),
            "submitted_at": petition.submitted_at,
            "access": access_tokens.issue(petition),
        }
        return Response(serializers.AcceptedSerializer(body).data, status=status.HTTP_201_CREATED)


def track_path(petition: Petition) -> str:
    """Where a resident follows the petition; the reference alone opens nothing."""
    return f"{reverse('petitions:follow')}?reference={petition.reference}"


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 200 or not key.isprintable():
        raise exceptions.ValidationError({"Idempotency-Key": [_("Use at most 200 printable characters.")]})
    return key


class FollowView(APIView):
    """Access by reference and the telephone number's last four digits; guessing is counted and locked out."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "follow"

    @extend_schema(
        tags=["residents"],
        summary="Follow a petition",
        auth=[],
        request=serializers.FollowSerializer,
        responses={200: answers.FollowedSerializer, 404: OpenApiResponse(description="Unknown, or a wrong tail")},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Answer where the petition is and a token for it; unknown and wrong look the same."""
        form = serializers.FollowSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            petition = opening.by_phone_tail(
                reference=normalise(reference) or reference[:40].upper(), now=timezone.now(), **form.validated_data
            )
        except opening.TriedTooOften as refusal:
            raise exceptions.Throttled(wait=opening.WAIT, detail=str(refusal)) from None
        return Response(answers.followed(petition))


class HoldsAccess(BasePermission):
    """A valid access token, or a signed-in user; whether it fits this petition, `load` finds out (404)."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the caller is anybody at all."""
        return isinstance(request.auth, Access) or isinstance(request.user, User)


def load(request: Request, reference: str) -> tuple[Petition, By]:
    """Return the petition and in which role the caller reads it. Outside of what is visible: 404."""
    key = normalise(reference)
    if isinstance(request.auth, Access):
        petition = or_404(BY_REFERENCE.get, key)
        if petition.pk != request.auth.petition_id:
            raise Http404
        return petition, PETITIONER
    user: Any = request.user
    return or_404(petition_for, user, key), user


class PetitionView(APIView):
    """One petition, for its petitioner or for staff."""

    authentication_classes = AUTHENTICATION
    permission_classes = [HoldsAccess]

    @extend_schema(
        tags=["residents", "staff"],
        summary="One petition",
        responses={200: answers.DetailSerializer, 203: answers.FollowedSerializer},
        description="The petitioner (Bearer) gets the shape of `follow`, staff the whole file.",
    )
    def get(self, request: Request, reference: str) -> Response:
        """Answer the petition as this caller may see it."""
        petition, by = load(request, reference)
        return Response(answers.detail(petition, by) if isinstance(by, User) else answers.followed(petition))


class ResidentMove(APIView):
    """One of the petitioner's moves."""

    authentication_classes = AUTHENTICATION
    permission_classes = [HoldsAccess]
    serializer: type[Any]

    def move(self, petition: Petition, by: By, **values: Any) -> Any:
        """Call the action."""
        raise NotImplementedError

    def post(self, request: Request, reference: str) -> Response:
        """Make the move; answer where the petition is now."""
        petition, by = load(request, reference)
        form = self.serializer(data=request.data)
        form.is_valid(raise_exception=True)
        self.move(petition, by, **form.validated_data)
        return Response(answers.followed(Petition.objects.with_all().get(pk=petition.pk)))


def _resident_move(name: str, summary: str, serializer: type[Any], action: Any) -> type[ResidentMove]:
    """Return the view of one move; they differ in nothing but their input and their action."""

    def move(self: ResidentMove, petition: Petition, by: By, **values: Any) -> Any:
        return action(petition=petition, by=by, now=timezone.now(), **values)

    view = type(name, (ResidentMove,), {"serializer": serializer, "move": move, "post": ResidentMove.post})
    return extend_schema(
        tags=["residents"], summary=summary, request=serializer, responses={200: answers.FollowedSerializer}
    )(view)


EvaluateView = _resident_move("EvaluateView", "Evaluate", serializers.EvaluateSerializer, actions.evaluate)
WithdrawView = _resident_move("WithdrawView", "Withdraw", serializers.WithdrawSerializer, actions.withdraw)
SupplementView = _resident_move("SupplementView", "Add to it", serializers.SupplementSerializer, actions.supplement)
UnpublishView = _resident_move(
    "UnpublishView", "Withdraw from publication", serializers.StrictSerializer, actions.withdraw_publication
)


class AttachmentsView(APIView):
    """Add a file."""

    authentication_classes = AUTHENTICATION
    permission_classes = [HoldsAccess]
    parser_classes = [MultiPartParser]

    @extend_schema(
        tags=["residents", "staff"],
        summary="Add a photo or a PDF",
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={201: serializers.AttachmentSerializer},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Clean and keep one file; what it is, is found from its bytes."""
        petition, by = load(request, reference)
        form = serializers.UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        kept = actions.attach(petition=petition, file=form.validated_data["file"], by=by, now=timezone.now())
        body = serializers.AttachmentSerializer(kept, context={"reference": petition.reference}).data
        return Response(body, status=status.HTTP_201_CREATED)


class AttachmentView(APIView):
    """One file, after the permission check."""

    authentication_classes = AUTHENTICATION
    permission_classes = [HoldsAccess]

    @extend_schema(
        tags=["residents", "staff"], summary="One attached file", responses={(200, "application/octet-stream"): bytes}
    )
    def get(self, request: Request, reference: str, attachment: int) -> FileResponse | HttpResponse:
        """Send the file, as a download unless it is an image; browsers must not guess its type."""
        petition, by = load(request, reference)
        kept = or_404(file_of, petition, attachment, by)
        return served(kept.file, content_type=kept.content_type, name=kept.name)

"""Sign-in for programs: tokens for staff, one-time codes for residents and deputies; consent texts and challenges."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, altcha, passwords, serializers
from accounts.authentication import TokenAuthentication
from accounts.flood import too_many_codes
from accounts.models import AdminRole
from accounts.queries import consent_texts
from accounts.throttles import ScopedThrottle

WRONG = OpenApiResponse(description="User name, password or code is wrong")
LOCKED = OpenApiResponse(description="Too many attempts; wait 15 minutes")
MALFORMED = OpenApiResponse(description="Malformed input; a problem document names the field")


class TooManyTries(exceptions.APIException):
    """Locked by a counter, with a sentence that says for how long (DRF's `Throttled` has its own)."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS


class PublicView(APIView):
    """Open to everybody. No credentials are read: a stale token must not close the door to a new one."""

    authentication_classes: Any = []
    permission_classes = [AllowAny]

    def get_authenticate_header(self, request: Request) -> str:
        """Lets DRF answer 401, not 403, to wrong credentials."""
        return "Token"


class SignInView(PublicView):
    """Public and throttled, beside the counters in PostgreSQL."""

    throttle_classes = [ScopedThrottle]
    throttle_scope = "sign_in"


def _validated(kind: type[serializers.StrictSerializer], request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


class TokenView(SignInView):
    @extend_schema(
        tags=["auth"],
        auth=[],
        summary="Get a token with user name, password and second factor",
        request=serializers.TokenRequestSerializer,
        responses={200: serializers.TokenSerializer, 400: MALFORMED, 401: WRONG, 429: LOCKED},
    )
    def post(self, request: Request) -> Response:
        """Return a token for `Authorization: Token …`."""
        data = _validated(serializers.TokenRequestSerializer, request)
        try:
            token, expires_at = actions.sign_in_for_token(request=request._request, now=timezone.now(), **data)
        except actions.CannotIssueToken as refusal:
            raise _denied(refusal) from None
        return Response({"token": token, "expires_at": expires_at})

    @extend_schema(tags=["auth"], summary="Give a token back", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the token this request was made with; other tokens of the user stay."""
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def get_authenticators(self) -> list[Any]:
        """Giving back needs the token itself; getting one needs none."""
        return [TokenAuthentication()] if self.request and self.request.method == "DELETE" else []

    def get_permissions(self) -> list[Any]:
        return [IsAuthenticated()] if self.request and self.request.method == "DELETE" else [AllowAny()]


def _denied(refusal: actions.CannotIssueToken) -> exceptions.APIException:
    if refusal.locked:
        return TooManyTries(str(refusal))
    if refusal.field == "second_factor":
        return exceptions.PermissionDenied(str(refusal))
    return exceptions.AuthenticationFailed(str(refusal))


class CodeView(SignInView):
    @extend_schema(
        tags=["auth"],
        auth=[],
        summary="Send a one-time code by SMS",
        description="Numbers that are known and numbers that are not get the same answer.",
        request=serializers.CodeRequestSerializer,
        responses={202: serializers.CodeSentSerializer, 400: MALFORMED, 429: LOCKED},
    )
    def post(self, request: Request) -> Response:
        """Send a code."""
        data = _validated(serializers.CodeRequestSerializer, request)
        now = timezone.now()
        if too_many_codes(request, now):
            raise TooManyTries(passwords.locked_sentence())
        try:
            issued = actions.send_code(phone=data["phone"], now=now)
        except actions.TooManyCodes as refusal:
            raise TooManyTries(str(refusal)) from None
        except actions.CannotRequestCode as refusal:
            raise exceptions.ValidationError({"phone": [str(refusal)]}) from None
        return Response({"expires_at": issued.expires_at}, status=status.HTTP_202_ACCEPTED)


class CodeVerifyView(SignInView):
    @extend_schema(
        tags=["auth"],
        auth=[],
        summary="Get a token with a one-time code",
        request=serializers.CodeVerifySerializer,
        responses={200: serializers.TokenSerializer, 400: MALFORMED, 429: LOCKED},
    )
    def post(self, request: Request) -> Response:
        """Return a token; the account is created with the first code that fits."""
        data = _validated(serializers.CodeVerifySerializer, request)
        try:
            user = actions.verify_code(now=timezone.now(), **data)
        except actions.CannotVerifyCode as refusal:
            if refusal.locked:
                raise TooManyTries(str(refusal)) from None
            raise exceptions.ValidationError({refusal.field or "phone": [str(refusal)]}) from None
        token, expires_at = actions.issue_token(user=user)
        return Response({"token": token, "expires_at": expires_at})


class MeView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["auth"], summary="Who am I", responses=serializers.MeSerializer)
    def get(self, request: Request) -> Response:
        """Return the signed-in user, without contact details."""
        user = request.user
        role = AdminRole.objects.filter(user=user.pk).values_list("kind", flat=True).first()
        names = ("username", "display_name", "language", "signs_in_by_password")
        return Response({name: getattr(user, name) for name in names} | {"admin_role": role})


class ConsentTextsView(PublicView):
    @extend_schema(
        tags=["public"],
        auth=[],
        summary="The consent texts in force",
        responses=serializers.ConsentTextsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the texts in the language asked for, and the version to send back with a petition."""
        current = consent_texts()
        texts = [{"kind": t.kind, "version": t.version, "body": t.body} for t in current.texts.values()]
        return Response({"version": current.version, "texts": texts})


class ChallengeView(PublicView):
    @extend_schema(
        tags=["public"],
        auth=[],
        summary="A proof-of-work challenge (ALTCHA)",
        responses=serializers.ChallengeSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return a new challenge; its solution buys one submission."""
        return Response(altcha.challenge(), headers={"Cache-Control": "no-store"})

"""Following a published petition by e-mail or text message, as the page does it (petitions/views/following.py)."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import attempts, passwords
from accounts.api import LOCKED, TooManyTries
from accounts.flood import too_many_codes
from accounts.strict import StrictSerializer
from accounts.throttles import ScopedThrottle
from petitions.actions import following
from petitions.models import Petition
from petitions.references import normalise

MALFORMED = OpenApiResponse(description="No address, or a wrong code; a problem document names the field")
TOO_MANY = OpenApiResponse(description="The address follows as many petitions as one may")


class AddressSerializer(StrictSerializer):
    """Where to send word: an e-mail address or a mobile number of 11 digits."""

    address = serializers.CharField(max_length=254)


class AddressAndCodeSerializer(AddressSerializer):
    """The address, and the code that went there."""

    code = serializers.CharField(max_length=12)


class StopCodeSerializer(StrictSerializer):
    """The stop code that stands in each message."""

    code = serializers.CharField(max_length=40)


class ChannelSerializer(serializers.Serializer):
    """How the code was sent: `sms` or `email`."""

    channel = serializers.CharField()


class FollowingSerializer(serializers.Serializer):
    """Which published petition it is about."""

    reference = serializers.CharField()


class Anybody(APIView):
    """Open to everybody and throttled; nobody is named by what is sent."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "follow"

    @staticmethod
    def published(reference: str) -> Petition:
        """Return the published petition; anything else is 404."""
        found = Petition.objects.published().only("id", "reference", "public_title")
        return get_object_or_404(found, reference=normalise(reference))


class FollowPublishedView(Anybody):
    """The first step: an address."""

    @extend_schema(
        tags=["public"],
        auth=[],
        summary="Ask to follow a published petition",
        description="Sends a code. An address that follows already gets the same answer.",
        request=AddressSerializer,
        responses={202: ChannelSerializer, 400: MALFORMED, 429: LOCKED},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Send a code to the address."""
        petition, now = self.published(reference), timezone.now()
        form = AddressSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if too_many_codes(request, now):
            raise TooManyTries(passwords.locked_sentence())
        channel = following.ask_to_follow(petition=petition, address=form.validated_data["address"], now=now)
        return Response({"channel": channel}, status=status.HTTP_202_ACCEPTED)


class ConfirmFollowView(Anybody):
    """The second step: the code."""

    @extend_schema(
        tags=["public"],
        auth=[],
        summary="Follow it, with the code that was sent",
        request=AddressAndCodeSerializer,
        responses={200: FollowingSerializer, 400: MALFORMED, 409: TOO_MANY},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Confirm the address; from now on it is told."""
        petition = self.published(reference)
        form = AddressAndCodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        following.confirm_follow(petition=petition, **form.validated_data, now=timezone.now())
        return Response({"reference": petition.reference})


class StopFollowingView(Anybody):
    """Stopping takes the code of any message and nothing else."""

    @extend_schema(
        tags=["public"],
        auth=[],
        summary="Stop following, with the stop code of a message",
        request=StopCodeSerializer,
        responses={200: FollowingSerializer, 400: MALFORMED, 429: LOCKED},
    )
    def post(self, request: Request) -> Response:
        """Delete the address."""
        form = StopCodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        here = passwords.address(request)
        if here and not attempts.attempt(following.STOPS_SCOPE, here, timezone.now(), limit=following.MOST_STOPS):
            raise TooManyTries(passwords.locked_sentence())
        petition = following.stop_following(stop_code=form.validated_data["code"])
        return Response({"reference": petition.reference})

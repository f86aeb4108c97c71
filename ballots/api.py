"""Voting by API: the code goes in the body, with no credentials."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.passwords import address
from accounts.strict import CleanCharField, StrictSerializer
from accounts.throttles import ScopedThrottle
from ballots import actions, sending
from ballots.models import Poll, PollState, words_of


class VotersCodeSerializer(StrictSerializer):
    code = CleanCharField(max_length=60)


class VoteSerializer(VotersCodeSerializer):
    marks = serializers.DictField(child=CleanCharField(max_length=40), allow_empty=False)


class VotersPhoneSerializer(StrictSerializer):
    phone = CleanCharField(max_length=40)


class ChoiceSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_label(self, choice: dict[str, str]) -> str:
        return words_of(choice)


class PaperSerializer(serializers.Serializer):
    question = serializers.CharField(source="label")
    items = ChoiceSerializer(many=True)
    options = ChoiceSerializer(many=True)
    most = serializers.IntegerField(help_text="0: one option for each item; otherwise mark 1 to so many items")


class VoteResultOption(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    votes = serializers.IntegerField()
    share = serializers.FloatField()


class VoteResultItem(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    options = VoteResultOption(many=True)


class VoteResultSerializer(serializers.Serializer):
    """What is known of a poll: nothing but its state until it is closed."""

    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    minimum = serializers.IntegerField()
    papers = serializers.IntegerField(source="result.papers", allow_null=True, default=None)
    codes = serializers.IntegerField(source="result.codes", allow_null=True, default=None)
    counts = VoteResultItem(source="counted", many=True)


class _Voters(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "public"


class PaperView(_Voters):
    """The ballot paper that a code opens."""

    @extend_schema(
        tags=["votes"],
        summary="The ballot paper of a code",
        auth=[],
        request=VotersCodeSerializer,
        responses=PaperSerializer,
    )
    def post(self, request: Request) -> Response:
        """Answer question, items and options; unknown, used and closed say which they are."""
        form = VotersCodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        poll = actions.paper(code=form.validated_data["code"], address=address(request), now=timezone.now())
        return Response(PaperSerializer(poll).data)


class VoteView(_Voters):
    """One vote."""

    @extend_schema(
        tags=["votes"], summary="Vote secretly with a code", auth=[], request=VoteSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Take the paper; nothing is answered that would tell it from another."""
        form = VoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        actions.cast(**form.validated_data, address=address(request), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class AskView(_Voters):
    """A code by SMS, in polls open to everybody."""

    @extend_schema(
        tags=["votes"],
        summary="Have a voting code sent",
        auth=[],
        request=VotersPhoneSerializer,
        responses={202: None},
    )
    def post(self, request: Request, id: int) -> Response:
        """Send the number's code; asked again, the same one."""
        poll = get_object_or_404(Poll, pk=id, self_service=True, state=PollState.OPEN)
        form = VotersPhoneSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sending.send_code(poll=poll, phone=form.validated_data["phone"], address=address(request), now=timezone.now())
        return Response(status=status.HTTP_202_ACCEPTED)

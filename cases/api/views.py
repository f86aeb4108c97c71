"""Selections of cases by API: the same actions as the pages."""

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
from ballots.api import VoteResultSerializer
from cases import actions
from cases.access import capacities
from cases.api.commands import COMMANDS, RoundInput
from cases.lifecycle import MOVES
from cases.models import Case, Round
from petitions.api.public import Public


class CaseSerializer(serializers.ModelSerializer):
    """A case as everybody may read it."""

    petition = serializers.CharField(source="petition.reference", default=None, allow_null=True)
    state_label = serializers.CharField(source="get_state_display")
    selection = serializers.CharField(source="round.label")
    deputies = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            *("id", "selection", "title", "problem", "solution", "petition", "deputies"),
            *("state", "state_label", "votes", "honoured_at"),
        ]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_deputies(self, case: Case) -> list[str]:
        return [deputy.code for deputy in case.deputies.all()]


class RoundRowSerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="label")
    area = serializers.CharField(source="area.code")
    state_label = serializers.CharField(source="get_state_display")
    poll = serializers.IntegerField(source="poll_id", allow_null=True)

    class Meta:
        model = Round
        fields = ["id", "title", "area", "state", "state_label", "voters", "places", "most", "minimum", "poll"]


class RoundSerializer(RoundRowSerializer):
    cases = serializers.SerializerMethodField()
    vote = VoteResultSerializer(source="poll", allow_null=True)
    moves = serializers.SerializerMethodField()

    class Meta(RoundRowSerializer.Meta):
        fields = [*RoundRowSerializer.Meta.fields, "cases", "vote", "moves"]

    @extend_schema_field(CaseSerializer(many=True))
    def get_cases(self, round_: Round) -> Any:
        found = round_.cases.select_related("petition", "round").prefetch_related("deputies").order_by("id")
        return CaseSerializer(found, many=True).data

    def get_moves(self, round_: Round) -> list[str]:
        held = capacities(self.context["request"].user, round_)
        return [name for name, move in MOVES.items() if held & move.who and round_.state in move.sources]


def _full() -> QuerySet[Round]:
    return Round.objects.select_related("area", "poll")


@extend_schema(tags=["cases"], summary="The selections of cases in which the caller has a part")
class Rounds(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = RoundRowSerializer
    queryset = Round.objects.none()

    def get_queryset(self) -> QuerySet[Round]:
        return Round.objects.at_desk_of(self.request.user).select_related("area")


class OpenRound(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["cases"], summary="Open a selection of cases", request=RoundInput, responses={201: RoundSerializer}
    )
    def post(self, request: Request) -> Response:
        """Only the commission of the area."""
        form = RoundInput(data=request.data)
        form.is_valid(raise_exception=True)
        opened = actions.open_round(**form.validated_data, by=me(request), now=timezone.now())
        body = RoundSerializer(_full().get(pk=opened.pk), context={"request": request}).data
        return Response(body, status=status.HTTP_201_CREATED)


@extend_schema(tags=["cases"], summary="One selection with its cases and what the caller may do")
class OneRound(RetrieveAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = RoundSerializer
    lookup_field = "id"
    queryset = Round.objects.none()

    def get_queryset(self) -> QuerySet[Round]:
        return Round.objects.at_desk_of(self.request.user).select_related("area", "poll")


class Moves(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["cases"],
        summary="A move in a selection of cases",
        description="What each takes: docs/api.md. `code` answers `{code}`, all others the selection.",
        request=dict[str, Any],
        responses={200: RoundSerializer},
    )
    def post(self, request: Request, id: int, action: str) -> Response:
        """Make one move by name."""
        round_ = get_object_or_404(Round.objects.at_desk_of(request.user), pk=id)
        if action not in COMMANDS:
            raise Http404
        form = COMMANDS[action](data=request.data)
        form.is_valid(raise_exception=True)
        done = getattr(actions, action)(round=round_, **form.validated_data, by=me(request), now=timezone.now())
        if action == "code":
            return Response({"code": done})
        return Response(RoundSerializer(_full().get(pk=id), context={"request": request}).data)


@extend_schema(tags=["public"], summary="Honoured cases", auth=[])
class PublicCases(Public, ListAPIView):
    serializer_class = CaseSerializer
    keyset = ("-honoured_at", "-id")
    queryset = Case.objects.honoured().select_related("petition", "round").prefetch_related("deputies")


@extend_schema(tags=["public"], summary="One honoured case", auth=[])
class PublicCase(Public, RetrieveAPIView):
    serializer_class = CaseSerializer
    lookup_field = "id"
    queryset = Case.objects.honoured().select_related("petition", "round").prefetch_related("deputies")

"""What the portal has learned: like matters, hot topics, and how the router does."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.strict import StrictSerializer
from dispatch.actions.router import roll_back
from petitions import router_page, similar, topic_pages
from petitions.access import scope_of
from petitions.api.filters import StrictFilterBackend, StrictFilterSet
from petitions.api.public import Public
from petitions.api.serializers import LabelledSerializer, RowSerializer
from petitions.learning.topics import WINDOWS
from petitions.models import HotTopic, Petition, Placement
from petitions.moves import petition_moves
from petitions.references import normalise


class LikeSerializer(serializers.Serializer):
    """A petition like the one asked about."""

    petition = RowSerializer()
    score = serializers.FloatField(help_text="0 to 1: text, place, time and person together")
    same_matter = serializers.BooleanField(help_text="So like it that merging suggests itself")
    same_person = serializers.BooleanField()


class SimilarSerializer(serializers.Serializer):
    """Like matters, and the merge that one key makes."""

    placed = serializers.BooleanField(help_text="False until the petition has been compared with the others")
    results = LikeSerializer(many=True)
    merge_into = serializers.CharField(
        allow_null=True, help_text="Send as `into` to the move `merge`; null where there is nothing to merge into"
    )


class SimilarView(APIView):
    """Like matters among those this member of staff may read."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["staff"], summary="Matters like this one", responses={200: SimilarSerializer})
    def get(self, request: Request, reference: str) -> Response:
        """Answer the likest first. Residents and deputies, who do not sort petitions, get 404."""
        user: Any = request.user
        visible = Petition.objects.with_all().visible_to(user)
        petition = get_object_or_404(visible, reference=normalise(reference))
        if not scope_of(user).is_staff:
            raise Http404
        likes = similar.on_record(petition, user)
        may_merge = any(offer.name == "merge" for offer in petition_moves(petition, user))
        main = similar.main_of(petition, likes) if may_merge else None
        body = {
            "placed": Placement.objects.filter(pk=petition.pk).exists(),
            "results": likes,
            "merge_into": main.reference if main is not None else None,
        }
        return Response(SimilarSerializer(body, context={"now": timezone.now()}).data)


class TopicFilter(StrictFilterSet):
    days = django_filters.ChoiceFilter(choices=[(str(days), str(days)) for days in WINDOWS])

    class Meta:
        model = HotTopic
        fields: list[str] = []


class TopicSerializer(serializers.ModelSerializer):
    """A hot topic as staff see it."""

    area = LabelledSerializer(allow_null=True)
    petitions = serializers.SerializerMethodField(help_text="References of the latest, of those the caller may read")

    class Meta:
        model = HotTopic
        fields = [
            *("days", "group", "title", "area", "messages", "people", "likes", "before", "growth", "hotness"),
            *("first_at", "last_at", "updated_at", "petitions"),
        ]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_petitions(self, topic: HotTopic) -> list[str]:
        return [petition.reference for petition in self.context["members"].get(topic.group, ())]


class TopicsView(APIView):
    """Hot topics in the areas of this member of staff."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["staff"], summary="Hot topics", responses={200: TopicSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """Answer the hottest first; `days` is 7, 30 or 90."""
        user: Any = request.user
        if not scope_of(user).is_staff:
            raise Http404
        rows = StrictFilterBackend().filter_queryset(request, topic_pages.topics_for(user), self)
        topics = list(rows if request.query_params.get("days") else rows.filter(days=WINDOWS[0]))
        members = topic_pages.members(topics, user)
        return Response({"results": TopicSerializer(topics, many=True, context={"members": members}).data})

    filterset_class = TopicFilter


class PublicTopicSerializer(serializers.ModelSerializer):
    """A hot topic as everybody may read it: counted over published petitions only."""

    title = serializers.CharField(source="public_title")
    messages = serializers.IntegerField(source="public_messages")
    people = serializers.IntegerField(source="public_people")
    area = LabelledSerializer(allow_null=True)

    class Meta:
        model = HotTopic
        fields = ["days", "title", "area", "messages", "people", "likes", "updated_at"]


@extend_schema(tags=["public"], summary="Hot topics among published petitions", auth=[])
class PublicTopics(Public, ListAPIView):
    serializer_class = PublicTopicSerializer
    filterset_class = TopicFilter
    keyset = ("days", "-public_people", "-id")

    def get_queryset(self) -> QuerySet[HotTopic]:
        return HotTopic.objects.filter(~Q(public_title="")).select_related("area")


class RouterView(APIView):
    """How the router does: the figures of the staff page."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["staff"], summary="How the router does", responses={200: {"type": "object"}})
    def get(self, request: Request) -> Response:
        """Answer the version in use, the versions kept, and the figures of the last weeks."""
        if not router_page.may_read(request.user):
            raise Http404
        return Response(router_page.facts())


class RollBackView(APIView):
    """Back to the version before."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["staff"],
        summary="Put the router's earlier version back into use",
        request=StrictSerializer,
        responses={200: {"type": "object"}},
    )
    def post(self, request: Request) -> Response:
        """Roll back and answer as the GET does."""
        user: Any = request.user
        if not router_page.may_roll_back(user):
            raise Http404
        StrictSerializer(data=request.data).is_valid(raise_exception=True)
        roll_back(now=timezone.now(), by=user)
        return Response(router_page.facts())

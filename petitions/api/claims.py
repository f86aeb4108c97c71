"""The deputy's addresses: matters that may be followed, and following one."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
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

from accounts.quick import Quick
from directory import queries
from petitions import actions
from petitions.access import scope_of
from petitions.api import answers
from petitions.api.commands import Nothing
from petitions.api.filters import StrictFilterBackend, StrictFilterSet, SubtreeFilter
from petitions.api.serializers import LabelledSerializer
from petitions.claimable import claimable
from petitions.lifecycle import Publication
from petitions.models import Petition
from petitions.references import normalise


class ClaimableSerializer(Quick, serializers.ModelSerializer):
    """A matter before it is followed: its public text where it is published, no word of the resident's otherwise."""

    state_label = serializers.CharField(source="get_state_display")
    category = LabelledSerializer(allow_null=True)
    area = LabelledSerializer()
    station = LabelledSerializer(allow_null=True)
    department = LabelledSerializer(source="lead_unit", allow_null=True)
    public_title = serializers.SerializerMethodField()
    public_text = serializers.SerializerMethodField()

    class Meta:
        model = Petition
        fields = [
            "reference", "state", "state_label", "kind", "urgency", "category", "area", "station", "department",
            "submitted_at", "due_at", "public_title", "public_text",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField())
    def get_public_title(self, petition: Petition) -> str:
        return petition.public_title if petition.publication == Publication.PUBLISHED else ""

    @extend_schema_field(serializers.CharField())
    def get_public_text(self, petition: Petition) -> str:
        return petition.public_text if petition.publication == Publication.PUBLISHED else ""


class ClaimableFilter(StrictFilterSet):
    category = SubtreeFilter(queries.categories_of, "category")
    station = django_filters.CharFilter("station__code", max_length=32)

    class Meta:
        model = Petition
        fields: list[str] = []


@extend_schema(tags=["deputies"], summary="Matters the caller may follow as a deputy")
class Claimable(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = ClaimableSerializer
    filter_backends = [StrictFilterBackend]
    filterset_class = ClaimableFilter
    keyset = ("-id",)
    queryset = Petition.objects.none()

    def get_queryset(self) -> QuerySet[Petition]:
        if not scope_of(self.request.user).deputy:
            raise Http404
        return claimable(self.request.user)


class ClaimView(APIView):
    """Following one."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["deputies"], summary="Follow a matter", request=Nothing, responses={200: answers.MovedSerializer}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Follow it, and answer the moves now open to the caller."""
        user: Any = request.user
        petition = get_object_or_404(claimable(user), reference=normalise(reference) or "")
        Nothing(data=request.data).is_valid(raise_exception=True)
        actions.claim(petition=petition, by=user, now=timezone.now())
        return Response(answers.moved(Petition.objects.with_all().get(pk=petition.pk), user))

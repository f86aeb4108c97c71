"""What everybody may read: published petitions through their public text, and the directory's lists."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from accounts.quick import Quick
from accounts.throttles import ScopedThrottle
from deputies.models import Deputy, DeputyLevel
from directory import queries
from directory.models import Area, Category, Department
from journal.models import Visibility
from petitions import timeline as timelines
from petitions.api.filters import KnownFilter, StrictFilterBackend, StrictFilterSet, SubtreeFilter
from petitions.api.serializers import ItemSerializer, LabelledSerializer
from petitions.lifecycle import State
from petitions.models import Petition
from petitions.references import normalise
from stations.models import Station, StationKind


class Public(GenericAPIView):
    """Open to everybody; no credentials are read."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "public"
    filter_backends = [StrictFilterBackend]


class PublicPetitionSerializer(Quick, serializers.ModelSerializer):
    """The public text in place of the resident's own, and nothing that tells who wrote it."""

    title = serializers.CharField(source="public_title")
    text = serializers.CharField(source="public_text")
    state_label = serializers.CharField(source="get_state_display")
    category = LabelledSerializer(allow_null=True)
    area = LabelledSerializer()
    department = LabelledSerializer(source="lead_unit", allow_null=True)

    class Meta:
        model = Petition
        fields = [
            "reference",
            "title",
            "text",
            "state",
            "state_label",
            "category",
            "area",
            "department",
            "submitted_at",
            "published_at",
            "due_at",
            "result",
        ]


class PublicPetitionDetailSerializer(PublicPetitionSerializer):
    timeline = serializers.SerializerMethodField()

    class Meta(PublicPetitionSerializer.Meta):
        fields = [*PublicPetitionSerializer.Meta.fields, "timeline"]

    @extend_schema_field(ItemSerializer(many=True))
    def get_timeline(self, petition: Petition) -> Any:
        return ItemSerializer(timelines.timeline(petition, Visibility.PUBLIC), many=True).data


class PublicPetitionFilter(StrictFilterSet):
    search = django_filters.CharFilter(method="match", max_length=100)
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    category = SubtreeFilter(queries.categories_of, "category")
    area = SubtreeFilter(queries.areas_of, "area")
    department = KnownFilter(queries.department_by_code, "lead_unit")

    class Meta:
        model = Petition
        fields: list[str] = []

    def match(self, queryset: Any, name: str, value: str) -> Any:
        """All words of the search, in the public text."""
        return queryset.matching_public(value)


def published() -> QuerySet[Petition]:
    """Published petitions with what a list shows."""
    return Petition.objects.published().defer("search", "text")


@extend_schema(tags=["public"], summary="Published petitions", auth=[])
class PublicPetitions(Public, ListAPIView):
    serializer_class = PublicPetitionSerializer
    filterset_class = PublicPetitionFilter
    keyset = ("-published_at", "-id")

    def get_queryset(self) -> QuerySet[Petition]:
        return published()


@extend_schema(tags=["public"], summary="One published petition with its timeline", auth=[])
class PublicPetition(Public, RetrieveAPIView):
    serializer_class = PublicPetitionDetailSerializer
    lookup_field = "reference"

    def get_queryset(self) -> QuerySet[Petition]:
        return published()

    def get_object(self) -> Any:
        self.kwargs["reference"] = normalise(self.kwargs["reference"]) or ""
        return super().get_object()


class AreaSerializer(LabelledSerializer):
    level = serializers.CharField()
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)  # type: ignore[assignment]
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class CategorySerializer(LabelledSerializer):
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)  # type: ignore[assignment]


class DepartmentSerializer(LabelledSerializer):
    kind = serializers.CharField()
    area = serializers.CharField(source="area.code")


class StationSerializer(LabelledSerializer):
    kind = serializers.CharField()
    kind_label = serializers.CharField(source="get_kind_display")
    area = serializers.CharField(source="area.code")
    address = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    deputies = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_deputies(self, station: Station) -> list[str]:
        return [deputy.code for deputy in station.deputies.all()]


class DeputySerializer(LabelledSerializer):
    level = serializers.CharField()
    level_label = serializers.CharField(source="get_level_display")
    term = serializers.IntegerField()
    electoral_district = serializers.CharField()
    area = serializers.CharField(source="area.code")


class AreaFilter(StrictFilterSet):
    level = django_filters.ChoiceFilter(choices=Area.Level.choices)
    parent = django_filters.CharFilter("parent__code", max_length=32)

    class Meta:
        model = Area
        fields: list[str] = []


class CategoryFilter(StrictFilterSet):
    parent = django_filters.CharFilter("parent__code", max_length=32)

    class Meta:
        model = Category
        fields: list[str] = []


class DepartmentFilter(StrictFilterSet):
    area = SubtreeFilter(queries.areas_of, "area")

    class Meta:
        model = Department
        fields: list[str] = []


class DeputyFilter(StrictFilterSet):
    level = django_filters.ChoiceFilter(choices=DeputyLevel.choices)
    area = SubtreeFilter(queries.areas_of, "area")
    group = django_filters.CharFilter("groups__code", max_length=32)
    station = django_filters.CharFilter("stations__code", max_length=32)

    class Meta:
        model = Deputy
        fields: list[str] = []


class StationFilter(StrictFilterSet):
    area = SubtreeFilter(queries.areas_of, "area")
    kind = django_filters.ChoiceFilter(choices=StationKind.choices)

    class Meta:
        model = Station
        fields: list[str] = []


@extend_schema(tags=["public"], summary="Areas", auth=[])
class Areas(Public, ListAPIView):
    queryset = Area.objects.select_related("parent")
    serializer_class = AreaSerializer
    filterset_class = AreaFilter
    keyset = ("path",)


@extend_schema(tags=["public"], summary="Categories", auth=[])
class Categories(Public, ListAPIView):
    queryset = Category.objects.active().select_related("parent")
    serializer_class = CategorySerializer
    filterset_class = CategoryFilter
    keyset = ("path",)


@extend_schema(tags=["public"], summary="Units", auth=[])
class Departments(Public, ListAPIView):
    queryset = Department.objects.filter(active_until__isnull=True).select_related("area")
    serializer_class = DepartmentSerializer
    filterset_class = DepartmentFilter
    keyset = ("code",)


@extend_schema(tags=["public"], summary="Liaison stations", auth=[])
class Stations(Public, ListAPIView):
    queryset = Station.objects.open().select_related("area").prefetch_related("deputies")
    serializer_class = StationSerializer
    filterset_class = StationFilter
    keyset = ("code",)


@extend_schema(tags=["public"], summary="Deputies", auth=[])
class Deputies(Public, ListAPIView):
    queryset = Deputy.objects.active().select_related("area")
    serializer_class = DeputySerializer
    filterset_class = DeputyFilter
    keyset = ("code",)

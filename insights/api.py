"""The figures for programs: the same as the page's, with the worklist's query for the matters behind each."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from insights.access import may_read
from insights.question import NARROWED, NotUnderstood, read
from insights.tables import Dashboard, Row, dashboard
from petitions.figures import FIGURES

PARAMETERS = ("from", "to", *NARROWED)


class RatesSerializer(serializers.Serializer):
    """Shares of one; null where there is nothing to divide by. Unrated matters are in no denominator."""

    routed = serializers.FloatField(allow_null=True, help_text="routed at once ÷ received")
    overturned = serializers.FloatField(allow_null=True, help_text="overturned ÷ routed at once")
    response = serializers.FloatField(allow_null=True, help_text="contacted within the limit ÷ contact was due")
    resolution = serializers.FloatField(allow_null=True, help_text="confirmed as resolved ÷ rated")
    satisfaction = serializers.FloatField(allow_null=True, help_text="(satisfied + 0.8 × basically) ÷ rated")
    score = serializers.FloatField(allow_null=True, help_text="30 % response, 35 % resolution, 35 % satisfaction")


class FiguresRowSerializer(serializers.Serializer):
    """A line of a table."""

    code = serializers.CharField(help_text="Of the unit, area, category or month; empty for what has none")
    label = serializers.CharField()  # type: ignore[assignment]
    counts = serializers.DictField(child=serializers.IntegerField(), help_text=", ".join(FIGURES))
    rates = RatesSerializer()
    worklist = serializers.DictField(
        child=serializers.CharField(), help_text="For each count: the worklist that lists exactly these matters"
    )


class AgeSerializer(serializers.Serializer):
    """Open matters of one age in days, [from_days, until_days)."""

    label = serializers.CharField()  # type: ignore[assignment]
    from_days = serializers.IntegerField()
    until_days = serializers.IntegerField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    worklist = serializers.DictField(child=serializers.CharField())


class InsightsSerializer(serializers.Serializer):
    """All figures of one question."""

    at = serializers.DateTimeField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="Exclusive")
    total = FiguresRowSerializer()
    by_month = FiguresRowSerializer(many=True)
    by_unit = FiguresRowSerializer(many=True)
    by_area = FiguresRowSerializer(many=True)
    by_category = FiguresRowSerializer(many=True)
    ages = AgeSerializer(many=True)


def _parameter(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=words)


class InsightsView(APIView):
    """Figures over the petitions that the caller may read."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["staff"],
        summary="Statistics of the petitions this member of staff may read",
        parameters=[
            _parameter("from", "First month, such as 2026-06; five months before `to` unless given"),
            _parameter("to", "Last month; the present one unless given"),
            _parameter("area", "Code of an area: with everything below it"),
            _parameter("category", "Code of a category: with everything below it"),
            _parameter("department", "Code of the leading unit"),
        ],
        responses={200: InsightsSerializer},
    )
    def get(self, request: Request) -> Response:
        """Answer counts, rates, and for each count the address of the matters behind it."""
        if not may_read(request.user):
            raise Http404
        try:
            question = read(_known(request), timezone.now())
        except NotUnderstood as error:
            raise ValidationError({error.name: [str(error)]}) from None
        return Response(InsightsSerializer(_answer(dashboard(request.user, question, timezone.now()))).data)


def _known(request: Request) -> dict[str, str]:
    unknown = sorted(set(request.query_params) - set(PARAMETERS))
    if unknown:
        raise NotUnderstood(unknown[0][:60], "Known: " + ", ".join(PARAMETERS))
    return {name: request.query_params[name] for name in PARAMETERS if name in request.query_params}


def _answer(found: Dashboard) -> dict[str, Any]:
    tables = {f"by_{name}": [_row(row) for row in rows] for name, rows in found.tables.items()}
    return {
        "at": found.at,
        "since": found.question.since,
        "until": found.question.until,
        "total": _row(found.total),
        **tables,
        "ages": [
            {
                "label": label,
                "from_days": age.days[0],
                "until_days": age.days[1],
                "counts": {"open": age.open, "overdue": age.overdue},
                "worklist": {name: f"/api/v1/worklist/?{query}" for name, query in queries.items()},
            }
            for label, age, queries in found.ages
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "code": row.code,
        "label": row.label,
        "counts": {name: row.counts[name] for name in FIGURES},
        "rates": row.rates,
        "worklist": {name: f"/api/v1/worklist/?{query}" for name, query in row.links.items()},
    }

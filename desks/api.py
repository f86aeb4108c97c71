"""Files of the worklist for programs: ask, see how far it is, fetch. The same actions as the page's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.strict import StrictSerializer
from desks import exports
from desks.access import desk_of
from desks.listing import KNOWN
from desks.models import Export, ExportFormat
from desks.views.exports import answer


class AskSerializer(StrictSerializer):
    """What to write into the file."""

    format = serializers.ChoiceField(choices=ExportFormat.choices)
    filters = serializers.DictField(
        child=serializers.CharField(max_length=100),
        required=False,
        help_text="As in the worklist: " + ", ".join(name for name in KNOWN if name != "cursor"),
    )
    personal = serializers.BooleanField(
        required=False, default=False, help_text="With name, number and address, where the caller may read them"
    )

    def validate_filters(self, value: dict[str, str]) -> dict[str, str]:
        """No filter that the list does not know: it would be left out in silence."""
        if set(value) - (set(KNOWN) - {"cursor"}):
            raise serializers.ValidationError(_("There is no such filter."))
        return value


class ExportSerializer(serializers.ModelSerializer):
    state_label = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = Export
        fields = [
            "id",
            "state",
            "state_label",
            "format",
            "personal",
            "rows",
            "total",
            "size",
            "reason",
            "asked_at",
            "ended_at",
            "expires_at",
        ]
        read_only_fields = fields


def _at_a_desk(request: Request) -> Any:
    if not desk_of(request.user).any:
        raise Http404
    return request.user


def _own(request: Request, number: int) -> Export:
    return get_object_or_404(Export.objects.select_related("user"), pk=number, user=_at_a_desk(request))


class AskView(APIView):
    """Ask for a file of the worklist."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["staff"],
        summary="Ask for a file of the worklist",
        request=AskSerializer,
        responses={202: ExportSerializer},
    )
    def post(self, request: Request) -> Response:
        """Answer 202 with the file's number; it is written in the background."""
        user = _at_a_desk(request)
        form = AskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = exports.ask(
            user=user,
            query=urlencode(form.validated_data.get("filters", {})),
            format=form.validated_data["format"],
            personal=form.validated_data["personal"],
            now=timezone.now(),
        )
        return Response(ExportSerializer(made).data, status=status.HTTP_202_ACCEPTED)


class ExportView(APIView):
    """How far one's file is."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["staff"], summary="How far a file is", responses={200: ExportSerializer})
    def get(self, request: Request, id: int) -> Response:
        """Answer state and rows written; another's file is 404."""
        return Response(ExportSerializer(_own(request, id)).data)


class FileView(APIView):
    """The file itself."""

    permission_classes = [IsAuthenticated]

    @extend_schema(tags=["staff"], summary="Fetch a file", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, id: int) -> FileResponse:
        """Answer the file, while it is there and its content may still be read by the caller."""
        return answer(_own(request, id), request._request)

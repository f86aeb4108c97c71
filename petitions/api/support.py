"""Standing behind a published petition."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.strict import StrictSerializer
from accounts.throttles import ScopedThrottle
from petitions import actions
from petitions.models import Petition, Support
from petitions.references import normalise


class SupportSerializer(serializers.Serializer):
    """How many stand behind it, and whether the caller does."""

    supporters = serializers.IntegerField()
    mine = serializers.BooleanField()


class SupportView(APIView):
    """One voice a resident, for published petitions only: any other is 404."""

    permission_classes = [IsAuthenticated]
    throttle_classes = [ScopedThrottle]
    throttle_scope = "follow"

    @extend_schema(
        tags=["residents"],
        summary="Stand behind a published petition",
        request=StrictSerializer,
        responses={200: SupportSerializer, 409: OpenApiResponse(description="One's own, or no resident")},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Count the caller; twice is once."""
        StrictSerializer(data=request.data).is_valid(raise_exception=True)
        petition, user = self._asked(request, reference)
        actions.support(petition=petition, by=user, now=timezone.now())
        return self._answer(petition, user)

    @extend_schema(tags=["residents"], summary="Take one's support back", responses={200: SupportSerializer})
    def delete(self, request: Request, reference: str) -> Response:
        """Count the caller no longer."""
        petition, user = self._asked(request, reference)
        actions.take_back_support(petition=petition, by=user)
        return self._answer(petition, user)

    def _asked(self, request: Request, reference: str) -> tuple[Petition, Any]:
        published = Petition.objects.published().select_related("contact")
        return get_object_or_404(published, reference=normalise(reference)), request.user

    def _answer(self, petition: Petition, user: Any) -> Response:
        given = Support.objects.filter(petition=petition)
        body = {"supporters": given.count(), "mine": given.filter(user=user).exists()}
        return Response(SupportSerializer(body).data)

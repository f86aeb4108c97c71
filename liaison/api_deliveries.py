"""Messages that could not be sent, for staff. On this floor, because who is staff is known to `directory`."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import AdminRole
from directory.models import Office
from notifications import actions
from notifications.models import Delivery
from notifications.serializers import FailedDeliverySerializer


class MendsDeliveries(BasePermission):
    """System administrators, and the commission's dispatchers and supervisors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the user is one of them."""
        user = request.user
        if not user.is_authenticated:
            return False
        roles = AdminRole.objects.filter(user=user.pk, kind=AdminRole.Kind.SYSTEM)
        return roles.exists() or Office.objects.filter(user=user.pk).exists()


class FailedDeliveries(generics.ListAPIView[Delivery]):
    """What could not be sent, the newest first."""

    permission_classes = [MendsDeliveries]
    serializer_class = FailedDeliverySerializer
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        """All that failed; text and recipient stay encrypted and unread."""
        return Delivery.objects.failed().defer("body", "address")


class Retry(APIView):
    """Sends a failed message again."""

    permission_classes = [MendsDeliveries]

    @extend_schema(request=None, responses=FailedDeliverySerializer)
    def post(self, request: Request, id: int) -> Response:
        """Put it back to be sent; 409 when it has not failed."""
        try:
            delivery = actions.retry(delivery_id=id, now=timezone.now())
        except Delivery.DoesNotExist:
            raise Http404 from None
        return Response(FailedDeliverySerializer(delivery).data)


class GiveUp(APIView):
    """Takes a failed message off the list."""

    permission_classes = [MendsDeliveries]

    @extend_schema(request=None, responses=FailedDeliverySerializer)
    def post(self, request: Request, id: int) -> Response:
        """Give it up; 409 when it has not failed."""
        try:
            delivery = actions.give_up(delivery_id=id)
        except Delivery.DoesNotExist:
            raise Http404 from None
        return Response(FailedDeliverySerializer(delivery).data)

"""The signed-in user's inbox. `keyset` orders the pages (the pagination of all lists is set in settings)."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notifications import actions
from notifications.models import Delivery
from notifications.serializers import InboxSerializer


class Inbox(generics.ListAPIView[Delivery]):
    """The messages to the user, the newest first; `?unread=true` for those not read yet."""

    permission_classes = [IsAuthenticated]
    serializer_class = InboxSerializer
    queryset = Delivery.objects.none()
    keyset = ("-created_at", "-id")

    @extend_schema(parameters=[OpenApiParameter("unread", bool)])
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """List them."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Delivery]:
        """The user's own."""
        messages = Delivery.objects.inbox_of(_user_id(self.request))
        match self.request.query_params.get("unread", "false"):
            case "true":
                return messages.unread()
            case "false":
                return messages
        raise ValidationError({"unread": [_("Give true or false.")]})


def _user_id(request: Request) -> int:
    """IsAuthenticated has let nobody without a key pass."""
    return int(request.user.pk or 0)


class MarkRead(APIView):
    """Notes that the user has read a message."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=InboxSerializer)
    def post(self, request: Request, id: int) -> Response:
        """Note it; the answer is the message."""
        user_id = _user_id(request)
        if not actions.mark_read(delivery_id=id, user_id=user_id, now=timezone.now()):
            raise Http404
        return Response(InboxSerializer(Delivery.objects.inbox_of(user_id).get(pk=id)).data)

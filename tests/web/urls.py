"""The portal's addresses, and some that fail in every way."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import path
from django.views import View
from rest_framework import exceptions, generics, serializers
from rest_framework.decorators import api_view, permission_classes, throttle_classes
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from accounts.refusals import Refused as AccountsRefused
from directory.models import CalendarDay
from journal.refusals import Refused
from liaison import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

ERRORS = {
    "refused": Refused("The matter is closed."),
    "refused-field": AccountsRefused("That is no number.", field="phone"),
    "not-found": Http404("No Petition matches the given query."),
    "forbidden": PermissionDenied("secret reason"),
    "suspicious": SuspiciousOperation("tampered"),
    "database": OperationalError("connection to 10.1.2.3 refused"),
    "bug": RuntimeError("13800138000"),
    "model": ModelValidationError({"name": ["Too long."]}),
    "nested": exceptions.ValidationError({"items": [{}, {"name": ["Missing."]}], "non_field_errors": ["No."]}),
    "plain-list": exceptions.ValidationError(["No."]),
    "teapot": type("Teapot", (exceptions.APIException,), {"status_code": 418, "default_detail": "Short."})(),
}


@api_view(["GET"])
@permission_classes([AllowAny])
def fail(request, how):
    raise ERRORS[how]


class Item(serializers.Serializer):
    name = serializers.CharField(max_length=10)


class Body(serializers.Serializer):
    text = serializers.CharField(max_length=20)
    count = serializers.IntegerField(required=False)
    items = Item(many=True, required=False)


@api_view(["POST"])
@permission_classes([AllowAny])
def take(request):
    body = Body(data=request.data)
    body.is_valid(raise_exception=True)
    return Response(body.validated_data)


class OnceAnHour(SimpleRateThrottle):
    rate = "1/hour"

    def get_cache_key(self, request, view):
        return f"test-{request.query_params['key']}"


@api_view(["GET"])
@permission_classes([AllowAny])
@throttle_classes([OnceAnHour])
def throttled(request):
    return Response({})


class DaySerializer(serializers.ModelSerializer):
    class Meta:
        model = CalendarDay
        fields = ("date", "note", "is_workday")


class Days(generics.ListAPIView):
    permission_classes = [AllowAny]
    serializer_class = DaySerializer

    def get_queryset(self):
        self.keyset = tuple(self.request.query_params.get("order", "date").split(","))
        return CalendarDay.objects.all()


class Plain(View):
    def post(self, request):
        return HttpResponse(request.POST.get("text", ""))


def page_error(request, how):
    raise ERRORS[how]


urlpatterns = [
    path("api/test/fail/<how>/", fail),
    path("api/test/take/", take),
    path("api/test/throttled/", throttled),
    path("api/test/days/", Days.as_view()),
    path("api/test/plain/", Plain.as_view()),
    path("test/form/", Plain.as_view()),
    path("test/fail/<how>/", page_error),
    *urls.urlpatterns,
]

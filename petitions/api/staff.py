"""The addresses of staff: the worklist, work orders, and every move by name."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from directory import queries
from dispatch.lifecycle import OrderState
from dispatch.models import OrderKind, WorkOrder
from dispatch.queries import requests_of
from petitions.api import answers
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS, WithFiles, any_of
from petitions.api.filters import InstantFilter, KnownFilter, StrictFilterBackend, StrictFilterSet, StrictOrderingFilter
from petitions.api.finding import or_404
from petitions.api.serializers import OrderSerializer, RowSerializer
from petitions.hints import ANSWERS, hints_for
from petitions.models import Petition
from petitions.orders import PETITION, order_for, petition_for, visible_orders
from petitions.references import normalise
from petitions.worklist import ORDERINGS, WorklistFilter

# The columns of a row in the list; category, area, station and unit come with them (`Petition.from_db`).
SHOWN = (
    "reference", "title", "state", "kind", "urgency", "channel", "restricted", "category_id", "area_id", "station_id",
    "lead_unit_id", "submitted_at", "state_since", "due_at", "failures", "result", "supervised_at", "publication",
)  # fmt: skip


@extend_schema(tags=["staff"], summary="The petitions this member of staff may read")
class Worklist(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = RowSerializer
    filter_backends = [StrictFilterBackend, StrictOrderingFilter]
    filterset_class = WorklistFilter
    ordering_fields = ORDERINGS
    ordering = ["-id"]
    queryset = Petition.objects.none()

    def get_queryset(self) -> QuerySet[Petition]:
        visible = Petition.objects.visible_to(self.request.user)
        return visible.only(*SHOWN)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": timezone.now()}


class OrderFilter(StrictFilterSet):
    state = django_filters.MultipleChoiceFilter(choices=OrderState.choices)
    kind = django_filters.MultipleChoiceFilter(choices=OrderKind.choices)
    department = KnownFilter(queries.department_by_code, "department")
    reference = django_filters.CharFilter(method="by_reference", max_length=20)
    mine = django_filters.BooleanFilter(method="by_handler")
    due_before = InstantFilter("internal_due_at", lookup_expr="lt")

    class Meta:
        model = WorkOrder
        fields: list[str] = []

    def by_reference(self, queryset: Any, name: str, value: str) -> Any:
        """The orders of one petition."""
        return queryset.filter(reference=normalise(value) or "")

    def by_handler(self, queryset: Any, name: str, value: bool) -> Any:
        """Those handed to the caller, or all the others."""
        mine = Q(handler=self.request.user)
        return queryset.filter(mine if value else ~mine)


@extend_schema(tags=["staff"], summary="The work orders of the caller's units and areas")
class WorkOrders(ListAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = OrderSerializer
    filter_backends = [StrictFilterBackend, StrictOrderingFilter]
    filterset_class = OrderFilter
    ordering_fields = ["internal_due_at", "assigned_at", "id"]
    ordering = ["-id"]
    queryset = WorkOrder.objects.none()

    def get_queryset(self) -> QuerySet[WorkOrder]:
        orders: QuerySet[WorkOrder] = visible_orders(self.request.user)
        return orders.select_related("handler")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": timezone.now()}


class PetitionMoves(APIView):
    """Every move of staff on a petition, by name."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["staff"],
        summary="Make a move on a petition",
        request=any_of(PETITION_COMMANDS, "PetitionMove"),
        responses={200: answers.MovedSerializer},
        description="Moves: " + ", ".join(sorted(PETITION_COMMANDS)) + ". What each needs: docs/api.md.",
    )
    def post(self, request: Request, reference: str, action: str) -> Response:
        """Make the move and answer the moves now open to the caller."""
        petition = or_404(petition_for, request.user, normalise(reference))
        command = PETITION_COMMANDS.get(action)
        if command is None:
            raise Http404
        form = command.serializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        command.action(petition=petition, by=request.user, now=timezone.now(), **form.validated_data)
        return Response(answers.moved(PETITION.get(petition.pk), request.user))  # type: ignore[arg-type]


class OrderMoves(APIView):
    """Every move on a work order, by name."""

    permission_classes = [IsAuthenticated]

    def get_parsers(self) -> list[BaseParser]:
        """Only an answer comes with files; without a request (the schema) all that is read anywhere."""
        command = ORDER_COMMANDS.get(self.kwargs.get("action", "reply") if hasattr(self, "kwargs") else "reply")
        takes_files = command is not None and issubclass(command.serializer, WithFiles)
        return [*super().get_parsers(), *([MultiPartParser()] if takes_files else [])]

    @extend_schema(
        tags=["staff"],
        summary="Make a move on a work order",
        request=any_of(ORDER_COMMANDS, "OrderMove"),
        responses={200: answers.OrderMovedSerializer},
        description="Moves: " + ", ".join(sorted(ORDER_COMMANDS)) + ". What each needs: docs/api.md.",
    )
    def post(self, request: Request, id: int, action: str) -> Response:
        """Make the move and answer the moves now open to the caller."""
        user: Any = request.user
        order, _petition = or_404(order_for, user, id)
        command = ORDER_COMMANDS.get(action)
        if command is None:
            raise Http404
        form = command.taken(order)(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        fresh = command.action(order=order, by=request.user, now=timezone.now(), **form.validated_data)
        # The serializer names the handler: mostly whoever it was, or who moves it now.
        known = [each for each in (order.handler, user) if each is not None and each.pk == fresh.handler_id]
        if known:
            fresh.handler = known[0]
        requests = requests_of(fresh)
        petition = PETITION.get(order.matter_id)
        body = answers.order_row(fresh, petition, user, requests)
        if action in ANSWERS and order.kind != OrderKind.CO:  # what a resident may miss in an answer
            body["hints"] = hints_for(petition, fresh, form.validated_data["text"])
        return Response(body)
